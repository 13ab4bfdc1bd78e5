"""The addresses of what concerns tickets: finding them again, and the order's own matters."""

from django.urls import path

from . import views

app_name = "orders"

urlpatterns = [
    path("find-my-tickets/", views.find, name="find"),
    path("account/tickets/", views.mine, name="mine"),
    path("orders/<str:secret>/email/", views.change_email, name="change-email"),
    path("orders/<str:secret>/resend/", views.resend, name="resend"),
    path("orders/<str:secret>/help/", views.concern, name="concern"),
    path("change-email/<str:token>/", views.confirm_email, name="confirm-email"),
    path("concerns/<uuid:concern_id>/", views.answer, name="answer"),
]

"""The addresses of what concerns tickets: finding them again, and the order's own matters."""

from django.urls import path

from . import views

app_name = "orders"

urlpatterns = [
    path("find-my-tickets/", views.find, name="find"),
    path("account/tickets/", views.mine, name="mine"),
]

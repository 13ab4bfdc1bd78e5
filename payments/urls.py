"""The addresses of buying: the order's page and what a buyer may do with it."""

from django.urls import path

from . import views

app_name = "payments"

urlpatterns = [
    path("events/<slug:slug>/reserve/", views.reserve, name="reserve"),
    path("orders/<str:secret>/", views.order, name="order"),
    path("orders/<str:secret>/status/", views.status, name="status"),
    path("orders/<str:secret>/extend/", views.extend, name="extend"),
    path("orders/<str:secret>/network/", views.network, name="network"),
    path("orders/<str:secret>/sent/", views.sent, name="sent"),
    path("orders/<str:secret>/cancel/", views.cancel, name="cancel"),
    path("orders/<str:secret>/cancel/<str:code>/", views.cancel_seat, name="cancel-seat"),
    path("orders/<str:secret>/receipt/", views.receipt, name="receipt"),
    path("orders/<str:secret>/receipt.pdf", views.receipt_pdf, name="receipt-pdf"),
    path("demo/wallet/", views.demo_wallet, name="demo-wallet"),
]

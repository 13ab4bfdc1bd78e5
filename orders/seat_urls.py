"""The addresses of seats and of the door."""

from django.urls import path

from .views import tickets

app_name = "seats"

urlpatterns = [
    path("tickets/<str:secret>/", tickets.ticket, name="ticket"),
    path("tickets/<str:secret>/qr.svg", tickets.qr_svg, name="qr-svg"),
    path("tickets/<str:secret>/qr.png", tickets.qr_png, name="qr-png"),
]

"""The addresses of seats and of the door."""

from django.urls import path

from .views import tickets

app_name = "seats"

urlpatterns = [
    path("tickets/<str:secret>/", tickets.ticket, name="ticket"),
    path("tickets/<str:secret>/qr.svg", tickets.qr_svg, name="qr-svg"),
    path("tickets/<str:secret>/qr.png", tickets.qr_png, name="qr-png"),
    path("tickets/<str:secret>/ticket.pdf", tickets.ticket_pdf, name="ticket-pdf"),
    path("tickets/<str:secret>/ticket.ics", tickets.ticket_ics, name="ticket-ics"),
    path("orders/<str:secret>/tickets.pdf", tickets.order_pdf, name="order-pdf"),
    path("orders/<str:secret>/calendar.ics", tickets.order_ics, name="order-ics"),
]

"""The addresses of seats and of the door."""

from django.urls import path

from .views import door, seats, tickets

app_name = "seats"

urlpatterns = [
    path("tickets/<str:secret>/", tickets.ticket, name="ticket"),
    path("tickets/<str:secret>/name/", seats.name, name="name"),
    path("tickets/<str:secret>/pass-on/", seats.pass_on, name="pass-on"),
    path("tickets/<str:secret>/qr.svg", tickets.qr_svg, name="qr-svg"),
    path("tickets/<str:secret>/qr.png", tickets.qr_png, name="qr-png"),
    path("tickets/<str:secret>/ticket.pdf", tickets.ticket_pdf, name="ticket-pdf"),
    path("tickets/<str:secret>/ticket.ics", tickets.ticket_ics, name="ticket-ics"),
    path("orders/<str:secret>/tickets.pdf", tickets.order_pdf, name="order-pdf"),
    path("orders/<str:secret>/calendar.ics", tickets.order_ics, name="order-ics"),
    path("check-in/", door.doors, name="doors"),
    path("check-in/<slug:slug>/", door.door, name="door"),
    path("check-in/<slug:slug>/state/", door.state, name="door-state"),
    path("check-in/<slug:slug>/scan/", door.scan, name="scan"),
    path("check-in/<slug:slug>/admit/<uuid:ticket_id>/", door.admit, name="admit"),
    path("check-in/<slug:slug>/reissue/<uuid:ticket_id>/", door.reissue, name="reissue"),
    path("check-in/<slug:slug>/undo/<uuid:ticket_id>/", door.undo, name="undo"),
]

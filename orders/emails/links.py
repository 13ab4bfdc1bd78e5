"""Letters with the links of orders."""

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from orders.models import Order
from ticketing.mail import EmailMessage, Letter

MOST = 20


def links(letter: EmailMessage) -> Letter:
    found = Order.objects.live().of_address(letter.to).select_related("event").order_by("-event__starts_at", "-created_at")[:MOST]
    heading = _("Your tickets") if found else _("No tickets under this address")
    lines = [
        {
            "title": order.event.title,
            "day": date_format(order.event.starts_at.astimezone(order.event.zone), _("l j F Y, H:i")),
            "reference": order.reference,
            "url": settings.SITE_URL + reverse("payments:order", args=[order.secret]),
        }
        for order in found
    ]
    context = {"heading": heading, "orders": lines, "url": settings.SITE_URL + reverse("orders:find")}
    return Letter(subject=heading, template="emails/orders/links", context=context)

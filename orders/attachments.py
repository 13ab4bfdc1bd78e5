"""What letters bring along: tickets to print and the date for a calendar."""

from django.conf import settings
from django.utils.translation import gettext as _

from events.pages import calendar

from .models import Order, Ticket
from .papers import pdf
from .papers.facts import facts, opens, url

File = tuple[str, bytes, str]  # its name, its bytes, its type


def of_order(order: Order) -> list[File]:
    """Return the tickets that are still the buyer's, and the date: what was passed on is its new holder's alone."""
    tickets = [ticket for ticket in order.tickets.all() if not ticket.transfers]
    link = f"{settings.SITE_URL}/orders/{order.secret}/"
    about = _("Order %(reference)s: %(url)s") % {"reference": order.reference, "url": link}
    return _files(order.reference, tickets, link, about)


def of_ticket(ticket: Ticket) -> list[File]:
    about = _("Ticket %(code)s: %(url)s") % {"code": ticket.code, "url": url(ticket)}
    return _files(ticket.code, [ticket], url(ticket), about)


def _files(name: str, tickets: list[Ticket], link: str, about: str) -> list[File]:
    shown = [facts(ticket) for ticket in tickets if opens(ticket)]
    if not shown:
        return []
    date = calendar(tickets[0].event, link, about).encode()
    return [(f"{name}.pdf", pdf.a4(shown), "application/pdf"), (f"{name}.ics", date, "text/calendar")]

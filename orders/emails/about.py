"""What every letter about an order shows: the event, what was bought, and the link to it."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from events.models import Event
from events.pages.words import zone_name
from orders import attachments
from orders.models import Order, OrderItem, Ticket
from ticketing import prepared
from ticketing.mail import EmailMessage, Letter
from ticketing.money import priced, written


@dataclass(frozen=True)
class About:
    """The order that a letter is about; and the ticket, if its reader has that and nothing else of the order."""

    order: Order
    ticket: Ticket | None = None
    is_past: bool = False  # the reader had the order or the ticket; whoever has it now alone may see its link and its code

    @property
    def event(self) -> Event:
        event: Event = self.order.event
        return event

    @property
    def url(self) -> str:
        # Made here, not stored: who holds it may do what the buyer, or the holder, may do.
        if self.is_past:
            return settings.SITE_URL + self.event.get_absolute_url()
        path = f"/tickets/{self.ticket.secret}/" if self.ticket else f"/orders/{self.order.secret}/"
        return settings.SITE_URL + path


@dataclass(frozen=True)
class Words:
    heading: str
    lines: list[str]
    label: str = field(default_factory=lambda: _("Your order"))
    notes: list[str] = field(default_factory=list)  # what people typed: shown as it was written, without links
    closing: str = ""  # what comes behind all that
    brings_tickets: bool = False
    asks_for_money: bool = False  # then the app that knows how it is paid says what to send


def about(letter: EmailMessage) -> About:
    if letter.subject_type == "orders.ticket":
        ticket = Ticket.objects.select_related("tier").get(pk=letter.subject_id)
        order = _order(ticket.order_id)
        if letter.to.lower() == order.buyer_email.lower():
            return About(order)
        return About(order, ticket, is_past=letter.to.lower() != ticket.holder_email.lower())
    order = _order(letter.subject_id)
    return About(order, is_past=letter.to.lower() != order.buyer_email.lower())


def _order(pk: UUID) -> Order:
    """Return the order with all that its letters tell."""
    order: Order | None = next(iter(_with_everything(pk=pk)), None)
    if order is None:
        raise Order.DoesNotExist(pk)
    for ticket in order.tickets.all():
        ticket.event = order.event
    return order


@prepared.rows
def _with_everything(*, pk: Any) -> QuerySet[Order]:
    tickets = Prefetch("tickets", Ticket.objects.select_related("tier").order_by("code"))
    items = Prefetch("items", OrderItem.objects.select_related("tier").order_by("tier__position", "pk"))
    return Order.objects.filter(pk=pk).select_related("event__promoter", "payment").prefetch_related(tickets, items)


def letter_of(found: About, words: Words) -> Letter:
    event, order = found.event, found.order
    context = {
        "words": words,
        "event": event,
        "order": order,
        "when": moment(event.starts_at, event),
        "doors": moment(event.doors_open_at, event) if event.doors_open_at else "",
        "place": place(event),
        "reference": "" if found.ticket else order.reference,
        "bought": _bought(found),
        "total": "" if found.ticket else _total(order),
        "url": found.url,
        "seller": event.promoter,
    }
    files = []
    if words.brings_tickets and not found.is_past:
        files = attachments.of_ticket(found.ticket) if found.ticket else attachments.of_order(order)
    return Letter(subject=words.heading, template="emails/orders/letter", context=context, attachments=files)


def _bought(found: About) -> list[tuple[str, str]]:
    """Return what there is of the order now, and what it cost."""
    if found.ticket:
        return [(str(found.ticket.tier), found.ticket.code)]
    items, currency = found.order.items.all(), found.order.currency
    return [(f"{item.kept} × {item.tier}", priced(item.unit_price * item.kept, currency)) for item in items if item.kept]


def _total(order: Order) -> str:
    """Return what the order cost; nothing where seats came back, since the lines above say what is left of it."""
    is_whole = not any(item.returned for item in order.items.all())
    return written(order.total, order.currency) if order.total and is_whole else ""


def place(event: Event) -> str:
    return ", ".join(part for part in (event.venue, event.address, event.city) if part)


def moment(at: datetime, event: Event) -> str:
    """Write a moment in full, by the clocks of the venue."""
    local = at.astimezone(event.zone)
    return f"{date_format(local, _('l j F Y, H:i'))} {zone_name(local)}"


LINKS = re.compile(r"(?<=\S)([.\u3002\uff0e\uff61])(?=[^\s.])|(?<=:)(?=//)")


def plain(text: str) -> str:
    """Return what a person typed so that no program makes a link of it: whoever reads it did not choose the writer."""
    return LINKS.sub(lambda found: f"{found.group(1) or ''} ", text)

"""What a seat's page says, and each seat on the page of its order."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from events.models import Event
from events.pages import look
from orders.models import Ticket
from orders.models.ticket import TRANSFERS
from orders.papers.facts import clock, opens, place, when


@dataclass(frozen=True)
class Seat:
    title: str
    when: str
    place: str
    doors: str
    tier: str
    holder: str
    code: str
    ink: str
    art: str
    url: str
    state: str  # the state's colour: ok, seen, wait, bad
    says: str
    advice: str
    opens: bool  # whether it has a code to show
    is_passed_on: bool
    is_open: bool  # whether it can still be named or passed on
    transfers_left: int


def seat(ticket: Ticket, at: datetime) -> Seat:
    """Put a ticket into words; its event, tier and order are joined."""
    event = ticket.event
    state, says, advice = _state(ticket)
    return Seat(
        title=event.title,
        when=when(event),
        place=place(event),
        doors=clock(event.doors_open_at, event) if event.doors_open_at else "",
        tier=ticket.tier.name,
        holder=ticket.holder_name,
        code=ticket.code,
        ink=event.choice.ink,
        art=look(event).art,
        url=reverse("seats:ticket", args=[ticket.secret]),
        state=state,
        says=says,
        advice=advice,
        opens=opens(ticket),
        is_passed_on=ticket.transfers > 0,
        is_open=opens(ticket) and ticket.status == Ticket.Status.VALID and not event.is_over(at),
        transfers_left=TRANSFERS - ticket.transfers,
    )


def _state(ticket: Ticket) -> tuple[str, Any, Any]:
    if ticket.event.status == Event.Status.CANCELLED:
        return "bad", _("The event is cancelled"), ticket.event.cancel_reason
    if ticket.status == Ticket.Status.CANCELLED:
        return "bad", _("This ticket is cancelled"), _("It does not open the door. Ask whoever bought it what happened.")
    if ticket.order.gate_hold:
        return "wait", _("This ticket is paused"), _("Something about its payment is being checked. Write to the seller if it lasts.")
    if ticket.used_at:
        used = clock(ticket.used_at, ticket.event)
        return "seen", _("Let in at %(time)s") % {"time": used}, _("It was used at the door.")
    return "ok", _("Valid"), ""

"""What a ticket says, wherever it is drawn: plain words, taken from its rows when it is asked for."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from events.models import Event
from events.pages import zone_name
from orders import signing
from orders.models import Ticket


@dataclass(frozen=True)
class Facts:
    title: str
    artist: str
    when: str
    place: str
    address: str
    doors: str
    tier: str
    holder: str
    age: str
    access: str
    code: str
    payload: str  # what the QR code says
    url: str
    ink: str
    seed: int
    seller: str


def facts(ticket: Ticket) -> Facts:
    """Put a ticket into words; its event, the event's promoter and its tier are joined."""
    event = ticket.event
    return Facts(
        title=event.title,
        artist=event.artist,
        when=when(event),
        place=place(event),
        address=event.address,
        doors=clock(event.doors_open_at, event) if event.doors_open_at else "",
        tier=ticket.tier.name,
        holder=ticket.holder_name,
        age=_("From %(age)s years") % {"age": event.age_limit} if event.age_limit else "",
        access=event.access_notes,
        code=ticket.code,
        payload=signing.signed(event.pk, ticket.serial),
        url=url(ticket),
        ink=event.choice.ink,
        seed=event.choice.seed,
        seller=event.promoter.name,
    )


def url(ticket: Ticket) -> str:
    return settings.SITE_URL + reverse("seats:ticket", args=[ticket.secret])


def when(event: Event) -> str:
    begin = event.starts_at.astimezone(event.zone)
    return f"{date_format(begin, _('l j F Y, H:i'))} {zone_name(begin)}"


def place(event: Event) -> str:
    return ", ".join(part for part in (event.venue, event.city) if part)


def clock(at: datetime, event: Event) -> str:
    """Write a moment of the night by the clocks of the venue."""
    return date_format(at.astimezone(event.zone), _("H:i"))


def opens(ticket: Ticket) -> bool:
    """Answer whether there is a code of it to show."""
    return ticket.status != Ticket.Status.CANCELLED and ticket.event.status != Event.Status.CANCELLED

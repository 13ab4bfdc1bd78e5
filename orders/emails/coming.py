"""The letters before the event: tomorrow it is, and what has changed."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from events.models import Event
from orders.models import Order
from ticketing.history import HistoryEntry
from ticketing.mail import EmailMessage, Letter

from .about import Words, about, letter_of, moment, place

MOMENTS = ("doors_open_at", "starts_at", "ends_at")


def reminder(letter: EmailMessage) -> Letter:
    found = about(letter)
    heading = _("Soon: %(title)s") % {"title": found.event.title}
    lines = [_("It begins %(when)s.") % {"when": moment(found.event.starts_at, found.event)}]
    lines.append(_("Have your tickets ready on your phone, or print them. The page works with a weak connection, too."))
    return letter_of(found, Words(heading, lines, _("See your tickets"), brings_tickets=True))


def changed(letter: EmailMessage) -> Letter:
    found = about(letter)
    heading = _("Changed: %(title)s") % {"title": found.event.title}
    lines = _news(found.event, letter.details.get("since", 0)) or [
        _("Look at time and place once more: they were changed, and changed back.")
    ]
    is_paid = found.order.status == Order.Status.PAID
    if is_paid:
        lines.append(_("Your tickets stay valid. If you cannot come now, see on their page what you can do."))
    else:
        lines.append(_("Your order stays as it is. If you cannot come now, let its time pass, or cancel it."))
    return letter_of(found, Words(heading, lines, _("See your tickets") if is_paid else _("Open your order"), brings_tickets=is_paid))


def _news(event: Event, since: int) -> list[str]:
    """Say how the event differs from the version that the reader knows."""
    was = _was(event, since)
    before = Event(timezone=was.get("timezone", event.timezone))
    for name in (*MOMENTS, "venue", "address", "city"):
        setattr(before, name, was.get(name, getattr(event, name)))
    for name in MOMENTS:
        if isinstance(value := getattr(before, name), str):
            setattr(before, name, datetime.fromisoformat(value))
    said = {
        "starts_at": _("It starts %(now)s. Before, it was %(before)s."),
        "doors_open_at": _("The doors open %(now)s. Before, it was %(before)s."),
        "ends_at": _("It ends %(now)s. Before, it was %(before)s."),
    }
    lines = [words % pair for name, words in said.items() if (pair := _pair(_moment(event, name), _moment(before, name)))]
    if pair := _pair(place(event), place(before)):
        lines.append(_("It takes place here: %(now)s. Before, it was here: %(before)s.") % pair)
    return lines


def _was(event: Event, since: int) -> dict[str, Any]:
    """Return what each changed fact was in the version that the reader knows."""
    lines = HistoryEntry.objects.filter(subject_id=event.pk, action="changed", details__version__gt=since)
    was: dict[str, Any] = {}
    for details in lines.order_by("id").values_list("details", flat=True):
        was = {**details.get("was", {}), **was}
    return was


def _moment(event: Event, name: str) -> str:
    at = getattr(event, name)
    return moment(at, event) if at else ""


def _pair(now: str, before: str) -> dict[str, str]:
    return {} if now == before else {"now": now or _("not set"), "before": before or _("not set")}

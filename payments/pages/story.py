"""What happened to an order, as its buyer is told it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events.models import Event
from orders.models import Order
from ticketing.history import HistoryEntry
from ticketing.money import written

TOLD: dict[tuple[str, str], Any] = {
    ("orders.order", "placed"): gettext_lazy("Tickets held"),
    ("orders.order", "extended"): gettext_lazy("Held longer"),
    ("orders.order", "confirming"): gettext_lazy("Payment seen"),
    ("orders.order", "paid"): gettext_lazy("Paid, tickets issued"),
    ("orders.order", "expired"): gettext_lazy("The hold ended"),
    ("orders.order", "seat_cancelled"): gettext_lazy("One ticket given back"),
    ("orders.order", "cancelled"): gettext_lazy("Cancelled"),
    ("payments.payment", "refunded"): gettext_lazy("The money went back"),
}


@dataclass(frozen=True)
class Chapter:
    what: str
    when: str
    more: str = ""


def story(entries: Iterable[HistoryEntry], order: Order, event: Event) -> list[Chapter]:
    return list(_chapters(entries, order, event))


def refund_told(entries: Iterable[HistoryEntry]) -> Decimal | None:
    """Return all that is owed back, as the history of the payment tells it."""
    owed = [Decimal(entry.details["refund"]) for entry in entries if "refund" in entry.details]
    return sum(owed, Decimal(0)) if owed else None


def _chapters(entries: Iterable[HistoryEntry], order: Order, event: Event) -> Iterator[Chapter]:
    for entry in entries:
        when = _when(entry.at, event)
        if "refund" in entry.details:
            amount = written(Decimal(entry.details["refund"]), order.currency)
            yield Chapter(_("%(amount)s is to go back") % {"amount": amount}, when)
        elif words := TOLD.get((entry.subject_type, entry.action)):
            free = entry.action == "paid" and not order.total
            yield Chapter(_("Tickets issued") if free else str(words), when, order.cancel_reason if entry.action == "cancelled" else "")


def _when(at: datetime, event: Event) -> str:
    return date_format(at.astimezone(event.zone), _("j M, H:i"))

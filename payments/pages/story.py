"""What happened to an order, as its buyer is told it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events.models import Event
from orders.models import Concern, Order
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
    ("orders.order", "email_changed"): gettext_lazy("E-mail changed"),
    ("orders.order", "concern_raised"): gettext_lazy("You wrote to the seller"),
    ("orders.order", "concern_answered"): gettext_lazy("The seller answered"),
    ("payments.payment", "partial"): gettext_lazy("A part of the money has come"),
    ("payments.payment", "network_changed"): gettext_lazy("Another network chosen"),
    ("payments.payment", "review"): gettext_lazy("A person looks at the money"),
    ("payments.payment", "T14"): gettext_lazy("The payment fell out of the network"),
    ("payments.payment", "T15"): gettext_lazy("The payment is in the network again"),
    ("payments.payment", "refunded"): gettext_lazy("The money went back"),
}


@dataclass(frozen=True)
class Chapter:
    what: str
    when: str
    more: str = ""


def story(entries: Sequence[HistoryEntry], order: Order, event: Event) -> list[Chapter]:
    said: dict[str, Concern] = {}
    if any("concern" in entry.details for entry in entries):
        said = {str(concern.pk): concern for concern in order.concerns.all()}
    return [chapter for entry in entries if (chapter := _chapter(entry, order, said, _when(entry.at, event)))]


def refund_told(entries: Iterable[HistoryEntry]) -> Decimal | None:
    """Return all that is owed back, as the history of the payment tells it."""
    owed = [Decimal(entry.details["refund"]) for entry in entries if "refund" in entry.details]
    return sum(owed, Decimal(0)) if owed else None


def _chapter(entry: HistoryEntry, order: Order, said: Mapping[str, Concern], when: str) -> Chapter | None:
    if "refund" in entry.details:
        amount = written(Decimal(entry.details["refund"]), order.currency)
        return Chapter(_("%(amount)s is to go back") % {"amount": amount}, when)
    if entry.action == "paid" and not order.total:
        return Chapter(_("Tickets issued"), when)
    row = TOLD.get((entry.subject_type, entry.details.get("row", "")))  # one word of the history can have several causes
    words = row or TOLD.get((entry.subject_type, entry.action))
    return Chapter(str(words), when, _more(entry, order, said)) if words else None


def _more(entry: HistoryEntry, order: Order, said: Mapping[str, Concern]) -> str:
    if entry.action == "cancelled":
        return order.cancel_reason
    concern = said.get(entry.details.get("concern", ""))
    if concern is None:
        return ""
    return concern.words if entry.action == "concern_raised" else concern.answer


def _when(at: datetime, event: Event) -> str:
    return date_format(at.astimezone(event.zone), _("j M, H:i"))

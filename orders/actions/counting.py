"""The counters of stock, held against the orders. No deed needs this; it is for the day after a mistake."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, F, Q, Sum, Value
from django.db.models.functions import Coalesce

from events.models import DiscountCode, Event, TicketTier
from orders.models import LIVE, Order
from orders.models.order import HOLDING
from ticketing import history


@dataclass(frozen=True)
class Figure:
    """One counter that says something else than the orders."""

    table: str
    row: UUID
    event: UUID
    name: str
    says: int
    is_really: int


def drift(*, event_id: UUID | None = None) -> list[Figure]:
    """Return every counter that differs. Read without locks, it may name what somebody is changing right now."""
    return [figure for model in (TicketTier, Event, DiscountCode) for figure in _differing(model, event_id)]


def rebuild_counters(*, at: datetime) -> list[Figure]:
    """Put every counter right that differs, event by event; return what they said before."""
    events = sorted({figure.event for figure in drift()})
    return [figure for event_id in events for figure in _rebuild(event_id, at)]


@transaction.atomic
def _rebuild(event_id: UUID, at: datetime) -> list[Figure]:
    """Locks: the event, its codes, its tiers, so that no order of it is half-way; then it counts."""
    event = Event.all_objects.locked().get(pk=event_id)
    list(DiscountCode.objects.filter(event=event).locked())
    list(TicketTier.objects.filter(event=event).locked())
    wrong = drift(event_id=event_id)
    rows: dict[tuple[str, UUID], dict[str, int]] = {}
    for figure in wrong:
        rows.setdefault((figure.table, figure.row), {})[figure.name] = figure.is_really
    models: dict[str, Any] = {model._meta.db_table: model._base_manager for model in (TicketTier, Event, DiscountCode)}
    for (table, pk), counts in rows.items():
        models[table].filter(pk=pk).update(**counts)
    if wrong:
        history.record(event, "counters_rebuilt", at=at, by=history.SYSTEM, details={"figures": _told(wrong)})
    return wrong


def _told(wrong: list[Figure]) -> dict[str, str]:
    return {f"{figure.name} {figure.row}": f"{figure.says} → {figure.is_really}" for figure in wrong}


def _differing(model: Any, event_id: UUID | None) -> Iterator[Figure]:
    table, of_event = model._meta.db_table, "pk" if model is Event else "event"
    rows = model._base_manager.filter(**{of_event: event_id}) if event_id else model._base_manager.all()
    for row in _counted(model, rows):
        for name in ("used",) if model is DiscountCode else ("sold", "reserved"):
            says, is_really = getattr(row, name), getattr(row, f"real_{name}")
            if says != is_really:
                yield Figure(table, row.pk, row.pk if model is Event else row.event_id, name, says, is_really)


def _counted(model: Any, rows: Any) -> Any:
    """Return the rows of which a counter is wrong, with what the orders say."""
    if model is DiscountCode:
        used = Count("orders", filter=Q(orders__status__in=LIVE))
        return rows.annotate(real_used=used).exclude(used=F("real_used")).order_by("pk")
    path = "items" if model is TicketTier else "orders__items"
    status = "items__order__status" if model is TicketTier else "orders__status"
    places = F(f"{path}__quantity") - F(f"{path}__returned")
    counts = {
        "real_sold": Coalesce(Sum(places, filter=Q(**{status: Order.Status.PAID})), Value(0)),
        "real_reserved": Coalesce(Sum(places, filter=Q(**{f"{status}__in": HOLDING})), Value(0)),
    }
    rows = rows.exclude(capacity=None) if model is Event else rows
    return rows.annotate(**counts).exclude(sold=F("real_sold"), reserved=F("real_reserved")).order_by("pk")

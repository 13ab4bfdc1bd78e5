"""An order is paid: the places are sold, and there are tickets for them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

import events.actions
from orders.models import Order
from orders.models.order import HOLDING
from ticketing import statuses

from . import letters
from .certainty import check_single
from .tickets import issue


@transaction.atomic(savepoint=False)
def mark_paid(*, order_id: UUID, at: datetime, by: str, details: dict[str, Any] | None = None) -> Order:
    """Sell the places and make the tickets. One that expired or was cancelled claims places anew. Paying twice is paying once.

    Locks: the order, then by sell or claim the event if it has a capacity, the code, the tiers.
    Raises: OneOrderEach, MoveRefused, and what claim raises.
    """
    order: Order = Order.objects.locked().get(pk=order_id)
    if order.status == Order.Status.PAID:
        return order
    held, items = order.status in HOLDING, list(order.items.order_by("pk"))
    if not held:
        check_single(order)
    lines = {item.tier_id: item.kept for item in items if item.kept}
    statuses.move(order, Order.Status.PAID, at=at, by=by, details=details, paid_at=at, cancelled_at=None, cancel_reason="")
    first = order.tickets.count() + 1
    issue(order, items, first=first)
    letters.owe(order, "orders.tickets", occasion=str(first) if first > 1 else "")
    if held:
        events.actions.sell(event_id=order.event_id, lines=lines)
    else:
        events.actions.claim(event_id=order.event_id, lines=lines, at=at, code_id=order.code_id, paid=True, regained=True)
    return order

"""Held places: kept longer, or given back when their time is over."""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

import orders.actions
from orders.models import Order
from payments.deadlines import deadline
from payments.models import WITHOUT_ADDRESS, Payment, Provider, State
from ticketing import prepared

from .locking import locked_payment
from .quoting import chosen_token, quote

logger = logging.getLogger(__name__)

BATCH = 100


@transaction.atomic
def extend(*, order_id: UUID, at: datetime, by: str = "buyer") -> Order:
    """Hold the places once more as long as at first; what is to be paid in USDT is quoted anew, at today's rate.

    Locks: the payment, the order. Raises: NotExtended; for USDT also NotTaken, NoRate.
    """
    payment = locked_payment(order_id)
    if payment.state != State.AWAITING:
        raise orders.actions.NotExtended(_("Money for this order has been seen, so its places are kept for you as they are."))
    order = payment.order
    until = deadline(payment.provider, order.event, [item.tier for item in order.items.select_related("tier")], at=at)
    extended = orders.actions.extend(order_id=order_id, until=until, at=at, by=by)
    if payment.provider == Provider.USDT:
        newest = payment.quotes.latest("quoted_at", "id")
        token = chosen_token(newest.token_id, at)
        quote(payment, token, total=order.total, currency=order.currency, at=at, deadline=until)
    return extended


def expire_overdue(*, at: datetime, event_id: UUID | None = None, order_ids: Sequence[UUID] = (), most: int = BATCH) -> int:
    """End unpaid orders whose time is over, the oldest first; return how many. Any number may do this at once.

    Each order is a transaction of its own, so that a tier is never held for a whole batch.
    """
    of = {name: value for name, value in (("event", event_id), ("orders", tuple(order_ids))) if value}
    return sum(_expire_one(order.pk, at) for order in _overdue(most, at=at, **of))


def _expire_one(order_id: UUID, at: datetime) -> bool:
    """One whose tier's counter is off keeps its places, and holds up no other: a person must set it right."""
    try:
        return _expire(order_id, at)
    except IntegrityError:
        logger.exception("an order cannot expire; see rebuild_counters", extra={"order": str(order_id)})
        return False


@prepared.rows
def _overdue(most: int, *, at: Any, event: Any = None, orders: Any = None) -> QuerySet[Order]:
    overdue = Order.objects.overdue(at).filter(payment__provider__in=WITHOUT_ADDRESS, payment__state=State.AWAITING)
    if event:
        overdue = overdue.filter(event=event)
    if orders:
        overdue = overdue.filter(pk__in=orders)
    return overdue.order_by("expires_at").only("pk")[:most]


@transaction.atomic
def _expire(order_id: UUID, at: datetime) -> bool:
    """Locks: the payment, unless somebody has it, who then decides; the order, and what release locks."""
    payment = Payment.objects.filter(order=order_id, state=State.AWAITING).locked(skip=True).first()
    return payment is not None and orders.actions.expire(order_id=order_id, at=at)

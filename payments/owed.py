"""What comes back to the buyer for places given back, by the policy that the order keeps."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from events.refunds import RefundPolicy
from orders.models import Order, OrderItem
from ticketing.history import HistoryEntry
from ticketing.money import rounded

from .models import Payment

NOTHING = Decimal(0)


def policy(order: Order) -> RefundPolicy:
    return RefundPolicy.from_dict(order.policy)


def is_returnable(order: Order, at: datetime) -> bool:
    """Answer whether places come back now: a free one that nobody will use is welcome, whatever the policy says of money."""
    starts_at = order.event.starts_at
    return policy(order).is_open(starts_at, at) or (not order.total and at < starts_at)


def by_policy(order: Order, items: Sequence[OrderItem], places: Mapping[Any, int]) -> Decimal:
    """Return what the policy gives for so many places of each tier."""
    share = _share(items, places)
    tickets, fee = (order.subtotal + order.tax) * share, order.service_fee * share
    return policy(order).refund(tickets=tickets, fee=fee, count=sum(places.values()))


def in_full(order: Order, items: Sequence[OrderItem], places: Mapping[Any, int]) -> Decimal:
    return rounded(order.total * _share(items, places), order.currency)


def refunded(payment: Payment) -> Decimal:
    """Return what was said to go back of it, until refunds are rows of their own."""
    told = HistoryEntry.objects.filter(subject_id=payment.pk, action__in=["refunding", "refund_owed"])
    return sum((Decimal(details["refund"]) for details in told.values_list("details", flat=True)), NOTHING)


def at_most_left(payment: Payment, refund: Decimal) -> Decimal:
    """Seats that come back one by one are each rounded; together they are never more than was paid."""
    return min(refund, payment.order.total - refunded(payment))


def _share(items: Sequence[OrderItem], places: Mapping[Any, int]) -> Decimal:
    paid = sum((item.unit_price * item.quantity for item in items), NOTHING)
    return sum((item.unit_price * places.get(item.tier_id, 0) for item in items), NOTHING) / paid if paid else NOTHING

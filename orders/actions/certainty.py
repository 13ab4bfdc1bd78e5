"""What becomes of an order while its money is on the way, is not certain, or turns out not to be there."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

import events.actions
from orders.models import Order
from orders.models.order import LIVE
from ticketing import history, statuses

from .placing import OneOrderEach, check_share

Details = dict[str, Any]


@transaction.atomic(savepoint=False)
def await_certainty(*, order_id: UUID, at: datetime, details: Details) -> Order:
    """Keep the places until the money is certain, however long it takes. One that expired claims places anew.

    Locks: the order, then by claim the event if it has a capacity, the code, the tiers.
    Raises: OneOrderEach, TooManyForOne, MoveRefused, and what claim raises.
    """
    order: Order = Order.objects.locked().get(pk=order_id)
    held = order.status == Order.Status.PENDING
    if not held:
        check_single(order)
        _check_share(order)
    statuses.move(order, Order.Status.CONFIRMING, at=at, by=history.SYSTEM, details=details)
    if not held:
        events.actions.claim(event_id=order.event_id, lines=_lines(order), at=at, code_id=order.code_id, regained=True)
    return order


@transaction.atomic(savepoint=False)
def await_money(*, order_id: UUID, until: datetime, at: datetime, details: Details) -> Order:
    """The money is gone again: keep the places at least until this moment. Locks: the order. Raises: MoveRefused."""
    order: Order = Order.objects.locked().get(pk=order_id)
    expires_at = max(until, order.expires_at or until)
    statuses.move(order, Order.Status.PENDING, at=at, by=history.SYSTEM, details=details, expires_at=expires_at)
    return order


@transaction.atomic(savepoint=False)
def lapse(*, order_id: UUID, at: datetime, details: Details) -> Order:
    """End an order whose money did not come, as whoever watches the money decided; its places are free.

    Locks: the order, then by release the event if it has a capacity, the code, the tiers. Raises: MoveRefused.
    """
    order: Order = Order.objects.locked().get(pk=order_id)
    statuses.move(order, Order.Status.EXPIRED, at=at, by=history.SYSTEM, details=details)
    events.actions.release(event_id=order.event_id, lines=_lines(order), code_id=order.code_id)
    return order


@transaction.atomic(savepoint=False)
def put_off(*, order_id: UUID, until: datetime, at: datetime, details: Details) -> Order:
    """Hold the places of an unpaid order at least until this moment. Locks: the order."""
    order: Order = Order.objects.locked().get(pk=order_id)
    if order.status == Order.Status.PENDING and order.expires_at is not None and order.expires_at < until:
        order.expires_at = until
        order.save(update_fields=["expires_at"])
        history.record(order, "put_off", at=at, by=history.SYSTEM, details=details)
    return order


@transaction.atomic(savepoint=False)
def hold_at_gate(*, order_id: UUID, reason: str, at: datetime, details: Details) -> Order:
    """Let nobody in with the tickets of this order for now; without a reason, let them in again. Locks: the order."""
    order: Order = Order.objects.locked().get(pk=order_id)
    if order.gate_hold != reason:
        order.gate_hold = reason
        order.save(update_fields=["gate_hold"])
        history.record(order, "held_at_gate" if reason else "gate_opened", at=at, by=history.SYSTEM, details=details)
    return order


def _lines(order: Order) -> dict[UUID, int]:
    return {item.tier_id: item.kept for item in order.items.all()}


def _check_share(order: Order) -> None:
    """The person may have as many tickets as allowed by now; a person at the desk may still give these."""
    others = Order.objects.filter(event=order.event_id, person_key=order.person_key).exclude(pk=order.pk)
    check_share(order.event, had=others.places(), wanted=sum(_lines(order).values()))


def check_single(order: Order) -> None:
    """The person may have bought again after the time of this order was over."""
    if order.single_key:
        others = Order.objects.filter(event=order.event_id, single_key=order.single_key, status__in=LIVE).exclude(pk=order.pk)
        if other := others.first():
            raise OneOrderEach(other.pk)

"""Places are held until a moment, which can be put off, and which passes."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

import events.actions
from events.models import TicketTier
from orders.models import Order
from orders.models.order import EXTENSIONS
from ticketing import history, statuses
from ticketing.errors import DomainError


class NotExtended(DomainError):
    """The sentence says why: too late, too often, or others wait."""


@transaction.atomic(savepoint=False)
def extend(*, order_id: UUID, until: datetime, at: datetime, by: str) -> Order:
    """Hold the places of an unpaid order longer.

    Locks: the order. Raises: NotExtended.
    """
    order: Order = Order.objects.locked().get(pk=order_id)
    if order.status != Order.Status.PENDING or order.expires_at is None or order.expires_at <= at:
        raise NotExtended(_("The time of this order is over. Buy again, if there are places left."))
    if order.extensions >= EXTENSIONS:
        raise NotExtended(_("This order was extended as often as it may be."))
    if order.event.waiting_any or TicketTier.objects.filter(items__order=order, waiting__gt=0).exists():
        raise NotExtended(_("Others wait for these places, so they cannot be held longer."))
    order.expires_at, order.extensions = max(order.expires_at, until), order.extensions + 1
    order.save(update_fields=["expires_at", "extensions"])
    history.record(order, "extended", at=at, by=by, details={"extensions": order.extensions})
    return order


@transaction.atomic(savepoint=False)
def shorten(*, order_id: UUID, until: datetime, at: datetime, by: str) -> Order:
    """Hold the places of an unpaid order no longer than until this moment. Locks: the order."""
    order: Order = Order.objects.locked().get(pk=order_id)
    if order.status == Order.Status.PENDING and order.expires_at is not None and order.expires_at > until:
        order.expires_at = until
        order.save(update_fields=["expires_at"])
        history.record(order, "shortened", at=at, by=by)
    return order


@transaction.atomic(savepoint=False)
def expire(*, order_id: UUID, at: datetime) -> bool:
    """Give the places of an unpaid order back if its time is over; return whether it was.

    Locks: the order, then by release the event if it has a capacity, the code, the tiers.
    """
    order: Order = Order.objects.locked().get(pk=order_id)
    if order.status != Order.Status.PENDING or order.expires_at is None or order.expires_at > at:
        return False
    lines = {item.tier_id: item.kept for item in order.items.all()}
    statuses.move(order, Order.Status.EXPIRED, at=at, by=history.SYSTEM)
    events.actions.release(event_id=order.event_id, lines=lines, code_id=order.code_id)
    return True

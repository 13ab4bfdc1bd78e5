"""Orders end, by the buyer's wish or the seller's, and the money that is owed goes back."""

import logging
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

import orders.actions
from accounts.models import User
from events.models import Event
from orders.models import LIVE, Order, Ticket
from payments import owed
from payments.models import Payment, State
from ticketing import history, statuses
from ticketing.errors import DomainError

from . import letters
from .locking import locked_payment
from .rights import PLANNERS, actor, only

logger = logging.getLogger(__name__)

BATCH = 100
SEEN = (State.PARTIAL, State.CONFIRMING)


class NotReturnable(DomainError):
    def __init__(self, order: Order) -> None:
        super().__init__(" ".join([_("These tickets can no longer be given back."), owed.policy(order).words()]))


class MoneyOnTheWay(DomainError):
    def __init__(self) -> None:
        super().__init__(_("Money for this order has been seen. Wait until it is certain; then you can give the tickets back."))


@transaction.atomic
def cancel(*, order_id: UUID, at: datetime, by: str = "buyer") -> Order:
    """Cancel for the buyer: at any time before paying, afterwards by the policy. Cancelling twice is cancelling once.

    Locks: the payment, and what `orders.actions.cancel` locks. Raises: NotReturnable, MoneyOnTheWay, TicketUsed, MoveRefused.
    """
    payment = locked_payment(order_id)
    order = payment.order
    if order.status == Order.Status.PAID:
        _check_returnable(order, payment, at)
        items = list(order.items.all())
        refund = owed.at_most_left(payment, owed.by_policy(order, items, {item.tier_id: item.kept for item in items}))
        _owe(payment, refund, at=at, by=by)
        letters.cancelled(order, refund, at=at, by_buyer=True)
    elif payment.state in SEEN:
        raise MoneyOnTheWay
    return orders.actions.cancel(order_id=order_id, at=at, by=by)


@transaction.atomic
def cancel_seat(*, ticket_id: UUID, at: datetime, by: str = "buyer") -> Order:
    """Give one seat back for the buyer, by the policy. Cancelling twice is cancelling once.

    Locks: the payment, and what `orders.actions.cancel_seat` locks. Raises: NotReturnable, MoneyOnTheWay, TicketUsed, MoveRefused.
    """
    ticket = Ticket.objects.get(pk=ticket_id)
    payment = locked_payment(ticket.order_id)
    ticket.refresh_from_db()
    order = payment.order
    if ticket.status == Ticket.Status.CANCELLED:
        return order
    _check_returnable(order, payment, at)
    items = list(order.items.all())
    refund = owed.at_most_left(payment, owed.by_policy(order, items, {ticket.tier_id: 1}))
    is_last = sum(item.kept for item in items) == 1
    if is_last:
        _owe(payment, refund, at=at, by=by)
        letters.cancelled(order, refund, at=at, by_buyer=True)
    elif refund:
        history.record(payment, "refund_owed", at=at, by=by, details={"refund": str(refund), "ticket": str(ticket.pk)})
    if not is_last and not order.total:
        letters.free_seat_cancelled(order, ticket)  # before the tier is locked, since it locks a mailbox
    order = orders.actions.cancel_seat(ticket_id=ticket_id, at=at, by=by)
    if not is_last and order.total:
        letters.seat_cancelled(order, ticket, refund)
    return order


@transaction.atomic
def annul(*, order_id: UUID, reason: str, by: User | None, at: datetime, used_too: bool = False) -> Order:
    """Cancel for the seller, who owes everything back. Annulling twice is annulling once.

    Locks: the payment, and what `orders.actions.cancel` locks. Raises: NotAllowed, TicketUsed, MoveRefused.
    """
    payment = locked_payment(order_id)
    order = payment.order
    only(PLANNERS, order.event, by)
    refund = Decimal(0)
    if order.status == Order.Status.PAID and payment.state == State.SETTLED:
        items = list(order.items.all())
        refund = owed.at_most_left(payment, owed.in_full(order, items, {item.tier_id: item.kept for item in items}))
        _owe(payment, refund, at=at, by=actor(by))
    elif payment.state in SEEN:
        statuses.move(payment, State.REVIEW, at=at, by=actor(by))
    if order.status in LIVE:
        letters.cancelled(order, refund, at=at)
    return orders.actions.cancel(order_id=order_id, at=at, by=actor(by), reason=reason.strip(), used_too=used_too)


@transaction.atomic
def annul_seat(*, ticket_id: UUID, reason: str, by: User | None, at: datetime, used_too: bool = False) -> Order:
    """Cancel one seat for the seller, who owes its full price back. Annulling twice is annulling once.

    Locks: the payment, and what `orders.actions.cancel_seat` locks. Raises: NotAllowed, TicketUsed, MoveRefused.
    """
    order_id = Ticket.objects.values_list("order", flat=True).get(pk=ticket_id)
    payment = locked_payment(order_id)
    order, ticket = payment.order, Ticket.objects.get(pk=ticket_id)
    only(PLANNERS, order.event, by)
    if ticket.status == Ticket.Status.CANCELLED:
        return order
    items = list(order.items.all())
    if sum(item.kept for item in items) == 1:
        return annul(order_id=order_id, reason=reason, by=by, at=at, used_too=used_too)
    refund = owed.at_most_left(payment, owed.in_full(order, items, {ticket.tier_id: 1}))
    if refund:
        history.record(payment, "refund_owed", at=at, by=actor(by), details={"refund": str(refund), "ticket": str(ticket.pk)})
    order = orders.actions.cancel_seat(ticket_id=ticket_id, at=at, by=actor(by), used_too=used_too)
    letters.seat_cancelled(order, ticket, refund, reason=reason.strip())
    return order


def follow_cancelled_events(*, at: datetime, most: int = BATCH) -> int:
    """Annul what is left of the orders of events that were called off; return how many. Each is a transaction of its own.

    Who was inside already is left to the seller: a used ticket is annulled on a person's word only.
    """
    left = Order.objects.live().exclude(tickets__status=Ticket.Status.USED)
    # Event by event: joined, every live order of the site would be looked at each time.
    called_off = Event.all_objects.filter(Exists(left.filter(event=OuterRef("pk"))), cancelled_at__isnull=False)
    found: list[tuple[UUID, str]] = []
    for event_id, reason in called_off.order_by("cancelled_at").values_list("pk", "cancel_reason")[:most]:
        orders_left = left.filter(event=event_id).values_list("pk", flat=True)
        found += [(order_id, reason) for order_id in orders_left[: most - len(found)]]
    return sum(_annul_one(order_id, reason, at) for order_id, reason in found)


def _annul_one(order_id: UUID, reason: str, at: datetime) -> bool:
    """One that cannot be annulled, such as one whose tier's counter is off, holds up no other: a person must set it right."""
    try:
        annul(order_id=order_id, reason=reason, by=None, at=at)
    except IntegrityError:
        logger.exception("an order of a cancelled event cannot be annulled; see rebuild_counters", extra={"order": str(order_id)})
        return False
    return True


def _check_returnable(order: Order, payment: Payment, at: datetime) -> None:
    if payment.state == State.REVIEW:
        raise MoneyOnTheWay
    if not owed.is_returnable(order, at):
        raise NotReturnable(order)


def _owe(payment: Payment, refund: Decimal, *, at: datetime, by: str) -> None:
    if refund:
        statuses.move(payment, State.REFUNDING, at=at, by=by, details={"refund": str(refund)})

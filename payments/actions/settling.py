"""Money that came another way: a person vouches for it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

import orders.actions
from accounts.models import User
from orders.models import Order
from payments.models import State
from ticketing import statuses
from ticketing.errors import DomainError

from . import letters
from .facts import facts_of
from .locking import locked_payment
from .rights import MONEY, actor, only


class NoReason(DomainError):
    def __init__(self) -> None:
        super().__init__(_("Say how you know that it is paid: reports show it."))


@transaction.atomic
def settle_by_hand(*, order_id: UUID, reason: str, by: User | None, at: datetime) -> Order:
    """Take an order for paid on a person's word. Tickets that were held at the gate open it again. Settling twice is settling once.

    Locks: the payment, the order, and what `mark_paid` locks. Raises: NotAllowed, NoReason, MoveRefused, and what `mark_paid` raises.
    """
    payment = locked_payment(order_id)
    only(MONEY, payment.order.event, by)
    if not reason.strip():
        raise NoReason
    if payment.state != State.SETTLED or payment.order.status != Order.Status.PAID:
        statuses.move(
            payment,
            State.SETTLED,
            at=at,
            by=actor(by),
            action="settled_by_hand",
            confirmed_at=at,
            by_hand=True,
            by_hand_because=reason.strip(),
        )
    was_paid = payment.order.status == Order.Status.PAID
    order = orders.actions.mark_paid(order_id=order_id, at=at, by=actor(by), details={"by_hand": True})
    if not order.gate_hold:
        return order
    if was_paid:  # and its buyer read that we write when they open the door again
        letters.of_money(facts_of(payment, at=at), "trusted", occasion="by hand")
    return orders.actions.hold_at_gate(order_id=order_id, reason="", at=at, details={"by_hand": True})

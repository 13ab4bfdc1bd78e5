"""Where an order stands, as its buyer is told it, and how long its places are held."""

from dataclasses import dataclass
from datetime import datetime

from orders.models import Order
from payments import owed
from payments.models import Payment, Provider, State

LOW = 60  # seconds before the end at which the page warns
DAY = 24 * 3600
HELD, CHECKING, SEEN, PAID, LAPSED, ENDED = "held", "checking", "seen", "paid", "lapsed", "ended"


@dataclass(frozen=True)
class Clock:
    """How long the places are held, by the server's time."""

    now: datetime
    until: datetime
    wall: str

    @property
    def left(self) -> int:
        return max(0, int((self.until - self.now).total_seconds()))

    @property
    def ticks(self) -> bool:
        """Answer whether seconds mean anything yet."""
        return self.left < DAY

    @property
    def low(self) -> bool:
        return self.left <= LOW

    @property
    def shown(self) -> str:
        hours, minutes = divmod(self.left // 60, 60)
        seconds = f"{self.left % 60:02}"
        return f"{hours}:{minutes:02}:{seconds}" if hours else f"{minutes}:{seconds}"


def state_of(order: Order, at: datetime) -> str:
    """Return what a buyer is told. A hold that is over has ended, though the sweep may not have been here yet; not so where

    money may have been sent in time: that the chain says, once it was read past the deadline.
    """
    if order.status == Order.Status.PENDING:
        if order.expires_at is None or order.expires_at > at:
            return HELD
        return CHECKING if payment_of(order).provider == Provider.USDT else LAPSED
    return {Order.Status.CONFIRMING: SEEN, Order.Status.PAID: PAID, Order.Status.EXPIRED: LAPSED}.get(Order.Status(order.status), ENDED)


def is_returnable(order: Order, at: datetime) -> bool:
    """Answer whether `payments.actions.cancel` would take the tickets back now."""
    if order.status != Order.Status.PAID or payment_of(order).state == State.REVIEW:
        return False
    return owed.is_returnable(order, at)


def payment_of(order: Order) -> Payment:
    payment: Payment = order.payment
    return payment

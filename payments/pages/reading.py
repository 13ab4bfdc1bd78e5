"""Orders as their pages need them, with what is known of the chains they are paid on, in one query; and when to read them again."""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.contrib.postgres.aggregates import JSONBAgg
from django.db.models import OuterRef, Subquery
from django.db.models.functions import JSONObject
from django.utils.translation import get_language

from orders.models import Order
from payments.models import Provider, Quote, State
from ticketing import prepared

from .offers import Network, networks
from .state import CHECKING, HELD, PAID, SEEN, Clock, is_returnable, payment_of, state_of

SOON, LATER, SELDOM = 3, 10, 60  # seconds between two looks of an open page
FIRST = timedelta(minutes=10)  # in which most people pay


def orders_to_show() -> Any:
    read = JSONObject(
        number="chain__cursor__number",
        final="chain__cursor__final_number",
        halted="chain__cursor__halted",
        reached="chain__cursor__reached_at",
        patience="chain__patience",
    )
    of_order = (
        Quote.objects.filter(payment__order=OuterRef("pk"))
        .order_by()
        .values("payment__order")
        .annotate(read=JSONBAgg(read, order_by="pk"))
        .values("read")
    )
    orders = Order.objects.select_related("event__promoter", "payment__address").with_told_at()
    return orders.annotate(chains_read=Subquery(of_order))


@prepared.rows
def _with_secret(*, secret: Any) -> Any:
    return orders_to_show().filter(secret=secret)


def order_with(secret: str) -> Order | None:
    """Return the order that this link shows, or nothing."""
    return next(iter(_with_secret(secret=secret)), None)


def _chains_stamp(order: Any, at: datetime) -> str:
    """Return what changes when another network was chosen, a chain is lost from sight, or a block lies on money that was seen."""
    return " ".join(_chain_stamp(read, at, is_near=order.status == Order.Status.CONFIRMING) for read in order.chains_read or ())


def _chain_stamp(read: dict[str, Any], at: datetime, *, is_near: bool) -> str:
    reached = datetime.fromisoformat(read["reached"]) if read["reached"] else None
    is_seen = reached is not None and at - reached <= timedelta(seconds=read["patience"])
    return f"{is_seen} {read['halted']} {(read['number'], read['final']) if is_near else ''}"


def etag(order: Order, at: datetime) -> str:
    """Return what changes whenever the order's page does; the order was read as above."""
    state, event, clock = state_of(order, at), order.event, Clock(at, order.expires_at or at, "")
    rows = (order.updated_at, payment_of(order).updated_at, order.told_at, event.version, event.status, _chains_stamp(order, at))
    time = (state, clock.ticks, clock.low, is_returnable(order, at), event.is_over(at), poll(order, state, at), _minute(order, at))
    seller = (event.promoter.name, event.promoter.contact_email, event.promoter.payment_text)
    return sha256(" ".join(map(str, (*rows, *time, *seller, *_offered(order, state), get_language()))).encode()).hexdigest()[:20]


def _offered(order: Order, state: str) -> list[Network]:
    """Return the networks to choose from, which are kept for all pages together."""
    return networks() if state == HELD and payment_of(order).provider == Provider.USDT else []


def poll(order: Order, state: str, at: datetime) -> int:
    """Return after how many seconds an open page looks again; 0: nothing more will happen to it by itself."""
    by_chain = payment_of(order).provider == Provider.USDT
    if state == PAID:
        return SELDOM if payment_of(order).state == State.SETTLED else LATER
    if state in (HELD, CHECKING, SEEN):
        moves = state != HELD or payment_of(order).state == State.PARTIAL or at - order.reserved_at < FIRST
        return SOON if by_chain and moves else LATER
    return SELDOM if by_chain else 0  # money may still come, and is told


def _minute(order: Order, at: datetime) -> str:
    """What is still missing of an order that is over changes with the rate."""
    return f"{at:%H:%M}" if payment_of(order).state == State.REVIEW else ""

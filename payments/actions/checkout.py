"""Checkout: one transaction from the wish to the held places, or to the tickets if there is nothing to pay."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

import events.actions
import orders.actions
from orders.actions import OneOrderEach, Wish
from orders.models import Order
from payments.deadlines import deadline
from payments.models import Payment, Provider, State
from ticketing import history
from ticketing.bases import uuid7

from .addresses import take_address
from .holds import expire_overdue
from .quoting import chosen_token, quote


def check_out(*, wish: Wish, at: datetime, provider: str = Provider.MANUAL, token_id: UUID | None = None) -> Order:
    """Make the order of a wish. The same form sent again is the same order. What costs nothing is paid at once.

    To be paid in USDT, it gets an address of its own and a quote in this token, or in the first one that is offered.

    Places whose time is over are given back when they are needed, even where no worker runs; then we try once more.
    Locks: the person at this event, for USDT an address, then what `orders.actions.place` locks.
    Raises: what `orders.actions.priced` and `place` raise; for USDT also NotTaken, NoRate, NoAddress.
    """
    try:
        return _check_out(wish, at, provider, token_id)
    except (events.actions.SoldOut, events.actions.Queued):
        # Under a capacity, the holds of every tier are in the way.
        if not expire_overdue(at=at, event_id=wish.event_id):
            raise
    except OneOrderEach as refusal:
        if not expire_overdue(at=at, order_ids=(refusal.order_id,)):
            raise
    return _check_out(wish, at, provider, token_id)


@transaction.atomic
def _check_out(wish: Wish, at: datetime, provider: str, token_id: UUID | None) -> Order:
    visit = orders.actions.receive(wish=wish)
    if visit.same:
        return visit.same
    offer = orders.actions.priced(wish=wish, visit=visit)
    if not visit.orders:  # else their own orders come first among what may stand in the way
        code_id = offer.code.pk if offer.code else None
        events.actions.refuse_what_is_gone(event=offer.event, tiers=offer.tiers, lines=wish.lines, at=at, code_id=code_id)
    free = not offer.quote.total
    payment = new_payment(Provider.FREE if free else provider, settled_at=at if free else None)
    expires_at = None if free else deadline(provider, offer.event, offer.tiers.values(), at=at)
    by = history.by_user(wish.buyer.user.pk) if wish.buyer.user else "buyer"
    if payment.provider == Provider.USDT and expires_at:
        token = chosen_token(token_id, at)
        payment.address = take_address(at=at)
        payment.save(force_insert=True)
        quote(payment, token, total=offer.quote.total, currency=offer.quote.currency, at=at, deadline=expires_at)
    else:
        payment.save(force_insert=True)
    return placed(payment, wish=wish, visit=visit, offer=offer, at=at, by=by, expires_at=expires_at)


def new_payment(provider: str, *, settled_at: datetime | None) -> Payment:
    return Payment(order_id=uuid7(), provider=provider, state=State.SETTLED if settled_at else State.AWAITING, confirmed_at=settled_at)


def placed(payment: Payment, **words: Any) -> Order:
    order_id: UUID = payment.order_id
    return orders.actions.place(order_id=order_id, **words)

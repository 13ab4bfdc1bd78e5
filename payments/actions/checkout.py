"""Checkout: one transaction from the wish to the held places, or to the tickets if there is nothing to pay."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

import events.actions
import orders.actions
from accounts.models import User
from events.models import Event
from orders.actions import OneOrderEach, Visit, Wish
from orders.models import Order
from payments.deadlines import deadline
from payments.models import Payment, Provider, State
from ticketing import history
from ticketing.bases import uuid7

from .addresses import take_address
from .holds import expire_overdue
from .quoting import chosen_token, quote
from .rights import PLANNERS, actor, only


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
        if not expire_overdue(at=at, tier_ids=tuple(wish.lines)):
            raise
    except OneOrderEach as refusal:
        if not expire_overdue(at=at, order_ids=(refusal.order_id,)):
            raise
    return _check_out(wish, at, provider, token_id)


@transaction.atomic
def give_comps(*, wishes: Sequence[Wish], by: User | None, at: datetime) -> list[Order]:
    """Give tickets away, an order for each wish: all or none, and each once however often its form is sent.

    They pass by the line, buyers' limits and hidden tiers, but not by the quantity.
    Locks: the persons, then by claim the event if it has a capacity, the tiers. Raises: NotAllowed, NotOnSale, SoldOut.
    """
    once = {wish.submission or number: wish for number, wish in enumerate(wishes)}.values()
    for event in Event.all_objects.select_related("promoter").filter(pk__in={wish.event_id for wish in once}):
        only(PLANNERS, event, by)
    # All persons before the first tier, and tiers in one order, so that two lists do not wait for each other.
    visits = [(orders.actions.receive(wish=wish), wish) for wish in sorted(once, key=lambda wish: wish.buyer.person)]
    return [_given(visit, wish, by, at) for visit, wish in sorted(visits, key=lambda pair: sorted(pair[1].lines))]


@transaction.atomic
def _check_out(wish: Wish, at: datetime, provider: str, token_id: UUID | None) -> Order:
    visit = orders.actions.receive(wish=wish)
    if visit.same:
        return visit.same
    offer = orders.actions.priced(wish=wish, visit=visit)
    free = not offer.quote.total
    payment = _payment(Provider.FREE if free else provider, settled_at=at if free else None)
    expires_at = None if free else deadline(provider, offer.event, offer.tiers.values(), at=at)
    by = history.by_user(wish.buyer.user.pk) if wish.buyer.user else "buyer"
    if payment.provider == Provider.USDT and expires_at:
        token = chosen_token(token_id, at)
        payment.address = take_address(at=at)
        payment.save(force_insert=True)
        quote(payment, token, total=offer.quote.total, currency=offer.quote.currency, at=at, deadline=expires_at)
    else:
        payment.save(force_insert=True)
    return _placed(payment, wish=wish, visit=visit, offer=offer, at=at, by=by, expires_at=expires_at)


def _given(visit: Visit, wish: Wish, by: User | None, at: datetime) -> Order:
    if visit.same:
        return visit.same
    offer = orders.actions.priced(wish=wish, visit=visit, free=True)
    payment = _payment(Provider.COMP, settled_at=at)
    payment.save(force_insert=True)
    return _placed(payment, wish=wish, visit=visit, offer=offer, at=at, by=actor(by), expires_at=None, given=True)


def _payment(provider: str, *, settled_at: datetime | None) -> Payment:
    return Payment(order_id=uuid7(), provider=provider, state=State.SETTLED if settled_at else State.AWAITING, confirmed_at=settled_at)


def _placed(payment: Payment, **words: Any) -> Order:
    order_id: UUID = payment.order_id
    return orders.actions.place(order_id=order_id, **words)

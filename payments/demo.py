"""The demo's buyers: orders for the places that the demo's events count as sold and held. And its chain."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, Sum, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from events import prices, refunds
from events.models import TicketTier
from orders import names
from orders.actions.tickets import tickets_of
from orders.models import Order, OrderItem, Ticket
from orders.models.order import HOLDING
from ticketing import history
from ticketing.history import HistoryEntry
from ticketing.local.chain import endpoint, play
from ticketing.local.places import LocalProblem

from . import actions
from .known import LOCAL
from .models import ChainCursor, Payment, Provider, State
from .rates import syncing
from .wallet import checksummed

BUYERS = ("Ayu", "Bagus", "Citra", "Dewi", "Eka", "Fajar", "Gita", "Hadi", "Indah", "Joko", "Kirana", "Lestari", "Made", "Nadia", "Putu")


def begin(*, at: datetime) -> None:
    """Have USDT taken on the local chain before the first visitor comes: its tokens, addresses, and a rate."""
    if not settings.LOCAL_CHAIN:
        return
    if ChainCursor.objects.filter(chain__number=play.NUMBER).exists() and not endpoint.blocks(settings.PLACES).exists():
        # A new one has other blocks under the same numbers, and money that the database knows of would be gone.
        gone = f"{endpoint.blocks(settings.PLACES)} is gone, and the database remembers it."
        raise LocalProblem(f"{gone} Put it back, or begin anew: python manage.py reset_demo --yes")
    actions.enable_chain(number=play.NUMBER, known=LOCAL, at=at)
    actions.fill_pool()
    for currency in syncing.CURRENCIES if settings.RATE_PROVIDER == "static" else ():
        syncing.sync(currency, at=at)


def record() -> dict[str, Any]:
    """Return what scripts beside a running demo need to pay like a buyer."""
    chain = {
        "rpc_url": endpoint.url(settings.PLACES),
        "chain_id": play.NUMBER,
        "tokens": [{"address": checksummed(coin.address), "decimals": coin.decimals} for coin in play.COINS if coin.accepted],
        "wallet_key": play.SCRIPTS.key,
    }
    rate = {"rate": settings.STATIC_RATE} if settings.RATE_PROVIDER == "static" else {}
    return {**rate, "chain": chain} if settings.LOCAL_CHAIN else rate


def seed(*, seed: int) -> Iterator[str]:
    chance = Random(seed)  # noqa: S311  # a play, which is the same each time
    places = F("items__quantity") - F("items__returned")
    paid, held = Q(items__order__status=Order.Status.PAID), Q(items__order__status__in=HOLDING)
    tiers = TicketTier.objects.select_related("event__promoter").annotate(
        unsold=F("sold") - Coalesce(Sum(places, filter=paid), Value(0)), unheld=F("reserved") - Coalesce(Sum(places, filter=held), Value(0))
    )
    for tier in tiers.filter(Q(unsold__gt=0) | Q(unheld__gt=0)).order_by("event", "position"):
        lines = [*_bought(tier, tier.unsold, chance, paid=True), *_bought(tier, tier.unheld, chance, paid=False)]
        with transaction.atomic():
            _write(lines)
        yield f"Made {len(lines)} orders for {tier}"


def _bought(tier: TicketTier, places: int, chance: Random, *, paid: bool) -> Iterator[OrderItem]:
    while places > 0:
        number = min(places, tier.max_purchase, chance.randint(1, 4))
        yield OrderItem(order=_order(tier, number, chance, paid=paid), tier=tier, quantity=number, unit_price=tier.price)
        places -= number


def _order(tier: TicketTier, number: int, chance: Random, *, paid: bool) -> Order:
    quote = prices.quote([prices.Line(tier.pk, number, tier.price)], prices.terms_of(tier.event))
    now = timezone.now()
    at = min(now, tier.event.starts_at) - timedelta(hours=chance.randint(1, 20 * 24)) if paid else now
    name = chance.choice(BUYERS)
    return Order(
        event=tier.event,
        buyer_email=f"{name.lower()}{chance.randint(10, 99)}@example.org",
        buyer_name=name,
        person_key=names.new_serial(),
        status=Order.Status.PAID if paid else Order.Status.PENDING,
        subtotal=quote.subtotal,
        service_fee=quote.service_fee,
        tax=quote.tax,
        total=quote.total,
        currency=quote.currency,
        discount=Decimal(0),
        policy=refunds.policy_of(tier.event).as_dict(),
        reserved_at=at,
        expires_at=None if paid else now + timedelta(hours=tier.event.manual_hold_hours),
        paid_at=at if paid else None,
    )


def _write(lines: Sequence[OrderItem]) -> None:
    """Write orders of one line each, with all that belongs to them."""
    orders = [line.order for line in lines]
    Order.objects.bulk_create(orders)
    OrderItem.objects.bulk_create(lines)
    Payment.objects.bulk_create([_payment(order) for order in orders])
    HistoryEntry.objects.bulk_create(
        [history.line(order, order.status, at=order.reserved_at, by="buyer", new=order.status) for order in orders]
    )
    Ticket.objects.bulk_create([ticket for line in lines if line.order.paid_at for ticket in tickets_of(line.order, [line], first=1)])


def _payment(order: Order) -> Payment:
    reason = "Seen on the account." if order.paid_at and order.total else ""
    return Payment(
        order=order,
        provider=Provider.MANUAL if order.total or not order.paid_at else Provider.FREE,
        state=State.SETTLED if order.paid_at else State.AWAITING,
        confirmed_at=order.paid_at,
        by_hand=bool(reason),
        by_hand_because=reason,
    )

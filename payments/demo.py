"""The demo's buyers: orders for the places that the demo's events count as sold and held."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from random import Random

from django.db import transaction
from django.db.models import F, Q, Sum, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from events import prices, refunds
from events.demo import NIGHTS
from events.models import Event, TicketTier
from orders import names
from orders.actions.tickets import issue
from orders.models import Order, OrderItem
from orders.models.order import HOLDING
from ticketing import history

from .deadlines import MANUAL_HOLD
from .models import Payment, Provider, State

BUYERS = ("Ayu", "Bagus", "Citra", "Dewi", "Eka", "Fajar", "Gita", "Hadi", "Indah", "Joko", "Kirana", "Lestari", "Made", "Nadia", "Putu")


def seed(*, seed: int) -> Iterator[str]:
    chance = Random(seed)  # noqa: S311  # a play, which is the same each time
    places = F("items__quantity") - F("items__returned")
    paid, held = Q(items__order__status=Order.Status.PAID), Q(items__order__status__in=HOLDING)
    tiers = TicketTier.objects.annotate(
        unsold=F("sold") - Coalesce(Sum(places, filter=paid), Value(0)), unheld=F("reserved") - Coalesce(Sum(places, filter=held), Value(0))
    )
    # Not a crowd's: its counters are there to be measured with, and nobody has bought them.
    tiers = tiers.filter(event__title__in=[night.title for night in NIGHTS])
    for tier in tiers.filter(Q(unsold__gt=0) | Q(unheld__gt=0)).order_by("event", "position"):
        with transaction.atomic():
            count = sum(_bought(tier, tier.unsold, chance, paid=True)) + sum(_bought(tier, tier.unheld, chance, paid=False))
        yield f"Made {count} orders for {tier}"


def _bought(tier: TicketTier, places: int, chance: Random, *, paid: bool) -> Iterator[int]:
    while places > 0:
        number = min(places, tier.max_purchase, chance.randint(1, 4))
        _order(tier, number, chance, paid=paid)
        places -= number
        yield 1


def _order(tier: TicketTier, number: int, chance: Random, *, paid: bool) -> None:
    event = Event.all_objects.select_related("promoter").get(pk=tier.event_id)
    quote = prices.quote([prices.Line(tier.pk, number, tier.price)], prices.terms_of(event))
    now = timezone.now()
    at = min(now, event.starts_at) - timedelta(hours=chance.randint(1, 20 * 24)) if paid else now
    name = chance.choice(BUYERS)
    order = Order(
        event=event,
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
        policy=refunds.policy_of(event).as_dict(),
        reserved_at=at,
        expires_at=None if paid else now + MANUAL_HOLD,
        paid_at=at if paid else None,
    )
    reason = "Seen on the account." if paid and quote.total else ""
    Payment.objects.create(
        order=_saved(order),
        provider=Provider.MANUAL if quote.total or not paid else Provider.FREE,
        state=State.SETTLED if paid else State.AWAITING,
        confirmed_at=at if paid else None,
        by_hand=bool(reason),
        by_hand_because=reason,
    )
    item = OrderItem.objects.create(order=order, tier=tier, quantity=number, unit_price=tier.price)
    history.record(order, order.status, at=at, by="buyer", new=order.status)
    if paid:
        issue(order, [item], first=1)


def _saved(order: Order) -> Order:
    order.save(force_insert=True)
    return order

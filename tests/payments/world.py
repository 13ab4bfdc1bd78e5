"""A chain, its watcher and a shop, for tests: money moves on the fake chain, and only the watcher tells us of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from orders.models import Order, Ticket
from payments import actions
from payments.chain import watcher
from payments.chain.nodes import Nodes
from payments.models import Chain, Payment, Token
from tests import factories
from tests.factories import THEN
from tests.payments.fake_chain import OTHER_STABLE, USDT, FakeChain, FakeNode
from ticketing.models import HistoryEntry

CENT = 10**4  # of a token with six decimals
PRICE = Decimal(150_000)
DUE = 921 * CENT  # 150,000 at 16,300, rounded up


@dataclass
class World:
    chain: Chain
    fake: FakeChain
    nodes: Nodes
    members: list[FakeNode]
    clock: Callable[[], datetime] = field(init=False)

    def __post_init__(self) -> None:
        self.clock = lambda: self.fake.now

    @property
    def at(self) -> datetime:
        return self.fake.now

    def watch(self, runs: int = 1) -> None:
        for _ in range(runs):
            watcher.watch(self.chain, self.nodes, clock=self.clock)

    def mine(self, count: int = 1) -> None:
        self.fake.mine(count)
        self.watch()

    def order(self, buyer: str = "Bea", **facts: object) -> Order:
        show = factories.Event.objects.first()
        self.rate()
        made = actions.check_out(wish=factories.wish(show, buyer, **facts), at=self.at, provider="usdt")
        return Order.objects.get(pk=made.pk)

    def rate(self, per_usdt: int = 16_300) -> None:
        actions.take_static(currency="IDR", per_usdt=Decimal(per_usdt), at=self.at)

    def pay(self, order: Order, amount: int = DUE, token: str = USDT) -> None:
        self.fake.pay(address(order), amount, token)
        self.mine()

    def pass_deadline(self, order: Order) -> None:
        self.fake.mine_until(Order.objects.get(pk=order.pk).expires_at + timedelta(seconds=121))
        self.watch()


def make(*, members: int = 2, seats: int = 5, small_depth: int = 3, start: datetime = THEN, **facts: object) -> World:
    fake = FakeChain(start=start)
    nodes = [fake.node(f"node{number}") for number in range(members)]
    chain = Chain.objects.create(
        number=fake.id, name="Test chain", enabled=True, small_depth=small_depth, final_depth=8, query_delay=0, **facts
    )
    Token.objects.create(chain=chain, address=USDT, label="USDT", decimals=6, accepted=True)
    Token.objects.create(chain=chain, address=OTHER_STABLE, label="Other", decimals=6)
    factories.published(tiers=[{"name": "Regular", "price": PRICE, "quantity": seats}])
    actions.derive_addresses(count=8)
    world = World(chain, fake, Nodes(fake.id, nodes, clock=lambda: 0), nodes)
    fake.mine(2)
    world.watch(2)
    return world


def address(order: Order) -> str:
    return str(order.payment.address.address)


def pair(order: Order) -> tuple[str, str]:
    return Order.objects.get(pk=order.pk).status, Payment.objects.get(order=order).state


def rows(order: Order) -> list[str]:
    """Return the rows of the table that the order went through."""
    found = HistoryEntry.objects.filter(subject_id__in=[order.pk, order.payment.pk], details__has_key="row").order_by("id")
    names: list[str] = []
    for name in found.values_list("details__row", flat=True):
        if not names or names[-1] != name:
            names.append(name)
    return names


def flags(order: Order) -> set[str]:
    payment = Payment.objects.get(order=order)
    return {name for name in ("is_under", "is_over", "is_late", "is_reorged") if getattr(payment, name)}


def tickets(order: Order) -> int:
    return Ticket.objects.filter(order=order, status=Ticket.Status.VALID).count()


def places() -> tuple[int, int]:
    tier = factories.tier()
    return tier.reserved, tier.sold

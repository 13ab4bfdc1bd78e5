"""A demo on the local chain, in the tests' own process: a shop, the chain, and the watcher between them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from orders.models import Order
from payments import actions, demo
from payments.chain import watcher
from payments.chain.connect import nodes_of
from payments.models import Chain
from tests import factories
from tests.local.local_chain import Asking
from tests.payments import keys, world
from ticketing.local.chain import play
from ticketing.local.places import Places


class Town:
    """The chain's newest block says what time it is."""

    def __init__(self, chain_node: Asking, now: list[float], at: datetime) -> None:
        self.chain_node = chain_node
        now[0] = max(now[0], at.timestamp())
        self.mine()

    @property
    def at(self) -> datetime:
        return datetime.fromtimestamp(int(self.chain_node.ask("eth_getBlockByNumber", "latest", False)["timestamp"], 16), UTC)

    def mine(self, count: int = 1) -> None:
        self.chain_node.mine(count)

    def watch(self) -> None:
        watcher.watch(Chain.objects.get(), nodes_of(play.NUMBER), clock=lambda: self.at)

    def order(self, buyer: str = "Bea") -> Order:
        made = actions.check_out(wish=factories.wish(factories.Event.objects.get(), buyer), at=self.at, provider="usdt")
        return Order.objects.get(pk=made.pk)


def town_settings(settings: Any) -> Any:
    settings.DEMO = settings.LOCAL_CHAIN = True
    settings.RATE_PROVIDER, settings.WALLET_XPUBS = "static", [keys.xpub()]
    return settings


@contextmanager
def open_town(chain_node: Asking, now: list[float], places: Places, settings: Any, *, at: datetime) -> Iterator[Town]:
    town_settings(settings)
    settings.RPC_URLS, settings.PLACES = {play.NUMBER: [chain_node.url]}, places
    nodes_of.cache_clear()
    town = Town(chain_node, now, at)
    factories.published(tiers=[{"name": "Regular", "price": world.PRICE, "quantity": 20}])
    demo.begin(at=town.at)
    town.watch()
    yield town
    nodes_of.cache_clear()

"""A world on real nodes: money moves there, and only the watcher tells us of it."""

from collections.abc import Callable
from datetime import timedelta

from orders.models import Order
from payments import actions
from payments.chain import watcher
from payments.chain.nodes import Nodes
from payments.models import Chain, Token
from tests import factories
from tests.factories import THEN
from tests.payments.anvil import Anvil
from tests.payments.world import DUE, PRICE, World


class RealWorld(World):
    """Each look is a new watcher, which knows nothing but the tables."""

    fake: Anvil

    def __init__(self, chain: Chain, node: Anvil, nodes: Callable[[], Nodes]) -> None:
        super().__init__(chain, node, nodes(), [])
        self.new_nodes = nodes

    def watch(self, runs: int = 1) -> None:
        for _ in range(runs):
            watcher.watch(self.chain, self.new_nodes(), clock=self.clock)

    def pay(self, order: Order, amount: int = DUE, token: str = "") -> None:
        super().pay(order, amount, token)

    def pass_deadline(self, order: Order) -> None:
        order.refresh_from_db()
        self.fake.mine_until(order.expires_at + timedelta(seconds=121))
        self.watch()


def opened(node: Anvil, nodes: Callable[[], Nodes], **facts: object) -> RealWorld:
    """Open a shop that takes money on this chain, from the newest block on."""
    chain = Chain.objects.create(
        number=node.id, **{"name": "anvil", "enabled": True, "small_depth": 3, "final_depth": 8, "query_delay": 0, **facts}
    )
    for token, accepted in ((node.usdt, True), (node.other, False)):
        Token.objects.create(chain=chain, address=token, label="USDT", decimals=6, accepted=accepted)
    factories.published(tiers=[{"name": "Regular", "price": PRICE, "quantity": 20}], starts_at=THEN + timedelta(days=300))
    actions.derive_addresses(count=12)
    world = RealWorld(chain, node, nodes)
    node.mine()
    world.watch(2)
    return world

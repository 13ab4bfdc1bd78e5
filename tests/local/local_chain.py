"""The local chain for tests: in this process with its clock in our hands, or as the process that `up` starts."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from eth_account import Account
from requests import Session

from ticketing.local.chain import endpoint, play
from ticketing.local.chain.ledger import Ledger
from ticketing.local.chain.server import Node, Server
from ticketing.local.places import BASE_DIR, Places

BEGINS = 1_800_000_000
# A visitor of a demo, as a command beside it: orders a ticket and pays with the demo's wallet; it asks nobody whether it came.
BUY = """
from decimal import Decimal
from django.utils import timezone
from events.models import TicketTier
from payments import actions, amounts, purse
from tests import factories

open_now = TicketTier.objects.filter(event__status="published", event__currency="IDR", price__gt=0, sale_starts_at=None, hidden=False)
tier = next(tier for tier in open_now.order_by("event__starts_at", "position") if 1000 > tier.available > 5)
wish = factories.wish(tier.event, {buyer!r}, lines={{tier.pk: 1}})
order = actions.check_out(wish=wish, at=timezone.now(), provider="usdt")
due = amounts.in_usdt(int(order.payment.quotes.get().due), 6)
purse.pay(purse.WAYS["exchange"], to=order.payment.address.address, amount=due)
print(order.reference)
"""
NOBODY = "0x" + "11" * 20
SELECTORS = {
    "transfer": "a9059cbb",
    "approve": "095ea7b3",
    "transferFrom": "23b872dd",
    "batch": "c00c4e9e",
    "issue": "867904b4",
    "setParams": "c0324c77",
    "setPaused": "16c38b3c",
    "setBlackListed": "5cd8c072",
    "destroyBlackFunds": "f3bdc228",
    "balanceOf": "70a08231",
    "totalSupply": "18160ddd",
    "decimals": "313ce567",
}


def data(deed: str, *given: Any) -> str:
    """Write a call as the contract reads it: words of 32 bytes, lists at the end."""
    heads, tails = [], []
    for one in given:
        if isinstance(one, list):
            heads.append(32 * len(given) + sum(map(len, tails)) // 2)
            tails.append("".join(_word(number) for number in [len(one), *one]))
        else:
            heads.append(one)
    return f"0x{SELECTORS[deed]}" + "".join(map(_word, heads)) + "".join(tails)


def _word(value: Any) -> str:
    return f"{int(value, 16) if isinstance(value, str) else int(value):064x}"


class Asking:
    """Whoever asks a node in raw words."""

    def __init__(self, url: str) -> None:
        self.url, self._session = url, Session()
        self._session.trust_env = False

    def ask(self, method: str, *given: Any) -> Any:
        told = self.said(method, *given)
        assert "error" not in told, told
        return told["result"]

    def said(self, method: str, *given: Any) -> Any:
        return self._session.post(self.url, json={"jsonrpc": "2.0", "id": 7, "method": method, "params": list(given)}, timeout=60).json()

    def post(self, body: Any, path: str = "") -> Any:
        return self._session.post(self.url + path, data=body if isinstance(body, bytes) else json.dumps(body), timeout=60)

    def send(self, deed: str, *given: Any, by: play.Person = play.BUYER, coin: play.Coin = play.USDT) -> str:
        return self.ask("eth_sendTransaction", {"from": by.address, "to": coin.address, "data": data(deed, *given)})

    def read(self, deed: str, *given: Any, coin: play.Coin = play.USDT, at: str = "latest") -> int:
        return int(self.ask("eth_call", {"to": coin.address, "data": data(deed, *given)}, at), 16)

    def mine(self, count: int = 1) -> None:
        for _ in range(count):
            self.ask("evm_mine")


@contextmanager
def serving(places: Places, *, at: float = BEGINS) -> Iterator[tuple[Asking, list[float]]]:
    """Run it in this process. Its time is what the list says, and blocks are made by `evm_mine` alone."""
    now = [at]
    listening = endpoint.opened(places)
    server = Server(listening, Node(Ledger(endpoint.blocks(places), at=now[0]), clock=lambda: now[0]), path=endpoint.path(places))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield Asking(endpoint.url(places)), now
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def running(places: Places) -> Iterator[tuple[Asking, subprocess.Popen]]:
    """Run it as a process of its own, killed in the end."""
    places.prepare()
    with endpoint.opened(places) as listening:
        process = subprocess.Popen(
            endpoint.command(listening),
            pass_fds=[listening.fileno()],
            cwd=BASE_DIR,
            env={"STATE_DIR": str(places.state), "PATH": str(Path(sys.executable).parent), "ENV_FILE": ""},
        )
    try:
        yield Asking(endpoint.url(places)), process
    finally:
        process.kill()
        process.wait()


def signed(nonce: int, **facts: Any) -> str:
    """Sign as scripts do, who have a key and nothing else."""
    whole = {"nonce": nonce, "gas": 200_000, "gasPrice": 2 * 10**9, "chainId": play.NUMBER, "value": 0, **facts}
    return "0x" + Account.sign_transaction(whole, play.SCRIPTS.key).raw_transaction.hex().removeprefix("0x")

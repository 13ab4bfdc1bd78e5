"""Watching a chain with a hundred and with a hundred thousand orders that wait, and a million addresses that were used once.

The chain is in memory and answers at once, so what is measured is ours: the watcher, Django, PostgreSQL. Each block has 200
transfers of the token; some go to old addresses of ours, and one pays for an order, which is believed a few blocks later.
By itself, in the state that `make bench` left: `python -m bench.chain`. No web server and no worker runs beside it.
"""

import json
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import md5, sha256
from statistics import median
from typing import Any

from .processes import own_memory

TOKEN = "0x" + "5d" * 20
LOGS, TO_OLD, TO_WAITING = 200, 5, 1
FEW, MANY, OLD = 100, 100_000, 1_000_000
BLOCKS = 60


@dataclass
class Ledger:
    """A node of a chain of its own. It makes a block when it is told to, and knows no other words than `Node` has."""

    number: int
    name: str = "in memory"
    blocks: list[Any] = field(default_factory=list)
    known: dict[str, tuple[Any, list[Any]]] = field(default_factory=dict)
    receipts: dict[str, Any] = field(default_factory=dict)

    def mine(self, at: datetime, sent: Sequence[tuple[str, int]]) -> None:
        from payments.blocks import TRANSFER, Header, Log, Receipt

        number = len(self.blocks)
        parent = self.blocks[-1].hash if self.blocks else "0x" + "0" * 64
        header = Header(number, _hash("block", number), parent, at)
        words = ("0x" + "ab" * 32, *("0x" + to[2:].rjust(64, "0") for to, _ in sent))
        logs = [
            Log(header.hash, number, index, _hash("tx", number, index), TOKEN, (TRANSFER, words[0], words[index + 1]), f"0x{amount:064x}")
            for index, (_, amount) in enumerate(sent)
        ]
        self.blocks.append(header)
        self.known[header.hash] = (header, logs)
        self.receipts |= {log.tx: Receipt(header.hash, True, [log]) for log in logs[: TO_WAITING + TO_OLD]}

    def chain_id(self) -> int:
        return self.number

    def head(self) -> Any:
        return self.blocks[-1]

    def header(self, number: int) -> Any:
        return self.blocks[number]

    def header_by_hash(self, block: str) -> Any:
        return self.known[block][0]

    def tag_height(self, tag: str) -> int | None:
        return max(0, len(self.blocks) - 10)

    def logs(self, block: str, tokens: Sequence[str]) -> list[Any]:
        return self.known[block][1]

    def logs_between(self, first: int, last: int, tokens: Sequence[str]) -> list[Any]:
        return [log for header in self.blocks[first : last + 1] for log in self.known[header.hash][1]]

    def receipt(self, tx: str) -> Any:
        return self.receipts.get(tx)

    def decimals(self, token: str) -> int:
        return 6


def _hash(*words: object) -> str:
    return "0x" + sha256(repr(words).encode()).hexdigest()


def measured() -> Iterator[dict[str, Any]]:
    """Yield what a block costs with few orders waiting, then with many."""
    from django.utils import timezone

    from payments.chain.nodes import Nodes

    ledger = Ledger(int.from_bytes(os.urandom(4)) + 1)
    ledger.mine(timezone.now(), [])
    shop, nodes = Shop(ledger), Nodes(ledger.number, [ledger, ledger])
    shop.remember(OLD)
    for waiting in (FEW, MANY):
        shop.wait(waiting)
        yield {"what": f"{waiting:,} orders waiting", **blocks(shop, ledger, nodes)}


def blocks(shop: "Shop", ledger: Ledger, nodes: Any) -> dict[str, float]:
    """Mine and watch one block after the other; the first few, which fill what PostgreSQL keeps near, do not count."""
    from payments.chain import watcher

    taken, asked, before, settled = [], [], 0.0, shop.settled()
    for turn in range(-10, BLOCKS):
        shop.at += timedelta(seconds=1)
        ledger.mine(shop.at, shop.sent())
        if turn == 0:
            before = own_memory()
        began = time.perf_counter()
        with database_time() as spent:
            watcher.watch(shop.chain, nodes, clock=lambda: shop.at)
        if turn >= 0:
            taken.append(time.perf_counter() - began)
            asked.append(spent[0])
    return {
        "database_ms": round(median(asked) * 1000, 1),
        "whole_ms": round(median(taken) * 1000, 1),
        "whole_p95_ms": round(sorted(taken)[len(taken) * 95 // 100] * 1000, 1),
        "paid": shop.settled() - settled,
        "memory_grew_mb": round(own_memory() - before, 1),
    }


@contextmanager
def database_time() -> Iterator[list[float]]:
    """Count the seconds for which this process waits for PostgreSQL."""
    from django.db import connection

    spent = [0.0]

    def timed(execute: Any, *words: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(*words)
        finally:
            spent[0] += time.perf_counter() - began

    with connection.execute_wrapper(timed):
        yield spent


class Shop:
    """An event that everybody pays for in USDT. One order is placed as buyers do, the others are copies of its rows."""

    def __init__(self, ledger: Ledger) -> None:
        import psycopg
        from django.conf import settings

        import payments.actions
        from orders.actions import Wish
        from orders.buyers import Buyer
        from payments.models import Chain, Payment, Quote, Token
        from ticketing.local.postgres import OWNER

        from .buying import event_of

        at, self.run, self.waiting = ledger.head().at, str(ledger.number), 0
        depths = {"small_depth": 3, "final_depth": 12, "query_delay": 0, "small_amount": 10_000}
        self.chain = Chain.objects.create(number=ledger.number, name="Bench", enabled=True, **depths)
        token = Token.objects.create(chain=self.chain, address=TOKEN, label="USDT", decimals=6, accepted=True)
        payments.actions.begin_chain(chain_id=self.chain.pk, header=ledger.head())
        payments.actions.see_head(chain_id=self.chain.pk, final_number=0, at=at)
        payments.actions.take_static(currency="IDR", per_usdt=Decimal(16_300), at=at)
        payments.actions.fill_pool()
        self.event = event_of(Decimal(163_000), MANY * 2)
        wish = Wish(event_id=self.event.pk, lines={self.event.tiers.get().pk: 1}, buyer=Buyer(email="ayu@example.org", name="Ayu"))
        order = payments.actions.check_out(wish=wish, at=at, provider="usdt", token_id=token.pk)
        self.payment = Payment.objects.select_related("order", "address").get(order=order)
        self.due = int(Quote.objects.get(payment=self.payment).due)
        self.owner = psycopg.connect(settings.PLACES.database_url(OWNER), autocommit=True)
        self.at, self.payments = at, iter(range(1, MANY))

    def remember(self, count: int) -> None:
        """Have so many addresses that were used once, by orders that are long forgotten."""
        self._copy(self.payment.address, 1, count, _address("old", self.run))
        self.owner.execute("VACUUM ANALYZE")

    def wait(self, count: int) -> None:
        """Have so many orders that wait for their money."""
        from django.db.models import F

        begin = self.waiting + 1
        ids = {name: _id(name, self.run) for name in ("order", "payment", "address", "item", "quote")}
        reference = f"'BK-' || lpad(upper(to_hex({int(self.run) % 2**20} * {2**17}::bigint + n)), 10, '0')"
        secret = f"md5('secret' || '{self.run}' || n)"
        order = {"id": ids["order"], "reference": reference, "secret": secret, "submission": "NULL", "single_key": "''"}
        self._copy(self.payment.address, begin, count, {**_address("address", self.run), "id": ids["address"]})
        self._copy(self.payment.order, begin, count, order)
        self._copy(self.payment.order.items.get(), begin, count, {"id": ids["item"], "order_id": ids["order"]})
        self._copy(
            self.payment,
            begin,
            count,
            {"id": ids["payment"], "order_id": ids["order"], "address_id": ids["address"], "touched_height": "NULL"},
        )
        self._copy(self.payment.quotes.get(), begin, count, {"id": ids["quote"], "payment_id": ids["payment"]})
        self.event.tiers.update(reserved=F("reserved") + count - self.waiting)
        self.waiting = count
        self.owner.execute("VACUUM ANALYZE")

    def sent(self) -> list[tuple[str, int]]:
        """Return what the next block's transfers go to: a few to us, the others to strangers."""
        paid = [(_hex_address("address", self.run, next(self.payments)), self.due) for _ in range(TO_WAITING)]
        old = [(_hex_address("old", self.run, int.from_bytes(os.urandom(4)) % OLD + 1), 1_000_000) for _ in range(TO_OLD)]
        return [*paid, *old, *(("0x" + os.urandom(20).hex(), 1_000_000) for _ in range(LOGS - TO_WAITING - TO_OLD))]

    def settled(self) -> int:
        return int(self.event.orders.filter(status="paid").count())

    def _copy(self, row: Any, first: int, last: int, changes: dict[str, str]) -> None:
        """Write copies of the row, by one statement. What is generated, PostgreSQL generates."""
        columns = [field.column for field in row._meta.concrete_fields if not field.generated]
        taken = ", ".join(changes.get(column, f'"{column}"') for column in columns)
        names = ", ".join(f'"{column}"' for column in columns)
        table = f'"{row._meta.db_table}"'
        numbers = f"generate_series({first}, {last}) AS n"
        self.owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        self.owner.execute(f"INSERT INTO {table} ({names}) SELECT {taken} FROM {table}, {numbers} WHERE id = %s", [row.pk])  # noqa: S608  # our own names
        self.owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def _id(name: str, run: str) -> str:
    return f"md5('{name}' || '{run}' || n)::uuid"


def _address(name: str, run: str) -> dict[str, str]:
    """Of a wallet of its own, so that nobody is given such an address."""
    wallet = f"left(md5('{name}{run}'), 8)"
    address = f"'0x' || left(md5('{name}' || '{run}' || n) || md5(n || '{name}'), 40)"
    return {"id": _id(name, run), "address": address, "wallet": wallet, "index": "n"}


def _hex_address(name: str, run: str, number: int) -> str:
    return "0x" + (_md5(f"{name}{run}{number}") + _md5(f"{number}{name}"))[:40]


def _md5(text: str) -> str:
    return md5(text.encode(), usedforsecurity=False).hexdigest()


def table(figures: list[dict[str, Any]]) -> list[str]:
    few, many = figures
    lines = ["| a block, one chain | database ms | in all, p50, p95 ms | orders paid | memory grew, MB |", "|---|--:|--:|--:|--:|"]
    lines += [
        f"| {f['what']} | {f['database_ms']} | {f['whole_ms']}, {f['whole_p95_ms']} | {f['paid']} | {f['memory_grew_mb']} |"
        for f in figures
    ]
    return [*lines, "", f"With many waiting a block costs {many['whole_ms'] / few['whole_ms']:.2f} times what it costs with few."]


def main() -> None:
    import django

    from ticketing.local.places import here
    from ticketing.local.sharing import services

    os.environ.setdefault("STATE_DIR", "var/bench")
    os.environ.update(DJANGO_SETTINGS_MODULE="ticketing.settings", ENV_FILE="", LOG_LEVEL="error", DEMO="on")
    with services(here()):
        django.setup()
        for figures in measured():
            print(json.dumps(figures), flush=True)  # noqa: T201  # its output


if __name__ == "__main__":
    main()

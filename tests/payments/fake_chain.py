"""A chain in memory, with reorgs, and nodes that lag, fail and lie. Block time is the chain's own, not the clock's."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from payments.blocks import TRANSFER, Header, Log, Receipt, bloom_bits
from payments.chain.node import NodeFailed, UnknownBlock

GENESIS = datetime(2027, 2, 1, 8, 0, tzinfo=UTC)
USDT = "0x" + "55" * 20
OTHER_STABLE = "0x" + "66" * 20
SENDER = "0x" + "ab" * 20


def word(address: str) -> str:
    return "0x" + address[2:].rjust(64, "0")


@dataclass(frozen=True)
class Sent:
    """One transfer of a transaction."""

    token: str
    to: str
    amount: int
    sender: str = SENDER


@dataclass
class Tx:
    hash: str
    transfers: list[Sent]
    succeeded: bool = True


@dataclass
class Block:
    header: Header
    txs: list[Tx]

    @property
    def logs(self) -> list[Log]:
        sent = [(tx, one) for tx in self.txs if tx.succeeded for one in tx.transfers]
        return [
            Log(
                self.header.hash,
                self.header.number,
                index,
                tx.hash,
                one.token,
                (TRANSFER, word(one.sender), word(one.to)),
                f"0x{one.amount:064x}",
            )
            for index, (tx, one) in enumerate(sent)
        ]


class FakeChain:
    def __init__(self, chain_id: int = 31337, *, start: datetime = GENESIS, seconds: int = 2) -> None:
        self.id, self.seconds = chain_id, seconds
        self.pool: list[Tx] = []
        self._numbers = 0
        self.blocks = [Block(Header(0, self._hash("block"), "0x" + "0" * 64, start), [])]
        self.orphans: dict[str, Block] = {}
        self.safe_behind, self.final_behind = 4, 8

    @property
    def head(self) -> Header:
        return self.blocks[-1].header

    @property
    def now(self) -> datetime:
        return self.head.at

    def send(self, *transfers: Sent, succeeded: bool = True) -> Tx:
        """Put a transaction into the pool: the next block takes it."""
        self.pool.append(Tx(self._hash("tx"), list(transfers), succeeded))
        return self.pool[-1]

    def pay(self, to: str, amount: int, token: str = USDT) -> Tx:
        return self.send(Sent(token, to, amount))

    def mine(self, count: int = 1, *, seconds: int | None = None) -> Header:
        for _ in range(count):
            self._append(self.pool, self.seconds if seconds is None else seconds)
            self.pool = []
        return self.head

    def mine_until(self, moment: datetime) -> Header:
        """Mine one block, whose time is this."""
        return self.mine(seconds=int((moment - self.now).total_seconds()))

    def reorg(self, depth: int, *, keep: bool = False, longer: int = 1) -> None:
        """Replace the newest blocks by a longer branch, where what they held is sent again or lost."""
        depth = min(depth, len(self.blocks) - 1)  # all have the first block
        gone = self.blocks[-depth:]
        self.orphans.update({block.header.hash: block for block in gone})
        self.blocks = self.blocks[:-depth]
        lost = [tx for block in gone for tx in block.txs]
        self.pool = [*(lost if keep else []), *self.pool]
        self.mine(depth + longer)

    def node(self, name: str = "one", **faults: object) -> "FakeNode":
        return FakeNode(self, name, **faults)

    def _append(self, txs: list[Tx], seconds: int) -> None:
        tip = self.head
        header = Header(tip.number + 1, self._hash("block"), tip.hash, tip.at + timedelta(seconds=seconds))
        block = Block(header, txs)
        block.header = replace(header, bloom=bloom_of(block.logs))
        self.blocks.append(block)

    def _hash(self, kind: str) -> str:
        self._numbers += 1
        return f"0x{'b' if kind == 'block' else 'a'}{self.id:015x}{self._numbers:048x}"


def bloom_of(logs: list[Log]) -> bytes:
    number = 0
    for value in [value for log in logs for value in (log.token, *log.topics)]:
        for bit in bloom_bits(value):
            number |= 1 << bit
    return number.to_bytes(256)


@dataclass
class FakeNode:
    """One view of the chain. `down` names the calls that fail, or all; `hides`, `adds` and `dated` make a liar of it."""

    chain: FakeChain
    name: str = "one"
    lag: int = 0
    down: frozenset[str] | set[str] | bool = False
    wrong_id: int | None = None
    hides: Callable[[Log], bool] = lambda log: False
    adds: Callable[[Header], list[Log]] = lambda header: []
    dated: Callable[[Header], Header] = lambda header: header
    tags: bool = True
    during: Callable[[str], None] = lambda call: None
    asked: list[str] = field(default_factory=list)

    def chain_id(self) -> int:
        self._call("chain_id")
        return self.wrong_id or self.chain.id

    def head(self) -> Header:
        self._call("head")
        return self._known[-1].header

    def header(self, number: int) -> Header:
        self._call("header")
        if not 0 <= number < len(self._known):
            raise UnknownBlock
        return self.dated(self._known[number].header)

    def header_by_hash(self, block: str) -> Header:
        self._call("header_by_hash")
        return self._block(block).header

    def tag_height(self, tag: str) -> int | None:
        self._call("tag_height")
        behind = {"safe": self.chain.safe_behind, "finalized": self.chain.final_behind}[tag]
        return max(0, len(self._known) - 1 - behind) if self.tags else None

    def logs(self, block: str, tokens: list[str]) -> list[Log]:
        self._call("logs")
        return self._shown(self._block(block), tokens)

    def logs_between(self, first: int, last: int, tokens: list[str]) -> list[Log]:
        self._call("logs_between")
        if first >= len(self._known):
            raise NodeFailed("past the head")
        return [log for block in self._known[first : last + 1] for log in self._shown(block, tokens)]

    def receipt(self, tx: str) -> Receipt | None:
        self._call("receipt")
        for block in self._known:
            if any(other.hash == tx and other.succeeded for other in block.txs):
                logs = self._shown(block, None)
                return Receipt(block.header.hash, True, [log for log in logs if log.tx == tx])
        return None

    def decimals(self, token: str) -> int:
        self._call("decimals")
        return 6

    def _call(self, name: str) -> None:
        self.asked.append(name)
        self.during(name)
        if self.down is True or (self.down and name in self.down):
            raise NodeFailed(f"{self.name} is down")

    @property
    def _known(self) -> list[Block]:
        return self.chain.blocks[: max(1, len(self.chain.blocks) - self.lag)]

    def _block(self, block: str) -> Block:
        for known in self._known:
            if known.header.hash == block:
                return known
        raise UnknownBlock

    def _shown(self, block: Block, tokens: list[str] | None) -> list[Log]:
        mine = [log for log in block.logs if (tokens is None or log.token in tokens) and not self.hides(log)]
        return [*mine, *self.adds(block.header)]

"""What a chain says, as plain values. Hashes and addresses are lower-case hex, times are UTC. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from Crypto.Hash import keccak

# keccak of Transfer(address,address,uint256): the first topic of every transfer of a token.
TRANSFER = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"


class Untrue(Exception):
    """An answer that cannot be: it contradicts its question, itself, or what a block is."""


@dataclass(frozen=True)
class Header:
    number: int
    hash: str
    parent: str
    at: datetime
    bloom: bytes = b""


@dataclass(frozen=True)
class Log:
    """One log as a node gives it; whether it is what we asked for, `arrivals` checks."""

    block: str
    number: int
    index: int
    tx: str
    token: str
    topics: Sequence[str]
    data: str
    removed: bool = False


@dataclass(frozen=True)
class Receipt:
    block: str
    succeeded: bool
    logs: Sequence[Log]


@dataclass(frozen=True)
class Arrival:
    """Some of a token went to an address, in this block."""

    number: int
    block: str
    index: int
    tx: str
    token: str
    sender: str
    to: str
    amount: int
    at: datetime


def arrivals(header: Header, logs: Iterable[Log], tokens: Iterable[str]) -> list[Arrival]:
    """Return the transfers among the logs of a block. Raises Untrue if they are not what was asked for."""
    found, seen, wanted = [], set(), frozenset(tokens)
    for log in logs:
        if log.removed or (log.block, log.number) != (header.hash, header.number):
            raise Untrue("a log of another block")
        if log.token not in wanted or not log.topics or log.topics[0] != TRANSFER:
            raise Untrue("a log that was not asked for")
        if log.index in seen:
            raise Untrue("two logs with one number")
        seen.add(log.index)
        if arrival := _arrival(header, log):
            found.append(arrival)
    return found


def may_hold_transfers(header: Header, tokens: Iterable[str]) -> bool:
    """Answer whether the header's bloom filter leaves room for a transfer. A node that shows none then may have lost it."""
    return not header.bloom or (_in_bloom(header.bloom, TRANSFER) and any(_in_bloom(header.bloom, token) for token in tokens))


def bloom_bits(value: str) -> list[int]:
    """Return the three bits that a hex value sets in the filter of 2048."""
    digest = keccak_of(bytes.fromhex(value[2:]))
    return [int.from_bytes(digest[place : place + 2]) & 2047 for place in (0, 2, 4)]


def keccak_of(value: bytes) -> bytes:
    return keccak.new(digest_bits=256, data=value).digest()


def _arrival(header: Header, log: Log) -> Arrival | None:
    """A token that words its transfers in another shape than ours is passed over: it cannot be credited, nor stop the chain."""
    if len(log.topics) != 3 or len(log.data) != 66:
        return None
    sender, to = (f"0x{topic[-40:]}" for topic in log.topics[1:])
    return Arrival(log.number, log.block, log.index, log.tx, log.token, sender, to, int(log.data, 16), header.at)


def _in_bloom(bloom: bytes, value: str) -> bool:
    number = int.from_bytes(bloom)
    return all(number >> bit & 1 for bit in bloom_bits(value))

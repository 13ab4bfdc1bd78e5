"""Numbers from words: the same words throw the same numbers, whatever the machine or the version of Python."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice:
    def __init__(self, *words: object) -> None:
        # No word holds a control character once it is clean, so two lists of words never make one key.
        self._bytes = _stream("\x1f".join(str(word) for word in words).encode())

    def below(self, limit: int) -> int:
        return int.from_bytes([next(self._bytes) for _ in range(3)], "big") % limit

    def pick(self, things: Sequence[T]) -> T:
        return things[self.below(len(things))]

    def between(self, low: float, high: float) -> float:
        return low + (high - low) * self.below(10_000) / 10_000


def _stream(key: bytes) -> Iterator[int]:
    block = hashlib.sha256(key + b"\0").digest()
    while True:
        yield from block
        block = hashlib.sha256(block).digest()

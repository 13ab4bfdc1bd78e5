"""Numbers from words: the same words throw the same numbers, whatever the machine or the version of Python."""

import hashlib
from collections.abc import Sequence
from typing import TypeVar

Thing = TypeVar("Thing")


class Dice:
    def __init__(self, *words: object) -> None:
        # Clean words hold no control character, so two lists of words never make one key.
        self._state = "\x1f".join(map(str, words)).encode()

    def below(self, limit: int) -> int:
        self._state = hashlib.sha256(self._state).digest()
        return int.from_bytes(self._state[:8], "big") % limit

    def pick(self, things: Sequence[Thing]) -> Thing:
        return things[self.below(len(things))]

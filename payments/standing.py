"""Where the money of an order stands, from what the chain holds for it. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

GRACE = timedelta(seconds=120)  # blocks are not mined by the second
PART_HOLDS = timedelta(minutes=30)  # whoever sent a part gets so long for the rest


@dataclass(frozen=True)
class Terms:
    """What was asked for, and how deep a block must lie: heights, up to which blocks are believed and final."""

    due: int
    least: int
    believed_to: int
    final_to: int


@dataclass(frozen=True)
class Standing:
    """Amounts in the token's smallest units. `needed` are the first of all that arrived which together are enough."""

    due: int
    least: int
    seen: int
    believed: int
    final: int
    first_at: datetime | None
    needed: Sequence[Any]
    arrived: Sequence[Any]

    @property
    def is_enough(self) -> bool:
        return self.seen >= self.least

    @property
    def is_believed(self) -> bool:
        return self.believed >= self.least

    @property
    def is_final(self) -> bool:
        return self.final >= self.least

    @property
    def evidence(self) -> list[Any]:
        """Return the fewest of the needed that are enough. What a stranger scatters before them changes neither sum nor time."""
        return weighty(self.needed, to_spare=sum(int(one.amount) for one in self.needed) - self.least)

    @property
    def complete_at(self) -> datetime | None:
        """Return the time of the block that made it enough."""
        return self.needed[-1].block_at if self.is_enough else None

    @property
    def excess(self) -> int:
        return self.excess_with(0)

    def excess_with(self, elsewhere: int) -> int:
        """Return what is owed back; as much too much as is forgiven too little, is no excess."""
        over = self.seen + elsewhere - self.due
        return over if over > self.due - self.least else 0


def standing(terms: Terms, transfers: Iterable[Any]) -> Standing:
    """Add up the transfers that stand, in the order of the chain."""
    transfers = sorted(transfers, key=lambda one: (one.block_number, one.log_index))
    seen, needed = 0, []
    for one in transfers:
        if seen < terms.least:
            needed.append(one)
        seen += int(one.amount)
    believed, final = (
        sum(int(one.amount) for one in transfers if one.block_number <= height) for height in (terms.believed_to, terms.final_to)
    )
    first_at = transfers[0].block_at if transfers else None
    return Standing(terms.due, terms.least, seen, believed, final, first_at, needed, transfers)


def weighty(transfers: Iterable[Any], *, to_spare: int) -> list[Any]:
    """Return the transfers without the smallest ones, as far as these together are no more than can be spared."""
    kept = []
    for one in sorted(transfers, key=lambda one: int(one.amount)):
        to_spare -= int(one.amount)
        if to_spare < 0:
            kept.append(one)
    return kept


def deadline(expires_at: datetime, first_at: datetime | None) -> datetime:
    """Return the block time until which money is on time. A first part that was on time puts it off."""
    if first_at is not None and first_at <= expires_at + GRACE:
        expires_at = max(expires_at, first_at + PART_HOLDS)
    return expires_at + GRACE

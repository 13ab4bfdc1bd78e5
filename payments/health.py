"""How well each chain is seen, for people and machines that watch over the site."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from payments.models import Chain, Payment, State


@dataclass(frozen=True)
class ChainHealth:
    number: int
    name: str
    block: int | None
    final: int | None
    unseen_for: int | None  # seconds since all of it was read
    halted: str
    is_well: bool

    @property
    def says(self) -> str:
        if self.halted:
            return _("halted at block %(block)s: %(reason)s") % {"block": self.block, "reason": _(self.halted)}
        if self.unseen_for is None:
            return _("never read to its end; is a worker running, with the queue “chain”?")
        words = {"block": self.block, "final": self.final, "seconds": self.unseen_for}
        if self.final is None or self.final < 0:
            return _("block %(block)s, nothing final yet, read to its end %(seconds)s s ago") % words
        return _("block %(block)s, final until %(final)s, read to its end %(seconds)s s ago") % words

    def as_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("number", "name", "block", "final", "unseen_for", "halted", "is_well")}


def chains(at: datetime) -> list[ChainHealth]:
    return [of(chain, at) for chain in Chain.objects.watched().select_related("cursor")]


def unsettled() -> int:
    """Return how many orders wait until their money is certain."""
    return Payment.objects.filter(state=State.CONFIRMING).count()


def of(chain: Chain, at: datetime) -> ChainHealth:
    cursor = getattr(chain, "cursor", None)
    if cursor is None or cursor.reached_at is None:
        return ChainHealth(chain.number, chain.name, cursor and cursor.number, cursor and cursor.final_number, None, "", is_well=False)
    unseen_for = int((at - cursor.reached_at).total_seconds())
    well = not cursor.halted and unseen_for <= chain.patience
    return ChainHealth(chain.number, chain.name, cursor.number, cursor.final_number, unseen_for, cursor.halted, is_well=well)

"""What a visitor has chosen and typed so far: the event page shows it again when a door to the left did not take it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from events.forms import Buy
from events.models import DiscountCode


@dataclass(frozen=True)
class Way:
    """What a visitor can do instead."""

    words: str
    url: str


@dataclass(frozen=True)
class Attempt:
    form: Buy
    wanted: Mapping[UUID, int] = field(default_factory=dict)
    code: DiscountCode | None = None
    ways: Sequence[Way] = ()

    @property
    def key(self) -> str:
        """Return what makes this form one order, however often it is sent."""
        typed: Any = self.form.data.get("key", "") if self.form.is_bound else ""
        return str(typed)[:64] or self.form.new_key()

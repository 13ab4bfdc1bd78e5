"""What comes back when a buyer gives tickets back: the policy, its sums and its words. Pure; orders keep a copy."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ticketing.money import rounded, written

from .models import Event

HUNDRED = Decimal(100)


@dataclass(frozen=True)
class RefundPolicy:
    """Until how many hours before the start (None: never), how much of the price, less what is kept for each ticket."""

    until_hours: int | None
    percent: Decimal
    withheld: Decimal
    keeps_fee: bool
    currency: str

    def ends_at(self, starts_at: datetime) -> datetime | None:
        return None if self.until_hours is None else starts_at - timedelta(hours=self.until_hours)

    def is_open(self, starts_at: datetime, at: datetime) -> bool:
        end = self.ends_at(starts_at)
        return end is not None and at < end

    def refund(self, *, tickets: Decimal, fee: Decimal, count: int) -> Decimal:
        """Return what comes back for so many tickets, which cost so much with their tax, and so much service fee."""
        back = max(Decimal(0), tickets * self.percent / HUNDRED - self.withheld * count)
        return rounded(back + (0 if self.keeps_fee else fee), self.currency)

    def words(self) -> str:
        """Say it in the reader's language, in whole sentences."""
        if self.until_hours is None:
            return _("Tickets are not refunded.")
        return " ".join([self._when(), self._how_much(), self._fee()])

    def as_dict(self) -> dict[str, Any]:
        """Return it as an order keeps it."""
        return {
            "until_hours": self.until_hours,
            "percent": str(self.percent),
            "withheld": str(self.withheld),
            "keeps_fee": self.keeps_fee,
            "currency": self.currency,
        }

    @classmethod
    def from_dict(cls, kept: dict[str, Any]) -> "RefundPolicy":
        return cls(**{**kept, "percent": Decimal(kept["percent"]), "withheld": Decimal(kept["withheld"])})

    def _when(self) -> str:
        hours = self.until_hours or 0
        if not hours:
            return _("You can give tickets back until the event starts.")
        if hours % 24:
            words = ngettext(
                "You can give tickets back until %(count)s hour before the start.",
                "You can give tickets back until %(count)s hours before the start.",
                hours,
            )
            return words % {"count": hours}
        words = ngettext(
            "You can give tickets back until %(count)s day before the start.",
            "You can give tickets back until %(count)s days before the start.",
            hours // 24,
        )
        return words % {"count": hours // 24}

    def _how_much(self) -> str:
        share, kept = number_format(f"{self.percent.normalize():f}"), written(self.withheld, self.currency)
        if not self.percent:
            return _("Nothing of their price comes back.")
        if self.withheld and self.percent == HUNDRED:
            return _("Their price comes back, less %(kept)s for each ticket.") % {"kept": kept}
        if self.withheld:
            words = _("%(share)s%% of their price comes back, less %(kept)s for each ticket.")
            return words % {"share": share, "kept": kept}
        if self.percent == HUNDRED:
            return _("Their full price comes back.")
        return _("%(share)s%% of their price comes back.") % {"share": share}

    def _fee(self) -> str:
        return _("The service fee is kept.") if self.keeps_fee else _("The service fee comes back, too.")


def policy_of(event: Event) -> RefundPolicy:
    return RefundPolicy(
        until_hours=event.refund_until_hours,
        percent=event.refund_percent,
        withheld=event.refund_withheld,
        keeps_fee=event.refund_keeps_fee,
        currency=event.currency,
    )

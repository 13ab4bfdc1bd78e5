"""Rates are written down, every round of them; what is accepted is shown beside prices, too."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

import events.actions
from payments.models import Rate, RateQuote
from payments.rates.rounds import Answer, judged
from ticketing.errors import DomainError
from ticketing.money import Currency

FRESH, USABLE = timedelta(minutes=5), timedelta(minutes=15)
STALE_SPREAD = Decimal("0.005")  # what a seller may lose by a rate that is some minutes old
NOTHING = Decimal(0)


class NoRate(DomainError):
    status = 503

    def __init__(self) -> None:
        super().__init__(_("What this costs in USDT is not known at the moment. Try again in a few minutes, or pay another way."))


@transaction.atomic
def take_round(*, currency: str, answers: Sequence[Answer], at: datetime) -> Rate:
    """Judge a round of answers, and keep all of it, accepted or not. Locks: nothing."""
    last = Rate.objects.accepted(currency).first()
    before = Rate.objects.filter(currency=currency).order_by("-fetched_at", "-id").first()
    doubted = before.per_usdt if before and before.refused == "a jump" else None
    verdict = judged(answers, currency=currency, at=at, last=last.per_usdt if last else None, doubted=doubted)
    rate = _written(Rate(currency=currency, per_usdt=verdict.per_usdt, source="median", fetched_at=at, refused=verdict.refused))
    RateQuote.objects.bulk_create(
        RateQuote(
            rate=rate,
            source=answer.source,
            per_usdt=_kept(answer.per_usdt),
            quoted_at=answer.quoted_at,
            milliseconds=answer.milliseconds,
            reason=verdict.reasons.get(answer.source, ""),
        )
        for answer in answers
    )
    return rate


@transaction.atomic
def take_static(*, currency: str, per_usdt: Decimal, at: datetime) -> Rate:
    """Use a rate that somebody made up: for the demo and for tests. Locks: nothing."""
    return _written(Rate(currency=currency, per_usdt=per_usdt, source="static", fetched_at=at))


def rate_in_use(currency: str, at: datetime) -> tuple[Rate | None, Decimal]:
    """Return the rate to quote by, and what to add because it is not fresh. USDT itself has none. Raises NoRate."""
    if currency == Currency.USDT:
        return None, NOTHING
    rate = Rate.objects.accepted(currency).first()
    if rate is None or at - rate.fetched_at > USABLE:
        raise NoRate
    return rate, NOTHING if at - rate.fetched_at <= FRESH else STALE_SPREAD


def _written(rate: Rate) -> Rate:
    rate.save(force_insert=True)
    if not rate.refused and rate.per_usdt is not None:
        events.actions.show_rate(currency=rate.currency, per_usdt=rate.per_usdt, at=rate.fetched_at)
    return rate


def _kept(value: Decimal | None) -> Decimal | None:
    """A source may answer anything; what no column holds is not kept."""
    return value if value is not None and value.is_finite() and 0 <= value < 10**11 else None

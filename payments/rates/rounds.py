"""One round of asking: which answers count, and whether their median may be charged from. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from statistics import median

BOUNDS = {"IDR": (Decimal(10_000), Decimal(30_000)), "USD": (Decimal("0.9"), Decimal("1.1"))}
ENOUGH = 2  # answers that agree
APART = Decimal("0.02")  # from the median of the others
JUMP = Decimal("0.05")  # from the last rate; believed when the next round says the same
PATIENCE = timedelta(minutes=5)
PLACES = Decimal("0.00000001")


@dataclass(frozen=True)
class Answer:
    """What a source said, or why it said nothing. `quoted_at` is its own time, where it gives one."""

    source: str
    per_usdt: Decimal | None = None
    quoted_at: datetime | None = None
    patience: timedelta = PATIENCE
    milliseconds: int = 0
    problem: str = ""


@dataclass(frozen=True)
class Verdict:
    per_usdt: Decimal | None
    refused: str
    reasons: dict[str, str]  # why a source's answer did not count


def judged(answers: Sequence[Answer], *, currency: str, at: datetime, last: Decimal | None, doubted: Decimal | None) -> Verdict:
    """Judge a round. `last` is the rate in use; `doubted` the median of the round before, if it was refused as a jump."""
    reasons = {answer.source: reason for answer in answers if (reason := _unfit(answer, currency, at))}
    fit = {answer.source: answer.per_usdt for answer in answers if answer.source not in reasons and answer.per_usdt}
    while strays := _strays(fit):
        for source in strays:
            del fit[source]
            reasons[source] = "far from the others"
    if len(fit) < ENOUGH:
        return Verdict(None, "too few answers", reasons)
    value = median(fit.values()).quantize(PLACES)
    jumps = last is not None and _apart(value, last) > JUMP
    repeated = doubted is not None and _apart(value, doubted) <= APART
    return Verdict(value, "a jump" if jumps and not repeated else "", reasons)


def _unfit(answer: Answer, currency: str, at: datetime) -> str:
    low, high = BOUNDS[currency]
    if answer.problem or answer.per_usdt is None:
        return answer.problem or "no answer"
    if not answer.per_usdt.is_finite() or answer.per_usdt <= 0:
        return "no number"
    if not low <= answer.per_usdt <= high:
        return "out of bounds"
    if answer.quoted_at and abs(at - answer.quoted_at) > answer.patience:
        return "too old"
    return ""


def _strays(fit: dict[str, Decimal]) -> list[str]:
    """Return the answer that is furthest from the median of the others, if that is too far; of two, both."""
    if len(fit) < 2:
        return []
    distance = {source: _apart(value, median(fit[other] for other in fit if other != source)) for source, value in fit.items()}
    furthest = max(distance.values())
    if furthest <= APART:
        return []
    return [source for source in fit if distance[source] == furthest] if len(fit) > 2 else list(fit)


def _apart(value: Decimal, other: Decimal) -> Decimal:
    return abs(value - other) / other

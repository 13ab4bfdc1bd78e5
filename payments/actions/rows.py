"""What happens to an order and its money, and when: the table of docs/state-machines, row by row, in the order of looking."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop

import orders.actions
from orders.models import Order
from payments import amounts
from payments.models import Payment, State, Transfer
from payments.standing import PART_HOLDS, weighty
from ticketing import history, statuses
from ticketing.errors import DomainError
from ticketing.models import HistoryEntry

from . import letters
from .facts import Facts
from .rates import NoRate, rate_in_use

logger = logging.getLogger(__name__)

LATE_WINDOW = timedelta(hours=24)
SEEN_GONE = gettext_noop("Its payment fell out of the network.")  # said in the language of whoever reads it
PENDING, CONFIRMING, PAID, EXPIRED, CANCELLED = (str(status) for status in Order.Status)
WAITING = (State.AWAITING, State.PARTIAL)


@dataclass(frozen=True)
class Row:
    """When it fits, the deed is done; what does not fit any row stays as it is.

    What rests on `evidence` is done only when a second node has shown the same transfers.
    """

    name: str
    fits: Callable[[Facts], bool]
    deed: Callable[[Facts, dict[str, Any]], None]
    evidence: Callable[[Facts], Sequence[Transfer]] = lambda facts: ()


def _move(facts: Facts, state: str, details: dict[str, Any], **fields: Any) -> None:
    statuses.move(facts.payment, state, at=facts.at, by=history.SYSTEM, details=details, **fields)


def _confirm(facts: Facts, details: dict[str, Any]) -> None:
    _move(facts, State.CONFIRMING, details)
    orders.actions.await_certainty(order_id=facts.order.pk, at=facts.at, details=details)
    letters.of_money(facts, "seen")


def _take_part(facts: Facts, details: dict[str, Any]) -> None:
    _move(facts, State.PARTIAL, details)
    assert facts.money.first_at is not None
    orders.actions.put_off(order_id=facts.order.pk, until=facts.money.first_at + PART_HOLDS, at=facts.at, details=details)
    letters.of_money(facts, "short")


def _settle(facts: Facts, details: dict[str, Any]) -> None:
    money = facts.money
    _move(facts, State.SETTLED, details, confirmed_at=facts.at, is_under=money.seen < money.due)
    orders.actions.mark_paid(order_id=facts.order.pk, at=facts.at, by=history.SYSTEM, details=details)


def _wait_again(facts: Facts, details: dict[str, Any]) -> None:
    """The money is gone, and may come back: whoever paid in time keeps the places for a while."""
    _move(facts, State.PARTIAL if facts.money.seen else State.AWAITING, details, is_reorged=True)
    if facts.order.status == CONFIRMING:
        until = (facts.watermark or facts.at) + PART_HOLDS
        orders.actions.await_money(order_id=facts.order.pk, until=until, at=facts.at, details=details)


def _expire(facts: Facts, details: dict[str, Any]) -> None:
    if facts.payment.state == State.PARTIAL:
        _move(facts, State.AWAITING, details)
    orders.actions.lapse(order_id=facts.order.pk, at=facts.at, details=details)


def _expire_short(facts: Facts, details: dict[str, Any]) -> None:
    _move(facts, State.REVIEW, details)
    orders.actions.lapse(order_id=facts.order.pk, at=facts.at, details=details)
    letters.of_money(facts, "too_little")


def _give_up(facts: Facts, details: dict[str, Any]) -> None:
    _move(facts, State.REVIEW, details, is_reorged=True)
    orders.actions.lapse(order_id=facts.order.pk, at=facts.at, details=details)


def _revive(facts: Facts, details: dict[str, Any]) -> None:
    """Money that was on time, or that may count although it was late, gets the places if there still are any."""
    try:
        with transaction.atomic():
            orders.actions.await_certainty(order_id=facts.order.pk, at=facts.at, details=details)
            _move(facts, State.CONFIRMING, details, is_late=not facts.is_on_time)
            letters.of_money(facts, "seen")
    except DomainError as refusal:
        facts.payment.refresh_from_db()
        if facts.payment.state == State.AWAITING:
            _move(facts, State.REVIEW, {**details, "because": type(refusal).__name__}, is_late=not facts.is_on_time)
            letters.of_money(facts, _news(facts))


def _ask_a_person(facts: Facts, details: dict[str, Any]) -> None:
    _move(facts, State.REVIEW, details, is_late=facts.order.status == EXPIRED and not facts.is_on_time)
    letters.of_money(facts, _news(facts))


def _news(facts: Facts) -> str:
    """Return the letter that says why money that came brings no tickets by itself."""
    if facts.order.event.cancelled_at:
        return "for_nothing"
    if facts.order.status == CANCELLED:
        return "after_cancelling"
    return "no_places" if facts.is_on_time else "too_late"


def _close_review(facts: Facts, details: dict[str, Any]) -> None:
    _move(facts, State.AWAITING, details, is_reorged=True)


def _doubt(facts: Facts, details: dict[str, Any]) -> None:
    _move(facts, State.REVIEW, details, is_reorged=True)
    orders.actions.hold_at_gate(order_id=facts.order.pk, reason=SEEN_GONE, at=facts.at, details=details)
    letters.of_money(facts, "doubted")


def _trust_again(facts: Facts, details: dict[str, Any]) -> None:
    _move(facts, State.SETTLED, details)
    orders.actions.hold_at_gate(order_id=facts.order.pk, reason="", at=facts.at, details=details)
    letters.of_money(facts, "trusted")


def _note_excess(facts: Facts, details: dict[str, Any]) -> None:
    is_over = facts.excess > 0
    Payment.objects.filter(pk=facts.payment.pk).update(is_over=is_over)
    said = {**details, "excess": str(facts.excess), "quote": str(facts.quote.pk)}
    history.record(facts.payment, "overpaid" if is_over else "no_longer_overpaid", at=facts.at, by=history.SYSTEM, details=said)
    if is_over:
        letters.of_money(facts, "overpaid", occasion=str(facts.excess))


def _has_other_excess(facts: Facts) -> bool:
    """Answer whether more is to be given back than was told, or nothing any more; dust is not told again and again."""
    if facts.payment.is_over != (facts.excess > 0):
        return True
    return facts.payment.is_over and facts.excess - _told_excess(facts) > facts.money.due - facts.money.least


def _told_excess(facts: Facts) -> int:
    told = HistoryEntry.objects.filter(subject_id=facts.payment.pk, action="overpaid").order_by("-pk").first()
    return int(told.details["excess"]) if told else 0


def _enough(facts: Facts) -> Sequence[Transfer]:
    return facts.money.evidence


def _too_much(facts: Facts) -> Sequence[Transfer]:
    """Return what shows the excess; of dust, as much as would not be told is spared."""
    if not facts.excess:
        return ()
    if facts.other and not facts.money.excess and not facts.payment.by_hand:
        money = facts.other[1]
        return weighty(money.arrived, to_spare=money.due - money.least)
    return weighty(facts.money.arrived, to_spare=0 if facts.payment.by_hand else facts.money.due - facts.money.least)


def _call_for_help(facts: Facts, details: dict[str, Any]) -> None:
    history.record(facts.payment, "stalled", at=facts.at, by=history.SYSTEM, details=details)
    logger.critical("money was seen long ago and is still not certain: a person must look", extra={"payment": str(facts.payment.pk)})


def _was_expired(facts: Facts) -> bool:
    return HistoryEntry.objects.filter(subject_id=facts.order.pk, new_status=EXPIRED).exists()


def _is_to_be_told(facts: Facts) -> bool:
    return facts.is_stalled and not HistoryEntry.objects.filter(subject_id=facts.payment.pk, action="stalled").exists()


def _is_worth_it(facts: Facts) -> bool:
    """Late money counts for what it is worth now: whoever waits for a better rate gains nothing."""
    assert facts.money.complete_at is not None
    if facts.is_on_time or facts.money.complete_at - facts.deadline > LATE_WINDOW:
        return False
    price = _price_now(facts)
    return price is not None and facts.money.seen >= amounts.least(price, facts.quote.token.decimals)


def _price_now(facts: Facts) -> int | None:
    try:
        rate, spread = rate_in_use(facts.order.currency, facts.at)
    except NoRate:
        return None
    price = amounts.due(facts.order.total, rate.per_usdt if rate and rate.per_usdt else amounts.ONE, spread=spread)
    return amounts.atomic(price, facts.quote.token.decimals)


def late_rest(facts: Facts) -> int:
    """Return what has to come so that an expired order is taken up again, if it came now and places are left; 0 if nothing can."""
    is_short = facts.order.status == EXPIRED and 0 < facts.money.seen < facts.money.least
    if not is_short or facts.at - facts.deadline > LATE_WINDOW:
        return 0
    price = _price_now(facts)
    return max(price, facts.money.due) - facts.money.seen if price else 0


ROWS = (
    # The clock of the chain comes before the money: what arrived after the deadline finds the order expired.
    Row("T3", lambda f: f.stands(PENDING, *WAITING) and f.money.is_enough and f.is_on_time, _confirm),
    Row("T6", lambda f: f.stands(PENDING, *WAITING) and f.is_past and not f.has_on_time_part, _expire),
    Row("T7", lambda f: f.stands(PENDING, *WAITING) and f.is_past and f.has_on_time_part, _expire_short),
    Row("T2", lambda f: f.stands(PENDING, State.AWAITING) and f.has_on_time_part and not f.money.is_enough, _take_part),
    Row("T5", lambda f: f.stands(PENDING, State.PARTIAL) and not f.money.seen, _wait_again),
    Row("T4", lambda f: f.stands(CONFIRMING, State.CONFIRMING) and f.money.is_believed and not f.halted, _settle, _enough),
    Row("T9d", lambda f: f.stands(CONFIRMING, State.CONFIRMING) and not f.money.is_enough and _was_expired(f), _give_up),
    Row("T5", lambda f: f.stands(CONFIRMING, State.CONFIRMING) and not f.money.is_enough, _wait_again),
    Row("T8", lambda f: f.stands(CONFIRMING, State.CONFIRMING) and _is_to_be_told(f), _call_for_help),
    Row("T9a", lambda f: f.stands(EXPIRED, State.AWAITING, State.REVIEW) and f.money.is_enough and f.is_on_time, _revive),
    Row("T9b", lambda f: f.stands(EXPIRED, State.AWAITING, State.REVIEW) and f.money.is_enough and _is_worth_it(f), _revive),
    Row("T9c", lambda f: f.stands(EXPIRED, State.AWAITING) and f.money.seen > 0, _ask_a_person),
    Row("T12", lambda f: f.stands(CANCELLED, State.AWAITING) and f.money.seen > 0, _ask_a_person),
    Row("T5b", lambda f: f.order.status in (EXPIRED, CANCELLED) and f.payment.state == State.REVIEW and not f.money.seen, _close_review),
    Row("T14", lambda f: f.stands(PAID, State.SETTLED) and not f.payment.by_hand and not f.money.is_enough, _doubt),
    Row("T15", lambda f: f.stands(PAID, State.REVIEW) and f.money.is_believed and not f.halted, _trust_again, _enough),
    Row("T10", _has_other_excess, _note_excess, _too_much),
)

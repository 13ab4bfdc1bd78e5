"""Discount codes: made and changed by planners, counted by orders."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Case, F, Q, When
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from events.models import DiscountCode, Event
from ticketing import history
from ticketing.errors import DomainError

from .rights import actor, changeable_event, set_fields
from .tiers import check_amount

UNKNOWN = gettext_lazy("This code is not known here. Check its letters.")
TERMS = {"code", "percent", "amount", "max_uses", "max_uses_per_buyer", "starts_at", "ends_at", "unlocks_hidden", "is_active"}


class CodeRefused(DomainError):
    """The sentence says why: used up, too early, too late, or off."""


@transaction.atomic
def add_code(*, event_id: Any, by: User | None, at: datetime, tier_ids: tuple[Any, ...] = (), **terms: Any) -> DiscountCode:
    """Add a code to an event, for all tiers or for some.

    Locks: the event. Raises: NotAllowed, EventDeleted, EventFinished, WrongAmount.
    """
    event = changeable_event(event_id, by)
    _check(event, terms)
    code = DiscountCode(event=event, **{**terms, "code": terms["code"].strip().upper()})
    code.clean_fields(exclude=["event"])
    code.save(force_insert=True)
    code.tiers.set(event.tiers.filter(pk__in=tier_ids))
    history.record(event, "code_added", at=at, by=actor(by), details={"code": str(code.pk)})
    return code


@transaction.atomic
def update_code(*, code_id: Any, by: User | None, at: datetime, tier_ids: tuple[Any, ...] | None = None, **changes: Any) -> DiscountCode:
    """Change a code; with `tier_ids`, its tiers too.

    Locks: the event, then the code. Raises: NotAllowed, EventDeleted, EventFinished, WrongAmount.
    """
    event = changeable_event(DiscountCode.objects.values_list("event", flat=True).get(pk=code_id), by)
    code: DiscountCode = DiscountCode.objects.locked().get(pk=code_id)
    _check(event, changes)
    changed = set_fields(code, changes)
    if tier_ids is not None and set(tier_ids) != set(code.tiers.values_list("pk", flat=True)):
        code.tiers.set(event.tiers.filter(pk__in=tier_ids))
        changed.append("tiers")
    if changed:
        history.record(event, "code_changed", at=at, by=actor(by), details={"code": str(code.pk), "fields": changed})
    return code


@transaction.atomic(savepoint=False)
def redeem(*, code_id: Any, event_id: Any, at: datetime) -> None:
    """Count one more order with the code. Whoever claims places, too, gives the code to `claim`, which calls this in its turn.

    Locks: the code, by the one statement that looks and counts. Raises: CodeRefused.
    """
    valid = DiscountCode.objects.filter(Q(starts_at=None) | Q(starts_at__lte=at), Q(ends_at=None) | Q(ends_at__gt=at), is_active=True)
    room = Q(max_uses=None) | Q(max_uses__gt=F("used"))
    if not valid.filter(room, pk=code_id, event=event_id).update(used=F("used") + 1):
        raise _refusal(code_id, event_id, at)


@transaction.atomic(savepoint=False)
def redeem_again(*, code_id: Any, event_id: Any, at: datetime) -> None:
    """Count an order with the code again, which gave its use back and is taken up: its terms held when it was placed.

    If others have used it up meanwhile, the limit gives way by this one order, and the event's history says so: the
    buyer's money was on time, and the count stays true and within the limit.

    Locks: the code.
    """
    code: DiscountCode = DiscountCode.objects.locked().get(pk=code_id, event=event_id)
    if code.used == code.max_uses:
        history.record(code.event, "code_changed", at=at, by=history.SYSTEM, details={"code": str(code.pk), "fields": ["max_uses"]})
    room = Case(When(max_uses=F("used"), then=F("used") + 1), default=F("max_uses"))
    DiscountCode.objects.filter(pk=code_id).update(used=F("used") + 1, max_uses=room)


@transaction.atomic(savepoint=False)
def unredeem(*, code_id: Any) -> None:
    """Take one order off the code: it was cancelled, or expired.

    Locks: the code.
    """
    DiscountCode.objects.filter(pk=code_id).update(used=F("used") - 1)


def find_code(*, event_id: Any, typed: str, at: datetime | None = None) -> DiscountCode:
    """Return the code that was typed; with `at`, only if it can be used then. Raises CodeRefused."""
    codes = DiscountCode.objects.prefetch_related("tiers")
    code: DiscountCode | None = codes.filter(event=event_id, code=typed.strip().upper()).first()
    if code is None:
        raise CodeRefused(UNKNOWN)
    if at and not (code.is_valid(at) and (code.max_uses is None or code.used < code.max_uses)):
        raise _refusal(code.pk, event_id, at)
    return code


def _refusal(code_id: Any, event_id: Any, at: datetime) -> CodeRefused:
    code = DiscountCode.objects.filter(pk=code_id, event=event_id).first()
    if code is None or not code.is_active:
        return CodeRefused(UNKNOWN)
    if code.starts_at and at < code.starts_at:
        return CodeRefused(_("This code is not valid yet."))
    if code.ends_at and at >= code.ends_at:
        return CodeRefused(_("This code is no longer valid."))
    return CodeRefused(_("This code has been used as often as it may be."))


def _check(event: Event, terms: dict[str, Any]) -> None:
    if unknown := set(terms) - TERMS:
        raise TypeError(f"nobody may say these of a code: {', '.join(sorted(unknown))}")
    if terms.get("amount") is not None:
        check_amount(terms["amount"], event.currency)

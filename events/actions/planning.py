"""How an event is made and changed."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions import NotAllowed
from accounts.models import Promoter, User
from events.models import Event, TicketTier
from ticketing import history
from ticketing.errors import DomainError
from ticketing.slugs import slugs

from .rights import actor, changeable_event, is_staff, locked_event, locked_tiers, only_planners, set_fields
from .tiers import TERMS as TIER_TERMS
from .tiers import check_amount

# What people may say about an event. Counters, statuses and what follows from them are not among it.
FACTS = {"title", "artist", "description", "venue", "address", "city", "timezone", "starts_at", "ends_at", "doors_open_at"}
FACTS |= {"image_url", "age_limit", "access_notes", "slug", "currency", "capacity"}
TERMS = {"refund_until_hours", "refund_percent", "refund_withheld", "refund_keeps_fee", "tax_percent", "tax_fixed", "tax_included"}
TERMS |= {"hold_minutes", "manual_hold_hours", "waitlist_offer_hours"}
TERMS |= {"max_per_buyer", "comp_limit", "one_order_per_buyer", "require_account"}
FEES = {"fee_percent", "fee_fixed", "fee_per"}  # the site's own income, so staff say it
KNOWN = FACTS | TERMS | FEES
# A change of these makes a new version, which apps to the left tell the buyers of.
RELIED_ON = {"venue", "address", "city", "timezone", "starts_at", "ends_at", "doors_open_at"}
WEEK = timedelta(days=7)


class InPast(DomainError):
    def __init__(self) -> None:
        super().__init__(_("This date has passed. Choose one to come."))


class SlugTaken(DomainError):
    def __init__(self) -> None:
        super().__init__(_("Another event has this address already. Choose another one."))


class CurrencyFixed(DomainError):
    """Prices that somebody has paid or is paying keep their meaning."""

    def __init__(self) -> None:
        super().__init__(_("Tickets are sold or held, so the currency stays as it is. Duplicate the event instead."))


class CapacityTooLow(DomainError):
    def __init__(self, *, minimum: int) -> None:
        super().__init__(_("%(minimum)s places are sold or held, so the capacity cannot be less.") % {"minimum": minimum})
        self.minimum = minimum


@transaction.atomic
def create_event(
    *,
    promoter_id: Any,
    by: User | None,
    at: datetime,
    tiers: Sequence[dict[str, Any]] = (),
    allow_past: bool = False,
    **facts: Any,
) -> Event:
    """Make a draft, with its tiers. Only the demo makes past ones.

    Locks: nothing, since nobody can know the event yet.
    Raises: NotAllowed, InPast, SlugTaken, WrongAmount.
    """
    promoter = Promoter.objects.get(pk=promoter_id)
    only_planners(promoter, by)
    _only_known(facts, by)
    if facts["starts_at"] <= at and not allow_past:
        raise InPast
    event = _made(Event(promoter=promoter, created_by=by, **facts))
    for position, terms in enumerate(tiers):
        _make_tier(event, **{"position": position, **terms})
    history.record(event, "created", at=at, by=actor(by))
    return event


@transaction.atomic
def update_event(*, event_id: Any, by: User | None, at: datetime, **changes: Any) -> Event:
    """Change facts and terms of an event. Nothing different is nothing done.

    Locks: the event; its tiers when their counters or prices matter.
    Raises: NotAllowed, EventDeleted, EventFinished, InPast, SlugTaken, CapacityTooLow, CurrencyFixed, WrongAmount.
    """
    event = changeable_event(event_id, by)
    changes = {name: value for name, value in changes.items() if getattr(event, name) != value}
    _only_known(changes, by)
    if changes.get("starts_at", at + WEEK) <= at:
        raise InPast
    if "slug" in changes and Event.all_objects.filter(slug=changes["slug"]).exists():
        raise SlugTaken
    if {"currency", "capacity"} & set(changes):
        changes |= _with_tiers(event, locked_tiers(event), changes)
    details: dict[str, Any] = {}
    if event.published_at and RELIED_ON & set(changes):
        changes["version"] = details["version"] = event.version + 1
        details["was"] = {name: _kept(getattr(event, name)) for name in sorted(RELIED_ON & set(changes))}
    if changed := set_fields(event, changes):
        history.record(event, "changed", at=at, by=actor(by), details={"fields": changed, **details})
    return event


@transaction.atomic
def duplicate_event(*, event_id: Any, by: User | None, at: datetime) -> Event:
    """Make a draft like this event, on the same weekday: as many weeks later as it takes to lie ahead.

    Locks: the event that is copied, so that its tiers are of one moment.
    Raises: NotAllowed, EventDeleted.
    """
    source = locked_event(event_id, by)
    weeks = max(1, (at - source.starts_at) // WEEK + 1) * WEEK
    facts = {name: getattr(source, name) for name in KNOWN - {"slug"}}
    moments = {name: facts[name] and facts[name] + weeks for name in ("starts_at", "ends_at", "doors_open_at")}
    event = _made(Event(promoter=source.promoter, created_by=by, **{**facts, **moments}))
    for tier in source.tiers.all():
        terms = {name: getattr(tier, name) for name in TIER_TERMS}
        window = {name: terms[name] and terms[name] + weeks for name in ("sale_starts_at", "sale_ends_at")}
        _make_tier(event, **{**terms, **window})
    history.record(event, "created", at=at, by=actor(by), details={"like": str(source.pk)})
    return event


def _kept(value: Any) -> Any:
    """Return a fact as history keeps it, for the letters that say what has changed."""
    return value.isoformat() if isinstance(value, datetime) else value


def _only_known(facts: dict[str, Any], by: User | None) -> None:
    if unknown := set(facts) - KNOWN:
        raise TypeError(f"nobody may say these of an event: {', '.join(sorted(unknown))}")
    if FEES & set(facts) and not is_staff(by):
        raise NotAllowed(_("Only staff of this site may set the service fee."))


def _made(event: Event) -> Event:
    """Insert the draft under the first free of a few addresses made from its title, or the one it was given."""
    for slug in [event.slug] if event.slug else slugs(event.title, otherwise="event"):
        event.slug = slug
        event.clean_fields(exclude=["promoter", "created_by"])
        Event.objects.bulk_create([event], ignore_conflicts=True)
        if made := Event.objects.filter(pk=event.pk).first():
            return made
    raise SlugTaken


def _make_tier(event: Event, **terms: Any) -> None:
    check_amount(terms["price"], event.currency)
    tier = TicketTier(event=event, **terms)
    tier.clean_fields(exclude=["event"])
    tier.save(force_insert=True)


def _with_tiers(event: Event, tiers: list[TicketTier], changes: dict[str, Any]) -> dict[str, int]:
    """Refuse what the tiers forbid; return the counters that a new capacity begins with."""
    sold, reserved = sum(tier.sold for tier in tiers), sum(tier.reserved for tier in tiers)
    if "currency" in changes:
        if sold or reserved:
            raise CurrencyFixed
        for tier in tiers:
            check_amount(tier.price, changes["currency"])
    if "capacity" not in changes:
        return {}
    if changes["capacity"] is None:
        return {"sold": 0, "reserved": 0}
    if changes["capacity"] < sold + reserved:
        raise CapacityTooLow(minimum=sold + reserved)
    return {"sold": sold, "reserved": reserved}

"""How places are held, sold and given back. Stock is locked last and shortest, and every count is one `F()`."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, When
from django.db.models.functions import Coalesce, Least
from django.db.models.lookups import GreaterThanOrEqual
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events import kept
from events.models import DiscountCode, Event, TicketTier
from events.models.states import PUBLIC
from ticketing import prepared
from ticketing.errors import Busy, DomainError

from . import codes

Lines = Mapping[UUID, int]
Tiers = Mapping[UUID, TicketTier]


class NotOnSale(DomainError):
    """Not published, not begun, closed, cancelled or past; the sentence says which."""


class BelowMinimum(DomainError):
    def __init__(self, tier: TicketTier) -> None:
        super().__init__(_("Take at least %(count)s of “%(tier)s” in one order.") % {"count": tier.min_purchase, "tier": tier})
        self.tier = tier


class AboveMaximum(DomainError):
    def __init__(self, tier: TicketTier) -> None:
        super().__init__(_("One order has at most %(count)s of “%(tier)s”.") % {"count": tier.max_purchase, "tier": tier})
        self.tier = tier


class SoldOut(DomainError):
    """Fewer are left than were asked for: `remaining` of the tier, or of the whole event if `tier` is None."""

    def __init__(self, tier: TicketTier | None, remaining: int) -> None:
        super().__init__(_short(tier, remaining))
        self.tier, self.remaining = tier, remaining


class Queued(DomainError):
    """There are places, but those in line come first."""

    def __init__(self, tier: TicketTier | None, remaining: int) -> None:
        super().__init__(_("The places that are left go to those in line. Join the waiting list to be next."))
        self.tier, self.remaining = tier, remaining


@transaction.atomic(savepoint=False)
def claim(
    *,
    event_id: Any,
    lines: Lines,
    at: datetime,
    offered: bool = False,
    regained: bool = False,
    code_id: Any = None,
    paid: bool = False,
    limited: bool = True,
) -> None:
    """Hold places, or with `paid` sell them at once: all of the lines or none.

    With `offered`, they are for somebody in line, whom the line does not stop. With `regained`, for an order that had
    places once: it was placed while it might be, so nothing that was changed since keeps it out, but that there are no
    places, or that the event is called off or over. Who saw that the event has no capacity says so by `limited`; if it
    got one meanwhile, that is Busy.

    A refusal undoes the caller's transaction. What decides is read after the tiers are held: a statement that waits
    for a tier sees that tier as it is afterwards, but the event as it was before.
    Locks: the event if it has a capacity, the code, the tiers.
    Raises: NotOnSale, BelowMinimum, AboveMaximum, SoldOut, Queued, CodeRefused, Busy.
    """
    total, counter = _total(lines), "sold" if paid else "reserved"
    capped = limited and bool(_claim_of_event(counter, offered, event=event_id, places=total))
    if code_id is not None:
        (codes.redeem_again if regained else codes.redeem)(code_id=code_id, event_id=event_id, at=at)
    _hold(event_id, lines)
    code = {} if code_id is None else {"code": code_id}
    tiers, places = tuple(lines), tuple(lines.values())
    if _claim_of_tiers(counter, offered, regained, capped, event=event_id, tiers=tiers, places=places, at=at, **code) != len(lines):
        event, found = Event.all_objects.get(pk=event_id), TicketTier.objects.filter(event=event_id).in_bulk(lines)
        raise _refusal(event, found, lines, at=at, offered=offered, regained=regained, code_id=code_id, capped=capped)


def refuse_what_is_gone(*, event: Event, tiers: Tiers, lines: Lines, at: datetime, code_id: Any = None) -> None:
    """Refuse who wants more than there was when these were read. Most who come to a sold-out event end here.

    Locks: nothing, so whoever passes still has to claim. Raises: what claim raises, but Busy.
    """
    if any(tiers[pk].available < number for pk, number in lines.items()):
        raise _refusal(event, tiers, lines, at=at, offered=False, code_id=code_id, capped=True)


@transaction.atomic(savepoint=False)
def release(*, event_id: Any, lines: Lines, code_id: Any = None) -> None:
    """Give held places back, and the use of a code.

    Locks: the event if it has a capacity, the code, the tiers. Raises: Busy.
    """
    _count(event_id, lines, code_id=code_id, reserved=-1)


@transaction.atomic(savepoint=False)
def sell(*, event_id: Any, lines: Lines) -> None:
    """Turn held places into sold ones.

    Locks: the event if it has a capacity, the tiers. Raises: Busy.
    """
    _count(event_id, lines, reserved=-1, sold=1)


@transaction.atomic(savepoint=False)
def unsell(*, event_id: Any, lines: Lines, code_id: Any = None) -> None:
    """Take sold places back, and the use of a code.

    Locks: the event if it has a capacity, the code, the tiers. Raises: Busy.
    """
    _count(event_id, lines, code_id=code_id, sold=-1)


@transaction.atomic(savepoint=False)
def queue(*, event_id: Any, places: int, tier_id: Any = None) -> None:
    """Count places wanted by somebody in line, for a tier or for any; with a negative number, no longer wanted.

    Locks: the tier, or the event.
    """
    if tier_id is None:
        Event.all_objects.filter(pk=event_id).update(waiting_any=F("waiting_any") + places)
    else:
        TicketTier.objects.filter(pk=tier_id, event=event_id).update(waiting=F("waiting") + places)


@prepared.change
def _claim_of_event(counter: str, offered: bool, *, event: Any, places: Any) -> tuple[QuerySet[Event], dict[str, Any]]:
    return _with_capacity(event, places, offered), {counter: F(counter) + places}


@prepared.change
def _claim_of_tiers(
    counter: str, offered: bool, regained: bool, capped: bool, *, event: Any, tiers: Any, places: Any, at: Any, code: Any = None
) -> tuple[QuerySet[TicketTier], dict[str, Any]]:
    wanted = _of(zip(tiers, places, strict=True))
    fitting = TicketTier.objects.filter(pk__in=tiers, event=event, available__gte=wanted)
    fitting = fitting.filter(Exists(Event.objects.filter(pk=event, capacity__isnull=not capped)))
    if regained:
        fitting = fitting.filter(Exists(Event.objects.filter(pk=event, status__in=PUBLIC, ends_at__gt=at)))
    else:
        fitting = fitting.sellable(at)
    if not (offered or regained):
        fitting = fitting.filter(_shown(code), min_purchase__lte=wanted, max_purchase__gte=wanted)
    if not offered:
        waiting_any = Subquery(Event.objects.filter(pk=event).values("waiting_any"))
        fitting = fitting.filter(available__gte=wanted + F("waiting") + waiting_any)
    return fitting, {counter: F(counter) + wanted}


def _with_capacity(event_id: Any, wanted: Any, offered: bool) -> QuerySet[Event]:
    """Return the event, if it has a capacity and so much room under it."""
    room = F("capacity") - F("sold") - F("reserved")
    if not offered:
        in_line = TicketTier.objects.filter(event=OuterRef("pk"), waiting__gt=0).order_by().values("event")
        # Those in line for a tier that is full cannot use the capacity's room, so they do not hold it either.
        places = Subquery(in_line.annotate(places=Sum(Least("waiting", "available"))).values("places"))
        room = room - F("waiting_any") - Coalesce(places, 0)
    return Event.all_objects.filter(GreaterThanOrEqual(room, wanted), pk=event_id, capacity__isnull=False)


def _count(event_id: Any, lines: Lines, *, code_id: Any = None, reserved: int = 0, sold: int = 0) -> None:
    total = _total(lines)
    events = Event.all_objects.filter(pk=event_id, capacity__isnull=False)
    capped = bool(events.update(reserved=F("reserved") + reserved * total, sold=F("sold") + sold * total))
    if code_id is not None:
        codes.unredeem(code_id=code_id)
    _hold(event_id, lines)
    wanted = _of(lines.items())
    # Somebody who gave the event a capacity between these statements has counted these places already.
    unchanged = Exists(Event.all_objects.filter(pk=event_id, capacity__isnull=not capped))
    tiers = TicketTier.objects.filter(unchanged, pk__in=lines, event=event_id)
    if tiers.update(reserved=F("reserved") + reserved * wanted, sold=F("sold") + sold * wanted) != len(lines):
        raise Busy


def _hold(event_id: Any, lines: Lines) -> None:
    kept.STOCK.renew(event_id, at_once=False)
    list(TicketTier.objects.filter(event=event_id, pk__in=lines).locked().only("pk"))


def _total(lines: Lines) -> int:
    if min(lines.values(), default=0) < 1:
        raise ValueError("each line is of one place or more")
    return sum(lines.values())


def _of(lines: Iterable[tuple[Any, Any]]) -> Case:
    """Return each line's number, in SQL."""
    return Case(*(When(pk=tier, then=number) for tier, number in lines), default=0, output_field=IntegerField())


def _shown(code_id: Any) -> Q:
    """Which tiers may be bought: those not hidden, and those that this code unlocks."""
    if code_id is None:
        return Q(hidden=False)
    unlocking = DiscountCode.objects.filter(pk=code_id, unlocks_hidden=True)
    return Q(hidden=False) | Exists(unlocking.filter(tiers=None)) | Exists(unlocking.filter(tiers=OuterRef("pk")))


def _out_of_sight(tiers: Tiers, code_id: Any) -> set[UUID]:
    hidden = {pk for pk, tier in tiers.items() if tier.hidden}
    return hidden and hidden - set(TicketTier.objects.filter(_shown(code_id), pk__in=hidden).values_list("pk", flat=True))


def _refusal(
    event: Event, tiers: Tiers, lines: Lines, *, at: datetime, offered: bool, regained: bool = False, code_id: Any, capped: bool
) -> DomainError:
    """Say what stands in the way, first things first. If the tiers were held when they were read, it is still so."""
    chosen = not (offered or regained)
    if event.status not in (PUBLIC if regained else (Event.Status.PUBLISHED,)) or event.is_deleted or event.is_over(at):
        return NotOnSale(_closed(event, at))
    out_of_sight = _out_of_sight(tiers, code_id) if chosen else set()
    for pk, number in lines.items():
        tier = tiers.get(pk)
        if tier is None or pk in out_of_sight:
            return NotOnSale(_("There is no such ticket here. Load the page again and choose from what it shows."))
        if not regained and not tier.is_in_window(at):
            return NotOnSale(_outside(tier, event, at))
        if chosen and number < tier.min_purchase:
            return BelowMinimum(tier)
        if chosen and number > tier.max_purchase:
            return AboveMaximum(tier)
        if number > tier.available:
            return SoldOut(tier, int(tier.available))
        if not offered and number > int(tier.available) - tier.waiting - event.waiting_any:
            return Queued(tier, int(tier.available))
    total = _total(lines)
    if event.room is None or capped or _with_capacity(event.pk, total, offered).exists():
        return Busy()  # its capacity was changed between our statements
    return SoldOut(None, event.room) if event.room < total else Queued(None, event.room)


def _closed(event: Event, at: datetime) -> str:
    if event.status == Event.Status.CANCELLED:
        return _("This event is cancelled. No tickets are sold.")
    if event.is_public and event.is_over(at):
        return _("This event is over. No tickets are sold any more.")
    if event.is_public:
        return _("Sales for this event are closed.")
    return _("This event is not on sale.")


def _outside(tier: TicketTier, event: Event, at: datetime) -> str:
    if tier.is_active and tier.sale_starts_at and at < tier.sale_starts_at:
        begins = date_format(localtime(tier.sale_starts_at, event.zone), "DATETIME_FORMAT")
        return _("“%(tier)s” goes on sale on %(moment)s (%(zone)s).") % {"tier": tier, "moment": begins, "zone": event.timezone}
    return _("“%(tier)s” is no longer on sale.") % {"tier": tier}


def _short(tier: TicketTier | None, remaining: int) -> str:
    if tier is None and not remaining:
        return _("This event is sold out.")
    if tier is None:
        return ngettext("Only %(count)s place is left.", "Only %(count)s places are left.", remaining) % {"count": remaining}
    if not remaining:
        return _("“%(tier)s” is sold out.") % {"tier": tier}
    words = ngettext("Only %(count)s ticket of “%(tier)s” is left.", "Only %(count)s tickets of “%(tier)s” are left.", remaining)
    return words % {"count": remaining, "tier": tier}

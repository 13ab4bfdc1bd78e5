"""What lists of events show: the home page, search, what was."""

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.db.models import Case, DateField, DateTimeField, Exists, F, Func, OuterRef, Value, When
from django.db.models.functions import Cast, Coalesce
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Promoter
from events.forms import Wanted
from events.models import Event, TicketTier, TierState

from .drawings import Look, look
from .tickets import TierLine, tier_lines
from .words import is_long, moment

PAGE = 24
WIDEST_ZONE = timedelta(hours=14)
CURSOR, CURSOR_TIME = re.compile(r"(2[0-9]{7}T[0-9]{6})\.([0-9]{1,4})"), "%Y%m%dT%H%M%S"


@dataclass(frozen=True)
class Card:
    """An event in a list."""

    slug: str
    title: str
    is_long: bool
    artist: str
    place: str
    month: date
    starts_at: str  # for machines; the three below are the venue's clocks, which no template may turn into ours
    when: str
    day: str
    look: Look
    ink: str
    price: str
    note: str
    mark: str


@dataclass(frozen=True)
class Results:
    months: list[tuple[date, list[Card]]]
    feature: Card | None
    count: int
    more: str  # where the next page begins, or nothing
    wanted: Wanted
    guessed: bool = False  # nothing matched the words, these are written like them
    is_past: bool = False


def results(wanted: Wanted, at: datetime, *, of: Promoter | None = None) -> Results:
    """Return what is wanted of all events, or of one promoter's: there, none is larger than the others."""
    found, guessed = _found(_events(of), wanted, at)
    cards = [card(event, at) for event in found[:PAGE]]
    feature = cards.pop(0) if cards and not (of or wanted.is_narrow or wanted.after) else None
    return Results(
        months=by_month(cards),
        feature=feature,
        count=len(found[:PAGE]),
        more=_cursor(found[:PAGE], wanted) if len(found) > PAGE else "",
        guessed=guessed,
        wanted=wanted,
    )


def past(after: tuple[datetime, int] | None, at: datetime, *, of: Promoter | None = None) -> Results:
    moment, shown = after or (None, 0)
    events = _events(of).past(at).with_prices().defer("description", "search_vector", "search_text")
    if moment:
        events = events.filter(starts_at__lte=moment)
    found = list(events[shown : shown + PAGE + 1])
    wanted = Wanted(after=after)
    return Results(
        months=by_month(card(event, at) for event in found[:PAGE]),
        feature=None,
        count=len(found[:PAGE]),
        more=_cursor(found[:PAGE], wanted) if len(found) > PAGE else "",
        wanted=wanted,
        is_past=True,
    )


def cities(at: datetime) -> list[str]:
    return Event.objects.cities(at)


def read_cursor(text: str) -> tuple[datetime, int] | None:
    """Return the moment and the number in it; None for what no page of ours wrote."""
    written = CURSOR.fullmatch(text)
    with suppress(ValueError):
        return written and (datetime.strptime(written[1], CURSOR_TIME).replace(tzinfo=UTC), int(written[2]))
    return None


def card(event: Event, at: datetime) -> Card:
    """Put a list's entry together. Reads the event's tiers: prefetch them."""
    lines = tier_lines(event, at)
    note, mark = _headline(lines)
    begin = event.starts_at.astimezone(event.zone)
    return Card(
        slug=event.slug,
        title=event.title,
        is_long=is_long(event.title),
        artist=event.artist,
        place=", ".join(part for part in (event.venue, event.city) if part),
        month=begin.date().replace(day=1),
        starts_at=begin.isoformat(),
        when=moment(event.starts_at, event),
        day=date_format(begin, _("l j F, H:i")),
        look=look(event),
        ink=event.choice.ink,
        price=_from(lines),
        note=note,
        mark=mark,
    )


def _from(lines: list[TierLine]) -> str:
    offered = [line.price for line in lines if line.is_open] or [line.price for line in lines]
    if not offered:
        return ""
    least = min(offered, key=lambda price: price.amount)
    if len({price.amount for price in offered}) == 1:
        return least.written
    if not least.amount:
        return _("Free to %(price)s") % {"price": max(offered, key=lambda price: price.amount).written}
    return _("From %(price)s") % {"price": least.written}


def _headline(lines: list[TierLine]) -> tuple[str, str]:
    """Say what a list says beside the price: something only if the event is not simply on sale."""
    if any(line.state == TierState.ON_SALE for line in lines):
        return "", ""
    for state in (TierState.FEW_LEFT, TierState.SOON, TierState.IN_LINE, TierState.HELD, TierState.SOLD_OUT, TierState.CLOSED):
        found = [line for line in lines if line.state == state]
        if not found:
            continue
        if state == TierState.FEW_LEFT:
            count = sum(line.left for line in found)
            return ngettext("%(count)s left", "%(count)s left", count) % {"count": count}, "wait"
        return found[0].note, found[0].mark
    return _("Not on sale yet"), ""


def by_month(cards: Iterable[Card]) -> list[tuple[date, list[Card]]]:
    return [(month, list(found)) for month, found in groupby(cards, key=lambda card: card.month)]


def _events(of: Promoter | None) -> Any:
    return of.events if of else Event.objects


def _found(among: Any, wanted: Wanted, at: datetime) -> tuple[list[Event], bool]:
    events = _narrowed(among.upcoming(at).with_prices(), wanted).defer("description", "search_vector", "search_text")
    moment, shown = wanted.after or (None, 0)
    if moment:
        events = events.filter(starts_at__gte=moment)
    page = slice(shown, shown + PAGE + 1)
    if not wanted.words:
        return list(events[page]), False
    found = list(events.matching(wanted.words)[page])
    if found or wanted.after:
        return found, False
    return list(events.alike(wanted.words).order_by("-rank", "starts_at")[:PAGE]), True


def _narrowed(events: Any, wanted: Wanted) -> Any:
    if wanted.city:
        events = events.filter(city=wanted.city)
    # A day is one of the venue's; the bounds in universal time, wide enough for every zone, are for the index.
    local_day = Cast(Func(F("timezone"), F("starts_at"), function="timezone", output_field=DateTimeField()), DateField())
    if wanted.first_day:
        begin = datetime.combine(wanted.first_day, time(), UTC) - WIDEST_ZONE
        events = events.filter(starts_at__gte=begin).annotate(day=local_day).filter(day__gte=wanted.first_day)
    if wanted.last_day:
        end = datetime.combine(wanted.last_day, time.max, UTC) + WIDEST_ZONE
        events = events.filter(starts_at__lte=end).annotate(day=local_day).filter(day__lte=wanted.last_day)
    if wanted.most is not None:
        per_usdt = Coalesce("per_usdt", Case(When(currency="USDT", then=Value(Decimal(1))), default=Value(Decimal(0))))
        cheap = TicketTier.objects.listed().filter(event=OuterRef("pk"), price__lte=OuterRef("highest"))
        events = events.alias(highest=Value(wanted.most) * per_usdt)
        events = events.filter(Exists(cheap))
    return events


def _cursor(shown: list[Event], wanted: Wanted) -> str:
    last = shown[-1].starts_at
    same = sum(event.starts_at == last for event in shown)
    if wanted.after and wanted.after[0] == last:
        same += wanted.after[1]
    return f"{last.astimezone(UTC):{CURSOR_TIME}}.{same}"

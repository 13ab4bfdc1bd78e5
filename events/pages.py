"""What the public pages show of events: plain values for templates, put together once and kept."""

import json
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from hashlib import sha256
from html import unescape
from itertools import groupby
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from django.conf import settings
from django.db.models import Case, DateField, DateTimeField, Exists, F, Func, OuterRef, Value, When
from django.db.models.functions import Cast, Coalesce
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from ticketing import money
from ticketing.markdown import to_html

from . import posters, prices, refunds
from .forms import Wanted
from .models import Event, TicketTier, TierState

PAGE = 24
WIDEST_ZONE = timedelta(hours=14)
ICS_TIME = "%Y%m%dT%H%M%SZ"
SCRIPT_ESCAPES = {ord(letter): f"\\u{ord(letter):04x}" for letter in "<>&\u2028\u2029"}

MARKS = {
    TierState.FEW_LEFT: "wait",
    TierState.HELD: "wait",
    TierState.IN_LINE: "seen",
    TierState.SOLD_OUT: "",
    TierState.SOON: "",
    TierState.CLOSED: "",
}


OPEN = (TierState.ON_SALE, TierState.FEW_LEFT)
QUANTITY = re.compile("[0-9]{1,4}")
CURSOR, CURSOR_TIME = re.compile(r"(2[0-9]{7}T[0-9]{6})\.([0-9]{1,4})"), "%Y%m%dT%H%M%S"


@dataclass(frozen=True)
class Price:
    """What a ticket costs, fees and all, as the page writes it."""

    amount: Decimal
    written: str
    about: str


@dataclass(frozen=True)
class TierLine:
    id: UUID
    name: str
    description: str
    price: Price
    state: TierState
    note: str
    hint: str
    mark: str
    left: int
    fewest: int
    most: int
    list_price: Decimal
    chosen: int

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


@dataclass(frozen=True)
class Card:
    """An event in a list."""

    slug: str
    title: str
    artist: str
    place: str
    month: date
    starts_at: str  # for machines; the three below are the venue's clocks, which no template may turn into ours
    when: str
    day: str
    poster: str
    art: str
    ink: str
    price: str
    note: str
    mark: str


def zone_name(moment: datetime) -> str:
    """Return WIB, or UTC+8 where the zone has no letters of its own."""
    name = moment.strftime("%Z")
    return name if name.isalpha() else f"UTC{moment.strftime('%z')[:3].replace('+0', '+').replace('-0', '-')}"


def moment(at: datetime, event: Event) -> str:
    """Write a moment short, by the clocks of the venue."""
    return date_format(at.astimezone(event.zone), _("D j M, H:i"))


def price_of(event: Event, amount: Decimal) -> Price:
    if not amount:
        return Price(amount, pgettext("price", "Free"), "")
    about = ""
    if event.per_usdt and event.currency != "USDT":
        about = _("about %(amount)s") % {"amount": money.written(prices.in_usdt(amount, event.per_usdt), "USDT")}
    return Price(amount, money.written(amount, event.currency), about)


def tier_line(event: Event, tier: TicketTier, terms: prices.Terms, at: datetime, chosen: int) -> TierLine:
    state = tier.state(event, at)
    room = tier.room_in(event)
    return TierLine(
        id=tier.pk,
        name=tier.name,
        description=tier.description,
        price=price_of(event, prices.price_with_fees(tier, terms)),
        state=state,
        note=_note(event, tier, state, room),
        hint=_("Some may come back within %(minutes)s min") % {"minutes": event.hold_minutes} if state == TierState.HELD else "",
        mark=MARKS.get(state, "ok"),
        left=room,
        fewest=tier.min_purchase,
        most=min(tier.max_purchase, room),
        list_price=tier.price,
        chosen=min(chosen, tier.max_purchase, room) if state in OPEN else 0,
    )


def _note(event: Event, tier: TicketTier, state: TierState, room: int) -> str:
    if state == TierState.SOON and tier.sale_starts_at:
        return _("On sale %(moment)s") % {"moment": moment(tier.sale_starts_at, event)}
    return {
        TierState.ON_SALE: "",
        TierState.FEW_LEFT: ngettext("%(count)s left", "%(count)s left", room) % {"count": room},
        TierState.HELD: _("All held"),
        TierState.IN_LINE: _("Others are in line"),
        TierState.SOLD_OUT: _("Sold out"),
        TierState.CLOSED: _("Sale has ended"),
    }[state]


def card(event: Event, at: datetime) -> Card:
    """Put a list's entry together. Reads the event's tiers: prefetch them."""
    lines = tier_lines(event, at)
    note, mark = _headline(lines)
    begin = event.starts_at.astimezone(event.zone)
    return Card(
        slug=event.slug,
        title=event.title,
        artist=event.artist,
        place=", ".join(part for part in (event.venue, event.city) if part),
        month=begin.date().replace(day=1),
        starts_at=begin.isoformat(),
        when=moment(event.starts_at, event),
        day=date_format(begin, _("l j F, H:i")),
        poster=drawing(event, "poster"),
        art=drawing(event, "art"),
        ink=choice(event).ink,
        price=_from(lines),
        note=note,
        mark=mark,
    )


def _from(lines: list[TierLine]) -> str:
    offered = [line.price for line in lines if line.is_open] or [line.price for line in lines]
    if not offered:
        return ""
    least = min(offered, key=lambda price: price.amount)
    if len({price.amount for price in offered}) == 1 or not least.amount:
        return least.written
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


def choice(event: Event) -> posters.Choice:
    """Return the poster that was fixed at publication, or for a draft the one that it would be."""
    local = event.starts_at.astimezone(event.zone).date()
    return posters.Choice.read(event.poster) if event.poster else posters.roll(event.title, event.artist, local)


def drawing(event: Event, kind: str) -> str:
    return reverse(f"events:{kind}", args=[event.slug, poster_stamp(event)])


def poster_stamp(event: Event) -> str:
    """Return what changes with anything that a poster shows, so that browsers may keep it for a year."""
    shown = (event.title, event.artist, event.starts_at, event.timezone, event.venue, event.poster)
    return sha256(repr(shown).encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Results:
    months: list[tuple[date, list[Card]]]
    feature: Card | None
    count: int
    more: str  # where the next page begins, or nothing
    wanted: Wanted
    guessed: bool = False  # nothing matched the words, these are written like them
    is_past: bool = False


def results(wanted: Wanted, at: datetime) -> Results:
    found, guessed = _found(wanted, at)
    cards = [card(event, at) for event in found[:PAGE]]
    feature = cards.pop(0) if cards and not wanted.is_narrow and not wanted.after else None
    return Results(
        months=by_month(cards),
        feature=feature,
        count=len(found[:PAGE]),
        more=_cursor(found[:PAGE], wanted) if len(found) > PAGE else "",
        guessed=guessed,
        wanted=wanted,
    )


def past(after: tuple[datetime, int] | None, at: datetime) -> Results:
    moment, shown = after or (None, 0)
    events = Event.objects.past(at).with_prices().defer("description", "search_vector", "search_text")
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
    return list(Event.objects.upcoming(at).exclude(city="").order_by("city").values_list("city", flat=True).distinct()[:200])


def _found(wanted: Wanted, at: datetime) -> tuple[list[Event], bool]:
    events = _narrowed(Event.objects.upcoming(at).with_prices(), wanted).defer("description", "search_vector", "search_text")
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
        per_usdt = Coalesce(OuterRef("per_usdt"), Case(When(event__currency="USDT", then=Value(Decimal(1))), default=Value(Decimal(0))))
        cheap = TicketTier.objects.listed().filter(event=OuterRef("pk"), price__lte=Value(wanted.most) * per_usdt)
        events = events.filter(Exists(cheap))
    return events


def _cursor(shown: list[Event], wanted: Wanted) -> str:
    last = shown[-1].starts_at
    same = sum(event.starts_at == last for event in shown)
    if wanted.after and wanted.after[0] == last:
        same += wanted.after[1]
    return f"{last.astimezone(UTC):{CURSOR_TIME}}.{same}"


def read_cursor(text: str) -> tuple[datetime, int] | None:
    """Return the moment and the number in it; None for what no page of ours wrote."""
    written = CURSOR.fullmatch(text)
    with suppress(ValueError):
        return written and (datetime.strptime(written[1], CURSOR_TIME).replace(tzinfo=UTC), int(written[2]))
    return None


@dataclass(frozen=True)
class Shown:
    """What the event's own page says of it, but for its tickets."""

    url: str
    summary: str
    starts_at: str
    when: str
    ends: str
    doors: str
    place: str
    map: str
    age: str
    refunds: str
    description: str
    ink: str
    poster: str
    art: str
    preview: str
    json_ld: str


def event(found: Event) -> Shown:
    begin, end = found.starts_at.astimezone(found.zone), found.ends_at.astimezone(found.zone)
    place = ", ".join(part for part in (found.venue, found.city) if part)
    when = f"{date_format(begin, _('l j F Y, H:i'))} {zone_name(begin)}"
    url = settings.SITE_URL + found.get_absolute_url()
    about = to_html(found.description)
    words = " ".join(strip_tags(about).split())
    summary = Truncator(f"{when}. {place}. {unescape(words)}").chars(200)
    return Shown(
        url=url,
        summary=summary,
        starts_at=begin.isoformat(),
        when=when,
        ends=_end(begin, end),
        doors=date_format(found.doors_open_at.astimezone(found.zone), _("H:i")) if found.doors_open_at else "",
        place=place,
        map="https://www.openstreetmap.org/search?"
        + urlencode({"query": ", ".join(filter(None, [found.venue, found.address, found.city]))}),
        age=_age(found.age_limit),
        refunds=refunds.policy_of(found).words(),
        description=about,
        ink=choice(found).ink,
        poster=drawing(found, "poster"),
        art=drawing(found, "art"),
        preview="",
        json_ld=_json_ld(found, url, summary),
    )


@dataclass(frozen=True)
class Tickets:
    lines: list[TierLine]
    over: str  # why nothing is sold here any more
    because: str
    sum: prices.Quote | None  # of what is chosen
    about: str

    @property
    def is_open(self) -> bool:
        return any(line.is_open for line in self.lines)


def tickets(found: Event, wanted: Mapping[UUID, int], at: datetime) -> Tickets:
    lines = tier_lines(found, at, wanted)
    chosen = [line for line in lines if line.chosen]
    priced = [prices.Line(line.id, line.chosen, line.list_price) for line in chosen]
    total = prices.quote(priced, prices.terms_of(found)) if chosen else None
    cancelled = found.status == Event.Status.CANCELLED
    over = _("This event is cancelled") if cancelled else _("This event is over") if found.is_over(at) else ""
    return Tickets(
        lines=[] if over else lines,
        over=over,
        because=found.cancel_reason,
        sum=total,
        about=price_of(found, total.total).about if total else "",
    )


def turns(found: Event) -> list[datetime]:
    """Return the moments at which the tickets are shown differently, without anybody changing anything."""
    of_tiers = [moment for tier in found.tiers.all() for moment in (tier.sale_starts_at, tier.sale_ends_at) if moment]
    return [*of_tiers, found.ends_at]


def tier_lines(found: Event, at: datetime, wanted: Mapping[UUID, int] = MappingProxyType({})) -> list[TierLine]:
    terms = prices.terms_of(found)
    return [tier_line(found, tier, terms, at, wanted.get(tier.pk, 0)) for tier in found.tiers.all()]


def read_quantities(fields: Mapping[str, str]) -> dict[UUID, int]:
    """Return how many of which tier, leaving out what no form of ours sends."""
    found = {}
    for name, value in fields.items():
        if name.startswith("quantity-") and QUANTITY.fullmatch(value):
            with suppress(ValueError):
                found[UUID(name.removeprefix("quantity-"))] = int(value)
    return {tier: number for tier, number in found.items() if number}


def _end(begin: datetime, end: datetime) -> str:
    """Write the time alone for a night out; with its day when it is another one after breakfast."""
    same_night = end - begin < timedelta(hours=18)
    return date_format(end, _("H:i") if same_night else _("l j F, H:i"))


def _age(limit: int | None) -> str:
    return _("From %(age)s years") % {"age": limit} if limit else _("All ages")


def _json_ld(found: Event, url: str, summary: str) -> SafeString:
    """What search engines read. Written into a script element, so no character may end it."""
    terms = prices.terms_of(found)
    offers = [
        {
            "@type": "Offer",
            "name": tier.name,
            "price": str(money.rounded(prices.price_with_fees(tier, terms), found.currency)),
            "priceCurrency": found.currency,
            "url": url,
        }
        for tier in found.tiers.all()
        if found.currency != money.Currency.USDT  # not among the currencies that search engines know
    ]
    told = {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": found.title,
        "description": summary,
        "url": url,
        "startDate": found.starts_at.astimezone(found.zone).isoformat(),
        "endDate": found.ends_at.astimezone(found.zone).isoformat(),
        "eventStatus": f"https://schema.org/Event{'Cancelled' if found.status == Event.Status.CANCELLED else 'Scheduled'}",
        "location": {
            "@type": "Place",
            "name": found.venue,
            "address": {"@type": "PostalAddress", "streetAddress": found.address, "addressLocality": found.city},
        },
        "organizer": {"@type": "Organization", "name": found.promoter.name},
        "offers": offers,
    }
    if found.artist:
        told["performer"] = {"@type": "PerformingGroup", "name": found.artist}
    return mark_safe(json.dumps(told, ensure_ascii=False).translate(SCRIPT_ESCAPES))  # noqa: S308  # escaped just now


def calendar(found: Event, url: str) -> str:
    """Return the event as a calendar's file. Times are universal, so that it needs no table of zones."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Ticketing//EN",
        "BEGIN:VEVENT",
        f"UID:{found.slug}@{urlsplit(settings.SITE_URL).hostname}",
        f"SEQUENCE:{found.version - 1}",
        f"DTSTAMP:{found.updated_at.astimezone(UTC):{ICS_TIME}}",
        f"DTSTART:{found.starts_at.astimezone(UTC):{ICS_TIME}}",
        f"DTEND:{found.ends_at.astimezone(UTC):{ICS_TIME}}",
        f"SUMMARY:{_ics(found.title)}",
        f"LOCATION:{_ics(', '.join(filter(None, [found.venue, found.address, found.city])))}",
        f"DESCRIPTION:{_ics(found.artist)}",
        f"URL:{url}",
        f"STATUS:{'CANCELLED' if found.status == Event.Status.CANCELLED else 'CONFIRMED'}",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _ics(text: str) -> str:
    flat = " ".join(text.split())
    return flat.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")


def _folded(line: str) -> str:
    """Break a line of more than 75 bytes, between characters, as calendars ask."""
    parts, size = [""], 0
    for letter in line:
        width = len(letter.encode())
        if size + width > 75:
            parts.append(" ")
            size = 1
        parts[-1] += letter
        size += width
    return "\r\n".join(parts)

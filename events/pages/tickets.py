"""What the panel of tickets shows: prices with everything in them, states in words, the sum of what is chosen."""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events import prices
from events.models import DiscountCode, Event, TicketTier, TierState
from ticketing import money

from .words import moment

OPEN = (TierState.ON_SALE, TierState.FEW_LEFT)
QUANTITY = re.compile("[0-9]{1,4}")
MARKS = {
    TierState.FEW_LEFT: "wait",
    TierState.HELD: "wait",
    TierState.IN_LINE: "seen",
    TierState.SOLD_OUT: "",
    TierState.SOON: "",
    TierState.CLOSED: "",
}


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
class Tickets:
    lines: list[TierLine]
    over: str  # why nothing is sold here any more
    because: str
    sum: prices.Quote | None  # of what is chosen
    about: str
    code: str = ""
    takes_orders: bool = True  # also while nothing is on sale that everybody sees: a code may show more

    @property
    def is_open(self) -> bool:
        return any(line.is_open for line in self.lines)


def tickets(found: Event, wanted: Mapping[UUID, int], at: datetime, code: DiscountCode | None = None) -> Tickets:
    """Say what is to be had. `found` comes `with_prices` of the same code."""
    lines = tier_lines(found, at, wanted)
    chosen = [line for line in lines if line.chosen]
    priced = [prices.Line(line.id, line.chosen, line.list_price) for line in chosen]
    discount = prices.discount_of(code) if code else None
    total = prices.quote(priced, prices.terms_of(found), discount) if chosen else None
    cancelled = found.status == Event.Status.CANCELLED
    over = _("This event is cancelled") if cancelled else _("This event is over") if found.is_over(at) else ""
    return Tickets(
        lines=[] if over else lines,
        over=over,
        because=found.cancel_reason,
        sum=total,
        about=price_of(found, total.total).about if total else "",
        code=code.code if code else "",
        takes_orders=not over and found.status == Event.Status.PUBLISHED,
    )


def tier_lines(found: Event, at: datetime, wanted: Mapping[UUID, int] = MappingProxyType({})) -> list[TierLine]:
    terms = prices.terms_of(found)
    return [tier_line(found, tier, terms, at, wanted.get(tier.pk, 0)) for tier in found.tiers.all()]


def tier_line(event: Event, tier: TicketTier, terms: prices.Terms, at: datetime, chosen: int) -> TierLine:
    state = tier.state(event, at)
    room = tier.room_in(event)
    most = min(tier.max_purchase, room, event.max_per_buyer or room)
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
        most=most,
        list_price=tier.price,
        chosen=min(chosen, most) if state in OPEN else 0,
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
        TierState.CLOSED: _("Not on sale yet") if event.status == Event.Status.DRAFT else _("Sale has ended"),
    }[state]


def price_of(event: Event, amount: Decimal) -> Price:
    about = ""
    if amount and event.per_usdt and event.currency != "USDT":
        about = _("about %(amount)s") % {"amount": money.written(prices.in_usdt(amount, event.per_usdt), "USDT")}
    return Price(amount, money.priced(amount, event.currency), about)


def turns(found: Event) -> list[datetime]:
    """Return the moments at which the tickets are shown differently, without anybody changing anything."""
    of_tiers = [moment for tier in found.tiers.all() for moment in (tier.sale_starts_at, tier.sale_ends_at) if moment]
    return [*of_tiers, found.ends_at]


def read_quantities(fields: Mapping[str, str]) -> dict[UUID, int]:
    """Return how many of which tier, leaving out what no form of ours sends."""
    found = {}
    for name, value in fields.items():
        if name.startswith("quantity-") and QUANTITY.fullmatch(value):
            with suppress(ValueError):
                found[UUID(name.removeprefix("quantity-"))] = int(value)
    return {tier: number for tier, number in found.items() if number}

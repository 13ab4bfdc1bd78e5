"""A shop on paper: what somebody would write down who hears every answer, and shares no line of code with the shop."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

HOLD = timedelta(days=2)
EARLY = timedelta(hours=6)


@dataclass
class Seat:
    tier: UUID
    text: str
    status: str = "valid"
    passed_on: int = 0


@dataclass
class Sale:
    show: "Show"
    person: str
    lines: dict[UUID, int]
    status: str
    until: datetime | None = None
    code: str = ""
    extensions: int = 0
    given: bool = False
    seats: dict[UUID, Seat] = field(default_factory=dict)

    @property
    def is_live(self) -> bool:
        return self.status in ("pending", "paid")

    @property
    def places(self) -> int:
        return sum(self.lines.values())

    def is_overdue(self, at: datetime) -> bool:
        return self.status == "pending" and self.until is not None and self.until <= at

    def end(self, status: str) -> None:
        self.status = status
        for seat in self.seats.values():
            seat.status = "cancelled"

    def give_back(self, ticket: UUID) -> None:
        seat = self.seats[ticket]
        if seat.status != "cancelled" and self.places == 1:
            self.end("cancelled")
        elif seat.status != "cancelled":
            seat.status = "cancelled"
            self.lines[seat.tier] -= 1


@dataclass
class Show:
    pk: UUID
    starts_at: datetime
    ends_at: datetime
    quantities: dict[UUID, int]
    sale_ends: dict[UUID, datetime]
    capacity: int | None = None
    single: bool = False
    status: str = "published"

    def held_until(self, tiers: Any, at: datetime) -> datetime:
        return min([at + HOLD, self.ends_at, *(self.sale_ends[tier] for tier in tiers if tier in self.sale_ends)])

    def sells(self, tiers: Any, at: datetime) -> bool:
        return self.status == "published" and at < self.held_until(tiers, at)

    def lets_in(self, at: datetime) -> bool:
        return self.status != "cancelled" and self.starts_at - EARLY <= at < self.ends_at


@dataclass
class Ledger:
    shows: list[Show]
    sales: dict[UUID, Sale] = field(default_factory=dict)
    dead: list[tuple[Show, str]] = field(default_factory=list)  # codes that open nothing any more

    def seats(self) -> Iterator[tuple[UUID, Sale, Seat]]:
        for sale in self.sales.values():
            for ticket, seat in sale.seats.items():
                yield ticket, sale, seat

    def taken(self, status: str, show: Show) -> Counter[UUID]:
        found: Counter[UUID] = Counter()
        for sale in self.sales.values():
            if sale.show is show and sale.status == status:
                found.update(sale.lines)
        return found

    def room(self, show: Show, lines: dict[UUID, int], at: datetime) -> bool:
        """Answer whether so many places are nobody's: a hold whose time is over is nobody's."""
        lasting = [sale for sale in self.sales.values() if sale.show is show and sale.is_live and not sale.is_overdue(at)]
        taken = sum((Counter(sale.lines) for sale in lasting), Counter())
        fits = all(taken[tier] + wanted <= show.quantities[tier] for tier, wanted in lines.items())
        return fits and (show.capacity is None or taken.total() + sum(lines.values()) <= show.capacity)

    def has_one(self, show: Show, person: str, at: datetime, but: Sale | None = None) -> bool:
        sales = [sale for sale in self.sales.values() if sale.show is show and sale.person == person and not sale.given]
        return any(sale.is_live and not sale.is_overdue(at) for sale in sales if sale is not but)

    def tiers(self) -> dict[UUID, tuple[int, int, int]]:
        found = {}
        for show in self.shows:
            held, sold = self.taken("pending", show), self.taken("paid", show)
            found |= {tier: (held[tier], sold[tier], quantity) for tier, quantity in show.quantities.items()}
        return found

    def capacities(self) -> dict[UUID, tuple[int | None, int, int]]:
        return {
            show.pk: (None, 0, 0)
            if show.capacity is None
            else (show.capacity, self.taken("pending", show).total(), self.taken("paid", show).total())
            for show in self.shows
        }

    def uses(self) -> Counter[str]:
        return Counter(sale.code for sale in self.sales.values() if sale.code and sale.is_live)

"""What an order costs, from its lines and the event's terms. The page, the checkout and the tests all ask here.

Prices that include the tax contain it already: then the tax is taken out of them, not put on top. The service fee is
a part of what the tickets cost, and is not taxed. What costs nothing has no fee and no tax.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from accounts.models import Promoter
from ticketing import identity
from ticketing.money import rounded

from .models import DiscountCode, Event, Per, TicketTier

NOTHING, HUNDRED = Decimal(0), Decimal(100)


@dataclass(frozen=True)
class Terms:
    """Fee and tax of an event."""

    currency: str
    fee_percent: Decimal = NOTHING
    fee_fixed: Decimal = NOTHING
    fee_per: str = Per.TICKET
    tax_percent: Decimal = NOTHING
    tax_fixed: Decimal = NOTHING
    tax_included: bool = False


@dataclass(frozen=True)
class Discount:
    """Off each ticket: a percentage, or an amount as long as the price lasts. Without tiers: off all."""

    percent: Decimal = NOTHING
    amount: Decimal = NOTHING
    tiers: Collection[Any] = ()

    def off(self, line: "Line") -> Decimal:
        if self.tiers and line.tier not in self.tiers:
            return NOTHING
        return min(line.price, line.price * self.percent / HUNDRED + self.amount)


@dataclass(frozen=True)
class Line:
    tier: Any
    quantity: int
    price: Decimal


@dataclass(frozen=True)
class PricedLine:
    tier: Any
    quantity: int
    list_price: Decimal
    unit_price: Decimal  # after the discount

    @property
    def total(self) -> Decimal:
        return self.unit_price * self.quantity

    @property
    def list_total(self) -> Decimal:
        return self.list_price * self.quantity


@dataclass(frozen=True)
class Quote:
    """The sum of an order. Always: subtotal + service_fee + tax = total."""

    currency: str
    lines: tuple[PricedLine, ...]
    discount: Decimal
    subtotal: Decimal  # after the discount; without the tax, also where prices include it
    service_fee: Decimal
    tax: Decimal
    tax_included: bool

    @property
    def tickets(self) -> Decimal:
        """What the lines add up to."""
        return sum((line.total for line in self.lines), NOTHING)

    @property
    def total(self) -> Decimal:
        return self.subtotal + self.service_fee + self.tax


def quote(lines: Sequence[Line], terms: Terms, discount: Discount | None = None) -> Quote:
    """Return what the lines cost. Each unit price, the fee and the tax are rounded once, as the currency is."""
    priced = tuple(_priced(line, terms, discount or Discount()) for line in lines)
    tickets = sum((line.total for line in priced), NOTHING)
    paying = sum(line.quantity for line in priced if line.unit_price)
    tax = _tax(tickets, paying, terms)
    return Quote(
        currency=terms.currency,
        lines=priced,
        discount=sum(((line.list_price - line.unit_price) * line.quantity for line in priced), NOTHING),
        subtotal=tickets - tax if terms.tax_included else tickets,
        service_fee=_fee(tickets, paying, terms),
        tax=tax,
        tax_included=terms.tax_included,
    )


def terms_of(event: Event) -> Terms:
    """Return the event's own terms; where it has none, its promoter's; where this has none, the site's."""
    promoter: Promoter = event.promoter
    site = identity.current()
    return Terms(
        currency=event.currency,
        fee_percent=_first(event.fee_percent, promoter.fee_percent, site.fee_percent),
        fee_fixed=_first(event.fee_fixed, promoter.fee_fixed, site.fee_fixed),
        fee_per=event.fee_per,
        tax_percent=_first(event.tax_percent, promoter.tax_percent, site.tax_percent),
        tax_fixed=event.tax_fixed,
        tax_included=event.tax_included,
    )


def discount_of(code: DiscountCode) -> Discount:
    tiers = frozenset(tier.pk for tier in code.tiers.all())
    return Discount(percent=code.percent or NOTHING, amount=code.amount or NOTHING, tiers=tiers)


def price_with_fees(tier: TicketTier, terms: Terms, discount: Discount | None = None) -> Decimal:
    """Return what one ticket costs altogether: the price that a page shows."""
    return quote([Line(tier.pk, 1, tier.price)], terms, discount).total


def in_usdt(amount: Decimal, per_usdt: Decimal) -> Decimal:
    """Return about how much that is, to show; nothing is charged from it."""
    return rounded(amount / per_usdt, "USDT")


def _priced(line: Line, terms: Terms, discount: Discount) -> PricedLine:
    off = discount.off(line)
    # A price stands as it was typed; only what a discount made of it is rounded, and never above it.
    unit = min(line.price, rounded(line.price - off, terms.currency)) if off else line.price
    return PricedLine(line.tier, line.quantity, line.price, unit)


def _fee(tickets: Decimal, paying: int, terms: Terms) -> Decimal:
    if not paying:
        return NOTHING
    fixed = terms.fee_fixed * (paying if terms.fee_per == Per.TICKET else 1)
    return rounded(tickets * terms.fee_percent / HUNDRED + fixed, terms.currency)


def _tax(tickets: Decimal, paying: int, terms: Terms) -> Decimal:
    fixed, rate = terms.tax_fixed * paying, terms.tax_percent / HUNDRED
    if not terms.tax_included:
        return rounded(tickets * rate + fixed, terms.currency)
    net = max(NOTHING, tickets - fixed) / (1 + rate)
    return min(tickets, rounded(tickets - net, terms.currency))


def _first(*figures: Decimal | None) -> Decimal:
    return next((figure for figure in figures if figure is not None), NOTHING)

"""What the order's page shows of a payment in USDT: how much, where to, what has come, and how certain it is."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.functional import cached_property

from orders.models import Order
from payments import amounts, links, receiving
from payments.actions.facts import Facts, arrived_for, cursor_of, depth_of, facts_from, quotes_of
from payments.actions.quoting import can_see
from payments.actions.rows import LATE_WINDOW, late_rest
from payments.known import KNOWN
from payments.models import Payment, Provider, Quote, State
from ticketing.money import Currency, written

from .arrivals import Arrived, besides, came, largest
from .codes import Code
from .offers import Network, networks
from .words import about_minutes, moment

logger = logging.getLogger(__name__)

WAITING, SHORT, CHECKING, SEEN = "waiting", "short", "checking", "seen"
SETTLED, DOUBTED, REVIEW, CLOSED = "settled", "doubted", "review", "closed"


@dataclass(frozen=True)
class Usdt:
    """`address` is computed anew for this very page, and empty if the one in the database is not our wallet's."""

    facts: Facts
    arrived: Sequence[Arrived]
    address: str
    mode: str
    at: datetime
    rest: int = 0  # what would still settle an order whose time is over, at the rate of now
    more: str = ""  # what came besides, too small to be named one by one

    @property
    def quote(self) -> Quote:
        return self.facts.quote

    @property
    def chain(self) -> str:
        return str(self.quote.chain.name)

    @property
    def token(self) -> str:
        return str(self.quote.token.label)

    @property
    def due(self) -> str:
        return self._told(self.facts.money.due)

    @property
    def received(self) -> str:
        return self._told(self.facts.money.seen)

    @property
    def remaining(self) -> str:
        """Return what is to be sent, as wallets and exchanges take it: they know no other point."""
        return amounts.digits(self.left, self.quote.token.decimals)

    @property
    def missing(self) -> str:
        return self._told(self.left)

    @property
    def excess(self) -> str:
        return self._told(self.facts.excess)

    @property
    def forgiven(self) -> str:
        return self.missing if self.facts.payment.is_under and self.left else ""

    @property
    def left(self) -> int:
        return self.rest or max(0, self.facts.money.due - self.facts.money.seen)

    @property
    def percent(self) -> int:
        return min(100, self.facts.money.seen * 100 // self.facts.money.due)

    @property
    def groups(self) -> list[str]:
        """Return the address in fours, since people compare the first and the last."""
        return [self.address[:6], *(self.address[place : place + 4] for place in range(6, 42, 4))]

    @property
    def takes_money(self) -> bool:
        return self.mode in (WAITING, SHORT)

    @property
    def asks_for_transaction(self) -> bool:
        """Answer whether money may be on its way that we have not seen."""
        if self.mode == CLOSED:
            return self.facts.order.paid_at is None
        return self.mode in (WAITING, SHORT, CHECKING) or bool(self.rest)

    @property
    def link(self) -> str:
        token, chain = self.quote.token.address, self.quote.chain.number
        return links.wallet_link(token=token, chain=chain, to=self.address, units=self.left)

    @property
    def call(self) -> str:
        return links.transfer_call(to=self.address, units=self.left)

    @property
    def codes(self) -> tuple[Code, Code]:
        return Code(self.link), Code(self.address)

    @property
    def rest_until(self) -> str:
        return moment(self.facts.deadline + LATE_WINDOW, self.facts.order.event)

    @property
    def contract(self) -> str:
        """Return enough of the token's address to recognise it, and too little to send anything there."""
        return f"{self.quote.token.address[:6]}…{self.quote.token.address[-4:]}"

    @property
    def explorer(self) -> str:
        return links.explorer_of_address(self.quote.chain.explorer, self.address)

    @cached_property
    def networks(self) -> list[Network]:
        """Return what the buyer may choose from; nothing while there is only what is shown."""
        found = [one.waiting_for(self.facts.money.due) for one in networks()] if self.mode == WAITING else []
        return found if {one.token for one in found} - {self.chosen} else []

    @property
    def chosen(self) -> UUID:
        return UUID(str(self.quote.token_id))

    @property
    def is_seen(self) -> bool:
        """Answer whether the chain is being read; if not, money counts all the same, and shows later."""
        return cursor_of(self.quote.chain) is not None and can_see(self.quote.chain, self.at) and not self.facts.halted

    @property
    def is_play(self) -> bool:
        return self.quote.rate is not None and self.quote.rate.source == "static"

    @property
    def rate(self) -> str:
        rate = self.quote.rate
        return written(rate.per_usdt, Currency(rate.currency)) if rate and rate.per_usdt else ""

    @property
    def fixed(self) -> str:
        return moment(self.quote.quoted_at, self.facts.order.event)

    @property
    def needed(self) -> int:
        """Return how many blocks are waited for; one that waits until final shows how deep that usually is."""
        return depth_of(self.quote) or int(self.quote.chain.final_depth)

    @property
    def confirmations(self) -> int:
        """Return how deep the youngest of the transfers lies that together are enough."""
        cursor = cursor_of(self.quote.chain)
        if cursor is None or not self.facts.money.is_enough:
            return 0
        depth = self.facts.money.needed[-1].confirmations(cursor.number)
        return self.needed if self.facts.money.is_believed else min(depth, self.needed)

    @property
    def soon(self) -> str:
        """Say how long it still takes, as far as we know."""
        known = KNOWN.get(self.quote.chain.number)
        left = self.needed - self.confirmations
        return about_minutes(left * known.milliseconds // 1000) if known and left else ""

    @property
    def strays(self) -> list[Arrived]:
        """Return what came and does not count: another token, or a chain that was never shown for this order."""
        return [one for one in self.arrived if not one.counts]

    @property
    def demo_wallet(self) -> str:
        if not (settings.DEMO and self.takes_money and self.address):
            return ""
        return f"{reverse('payments:demo-wallet')}?{urlencode({'to': self.address, 'amount': self.remaining})}"

    def _told(self, units: int) -> str:
        return amounts.told(units, self.quote.token.decimals)


def usdt(payment: Payment, order: Order, at: datetime) -> Usdt | None:
    """Say how the order is paid in USDT, with two queries; None if it is paid another way."""
    if payment.provider != Provider.USDT:
        return None
    quotes, arrived = quotes_of(payment), arrived_for(payment)
    facts = facts_from(payment, order, quotes, arrived, at=at)
    mode = mode_of(facts)
    rest = late_rest(facts) if mode == REVIEW and not order.event.is_over(at) else 0
    named = [came(one, facts) for one in largest(arrived)]
    return Usdt(facts, named, _address(payment), mode, at, rest, besides(len(arrived) - len(named)))


def mode_of(facts: Facts) -> str:
    """Return where it stands, as the buyer is told it. Money that has come counts here before it was judged."""
    order, payment = facts.order, facts.payment
    if order.status == Order.Status.PENDING:
        if facts.is_on_time:
            return SEEN
        over = order.expires_at is not None and order.expires_at <= facts.at
        return CHECKING if over else SHORT if facts.money.seen else WAITING
    if order.status == Order.Status.CONFIRMING:
        return SEEN
    if payment.state == State.REVIEW:
        return DOUBTED if order.status == Order.Status.PAID else REVIEW
    return SETTLED if order.status == Order.Status.PAID else CLOSED


def _address(payment: Payment) -> str:
    assert payment.address is not None  # a rule of the database
    try:
        return receiving.shown(payment.address)
    except receiving.NotOurs:
        logger.critical("the address of an order is not our wallet's: it is not shown", extra={"payment": str(payment.pk)})
        return ""

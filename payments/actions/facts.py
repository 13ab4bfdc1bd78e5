"""All that is known of one order's money at one moment, read under the payment's lock."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from uuid import UUID

from orders.models import Order
from payments import amounts
from payments.models import Chain, ChainCursor, Payment, Quote, Transfer
from payments.standing import Standing, Terms, deadline, standing


@dataclass(frozen=True)
class Facts:
    """`watermark` is the time up to which every chain quoted for the order was read; None if one of them is not watched."""

    payment: Payment
    order: Order
    quote: Quote
    money: Standing
    watermark: datetime | None
    halted: bool
    at: datetime
    vouched: frozenset[UUID]  # transfers that more than one node has shown us
    other: tuple[Quote, Standing] | None = None  # what came on a second chain that was quoted for the order

    @property
    def deadline(self) -> datetime:
        assert self.order.expires_at is not None  # an order with an address has one
        return deadline(self.order.expires_at, self.money.first_at)

    @property
    def excess(self) -> int:
        """Return what is owed back. Whoever takes an order for paid by hand takes what came until then with it, and nothing later."""
        if not self.payment.by_hand:
            return self.money.excess_with(self.elsewhere)
        return self.money.seen + self.elsewhere - min(self.money.due, self._taken)

    @property
    def _taken(self) -> int:
        """Return what had come when a person took the order for paid; if a loss was written off, all that comes back of it."""
        taken_at = self.payment.confirmed_at or self.at
        if self.order.paid_at is not None and self.order.paid_at < taken_at:
            return self.money.seen
        own, other = (sum(int(one.amount) for one in arrived if one.block_at <= taken_at) for arrived in (self.money.arrived, self._others))
        return own + self._in_units_of_ours(other)

    @property
    def elsewhere(self) -> int:
        """Return what came on a second chain, in the units of the first. It counts for nothing; once the order is paid, it is too much."""
        if self.order.status not in (Order.Status.PAID, Order.Status.CANCELLED):
            return 0
        return self._in_units_of_ours(sum(int(one.amount) for one in self._others))

    @property
    def _others(self) -> Sequence[Transfer]:
        return self.other[1].arrived if self.other else ()

    def _in_units_of_ours(self, amount: int) -> int:
        return amount * 10**self.quote.token.decimals // 10 ** self.other[0].token.decimals if self.other else 0

    @property
    def is_past(self) -> bool:
        return self.watermark is not None and self.watermark > self.deadline

    @property
    def is_on_time(self) -> bool:
        return self.money.complete_at is not None and self.money.complete_at <= self.deadline

    @property
    def has_on_time_part(self) -> bool:
        return self.money.first_at is not None and self.money.first_at <= self.deadline

    @property
    def came_after_all(self) -> bool:
        """Answer whether the first of it came when the order had been cancelled."""
        cancelled_at = self.order.cancelled_at
        return cancelled_at is not None and self.money.first_at is not None and self.money.first_at > cancelled_at

    @property
    def is_small(self) -> bool:
        return is_small(self.quote)

    @property
    def is_stalled(self) -> bool:
        """Twice as many blocks as until final lie on top. If it is not settled yet, nodes disagree, or the chain is halted."""
        cursor = cursor_of(self.quote.chain)
        if cursor is None or not self.money.is_enough or self.order.status != Order.Status.CONFIRMING:
            return False
        return cursor.number - self.money.needed[-1].block_number > 2 * self.quote.chain.final_depth

    def is_vouched(self, evidence: Iterable[Transfer]) -> bool:
        return all(one.pk in self.vouched for one in evidence)

    def stands(self, status: str, *states: str) -> bool:
        return self.order.status == status and self.payment.state in states


def facts_of(payment: Payment, *, at: datetime, vouched: Iterable[UUID] = ()) -> Facts:
    """Read the facts anew; the caller holds the payment."""
    order = Order.objects.select_related("event").get(pk=payment.order_id)
    return facts_from(payment, order, quotes_of(payment), arrived_for(payment), at=at, vouched=vouched)


def quotes_of(payment: Payment) -> list[Quote]:
    """Return the quotes in the order of their time, each with its chain and how far that was read."""
    found = Quote.objects.filter(payment=payment).select_related("chain__cursor", "token", "rate")
    return list(found.order_by("quoted_at", "id"))


def arrived_for(payment: Payment) -> list[Transfer]:
    """Return what stands in the chains for the payment's address, counted or not."""
    return list(Transfer.objects.standing().filter(address=payment.address_id).select_related("token", "chain__cursor", "address"))


def facts_from(
    payment: Payment, order: Order, quotes: Sequence[Quote], arrived: Sequence[Transfer], *, at: datetime, vouched: Iterable[UUID] = ()
) -> Facts:
    """Put the facts together. Of several chains, the first that held enough counts; else the one that holds most of what it asks."""
    counted = [one for one in arrived if one.accepted]
    found = [_on_chain(quotes, counted, chain_id) for chain_id in dict.fromkeys(quote.chain_id for quote in reversed(quotes))]
    quote, money = min(found, key=_precedence)
    others = [pair for pair in found if pair[0].chain_id != quote.chain_id and pair[1].seen]
    cursors = [cursor_of(quote.chain) for quote, _money in found]
    cursor = cursor_of(quote.chain)
    return Facts(
        payment=payment,
        order=order,
        quote=quote,
        money=money,
        watermark=None if None in cursors else min(cursor.at for cursor in cursors if cursor),
        halted=cursor is None or bool(cursor.halted),
        at=at,
        vouched=frozenset(vouched),
        other=min(others, key=_precedence, default=None),
    )


def _precedence(pair: tuple[Quote, Standing]) -> tuple[datetime, Fraction]:
    money = pair[1]
    return money.complete_at or datetime.max.replace(tzinfo=UTC), -Fraction(money.seen, money.least)


def cursor_of(chain: Chain) -> ChainCursor | None:
    """Return how far a chain was read; None if it never was."""
    return getattr(chain, "cursor", None)


def is_small(quote: Quote) -> bool:
    return int(quote.due) <= amounts.atomic(quote.chain.small_amount, quote.token.decimals)


def _on_chain(quotes: Sequence[Quote], transfers: Sequence[Transfer], chain_id: UUID) -> tuple[Quote, Standing]:
    arrived = [one for one in transfers if one.chain_id == chain_id]
    quote = _judged_by([quote for quote in quotes if quote.chain_id == chain_id], arrived)
    cursor = cursor_of(quote.chain)
    believed_to, final_to = _heights(quote, cursor) if cursor else (-1, -1)
    terms = Terms(int(quote.due), int(quote.least), believed_to, final_to)
    return quote, standing(terms, [one for one in arrived if one.token_id == quote.token_id])


def _judged_by(quotes: Sequence[Quote], arrived: Sequence[Transfer]) -> Quote:
    """Money is judged by what was asked for when it came: of two quotes that were open then, the kinder one."""
    first_at = min((one.block_at for one in arrived), default=None)
    valid = [quote for quote in quotes if first_at and quote.quoted_at <= first_at <= quote.deadline]
    return min(valid, key=lambda quote: quote.least) if valid else quotes[-1]


def _heights(quote: Quote, cursor: ChainCursor) -> tuple[int, int]:
    depth = depth_of(quote)
    return cursor.final_number if depth is None else cursor.number - depth + 1, cursor.final_number


def depth_of(quote: Quote) -> int | None:
    """Return how many blocks are waited for; None: until it is final.

    Small amounts need fewer; the whole order counts, so many small transfers are no way around.
    """
    chain: Chain = quote.chain
    return int(chain.small_depth) if is_small(quote) else chain.large_depth

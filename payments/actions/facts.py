"""All that is known of one order's money at one moment, read under the payment's lock."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
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

    @property
    def deadline(self) -> datetime:
        assert self.order.expires_at is not None  # an order with an address has one
        return deadline(self.order.expires_at, self.money.first_at)

    @property
    def excess(self) -> int:
        """Return what is owed back. An order that was paid another way, as a person said, keeps nothing of it."""
        return self.money.seen if self.payment.by_hand else self.money.excess

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
    def is_small(self) -> bool:
        return is_small(self.quote)

    @property
    def is_vouched(self) -> bool:
        return all(one.pk in self.vouched for one in self.money.needed)

    def stands(self, status: str, *states: str) -> bool:
        return self.order.status == status and self.payment.state in states


def facts_of(payment: Payment, *, at: datetime, vouched: Iterable[UUID] = ()) -> Facts:
    """Read the facts anew; the caller holds the payment. Of several chains, the one that holds most of what it asks counts."""
    quotes = list(Quote.objects.filter(payment=payment).select_related("chain", "token").order_by("quoted_at", "id"))
    transfers = list(Transfer.objects.standing().filter(address=payment.address_id, accepted=True).select_related("token", "address"))
    cursors = {cursor.chain_id: cursor for cursor in ChainCursor.objects.filter(chain__in={quote.chain_id for quote in quotes})}
    found = [_on_chain(quotes, transfers, cursors, chain_id) for chain_id in dict.fromkeys(quote.chain_id for quote in reversed(quotes))]
    quote, money = max(found, key=lambda pair: Fraction(pair[1].seen, pair[1].least))
    cursor = cursors.get(quote.chain_id)
    return Facts(
        payment=payment,
        order=Order.objects.select_related("event").get(pk=payment.order_id),
        quote=quote,
        money=money,
        watermark=min(cursor.at for cursor in cursors.values()) if len(cursors) == len(found) else None,
        halted=cursor is None or bool(cursor.halted),
        at=at,
        vouched=frozenset(vouched),
    )


def is_small(quote: Quote) -> bool:
    return int(quote.due) <= amounts.atomic(quote.chain.small_amount, quote.token.decimals)


def _on_chain(
    quotes: Sequence[Quote], transfers: Sequence[Transfer], cursors: dict[UUID, ChainCursor], chain_id: UUID
) -> tuple[Quote, Standing]:
    arrived = [one for one in transfers if one.chain_id == chain_id]
    quote = _judged_by([quote for quote in quotes if quote.chain_id == chain_id], arrived)
    cursor = cursors.get(chain_id)
    believed_to, final_to = _heights(quote, cursor) if cursor else (-1, -1)
    terms = Terms(int(quote.due), int(quote.least), believed_to, final_to)
    return quote, standing(terms, [one for one in arrived if one.token_id == quote.token_id])


def _judged_by(quotes: Sequence[Quote], arrived: Sequence[Transfer]) -> Quote:
    """Money is judged by what was asked for when it came: of two quotes that were open then, the kinder one."""
    first_at = min((one.block_at for one in arrived), default=None)
    valid = [quote for quote in quotes if first_at and quote.quoted_at <= first_at <= quote.deadline]
    return min(valid, key=lambda quote: quote.least) if valid else quotes[-1]


def _heights(quote: Quote, cursor: ChainCursor) -> tuple[int, int]:
    """Small amounts need fewer blocks on top; the whole order counts, so many small transfers are no way around."""
    chain: Chain = quote.chain
    depth = chain.small_depth if is_small(quote) else chain.large_depth
    return cursor.final_number if depth is None else cursor.number - depth + 1, cursor.final_number

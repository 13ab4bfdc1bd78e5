"""What happened to the money of an order, in order of time, for people who do not know chains."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from payments import amounts
from payments.actions.facts import Facts, facts_of
from payments.models import Payment, Provider, Quote, Transfer
from payments.standing import GRACE
from payments.wallet import checksummed
from payments.words import SAID
from ticketing.models import HistoryEntry


@dataclass(frozen=True)
class Event:
    at: datetime
    says: str


def payments_of(words: str) -> list[Payment]:
    """Return the payments that an order's reference, a transaction or an address belongs to."""
    words = words.strip()
    by_hex = Q(address__address=words.lower()) | Q(address__transfers__tx_hash=words.lower())
    found = Payment.objects.filter(Q(order__reference=words.upper()) | by_hex).distinct()
    return list(found.select_related("order", "address").order_by("pk"))


def strays_of(words: str) -> list[Transfer]:
    """Return what came to addresses of ours that no order has."""
    nobody = Transfer.objects.filter(address__payment=None).select_related("token", "chain", "address")
    return list(nobody.filter(Q(tx_hash=words.strip().lower()) | Q(address__address=words.strip().lower())))


def told(payment: Payment) -> list[Event]:
    events = [*_history(payment), *_quotes(payment), *_transfers(payment)]
    return sorted(events, key=lambda event: event.at)


def stands(payment: Payment, at: datetime) -> str:
    """Say in one sentence where it is now, and what it waits for."""
    if payment.provider != Provider.USDT:
        return f"This order is paid another way ({payment.get_provider_display()}): no chain knows of it."
    facts = facts_of(payment, at=at)
    got, asked = (amounts.in_usdt(units, facts.quote.token.decimals) for units in (facts.money.seen, facts.money.due))
    return f"Now: {got:f} of {asked:f} {facts.quote.token} seen on {facts.quote.chain}. {_waits_for(facts)}"


def _waits_for(facts: Facts) -> str:
    if facts.payment.state == "confirming":
        missing = "for a second node that says the same" if facts.money.is_believed else "until enough blocks lie on top"
        return f"It waits {missing}." if not facts.halted else "The chain is halted; a person must look."
    if facts.order.status == "pending":
        if facts.watermark is None:
            return "A chain that it was quoted on was never read; is a worker running?"
        until, read = _clock(facts.deadline), _clock(facts.watermark)
        return f"It waits for the rest until {until}, by the clock of the chain, which was read to {read}."
    if facts.payment.state == "review":
        return "A person must decide."
    return f"The order is {facts.order.get_status_display()}; nothing is waited for."


def _history(payment: Payment) -> Iterator[Event]:
    lines = HistoryEntry.objects.filter(subject_id__in=[payment.pk, payment.order_id]).order_by("at", "id")
    for line in lines:
        subject = "payment" if line.subject_id == payment.pk else "order"
        said = SAID.get(line.action, line.action) if subject == "payment" else line.action
        details = {name: value for name, value in line.details.items() if name in ("row", "because", "excess")}
        more = f" ({', '.join(f'{name} {value}' for name, value in details.items())})" if details else ""
        yield Event(line.at, f"{subject}: {said}{more}")


def _quotes(payment: Payment) -> Iterator[Event]:
    for quote in Quote.objects.filter(payment=payment).select_related("chain", "token", "rate"):
        asked, enough = (amounts.in_usdt(int(units), quote.token.decimals) for units in (quote.due, quote.least))
        at_rate = f" at {quote.rate}" if quote.rate else ""
        until = _clock(quote.deadline + GRACE)
        assert payment.address is not None
        to = checksummed(payment.address.address)
        says = f"asked for {asked:f} {quote.token} on {quote.chain}{at_rate}, to {to}, until {until}; {enough:f} is enough"
        yield Event(quote.quoted_at, says)


def _transfers(payment: Payment) -> Iterator[Event]:
    found = Transfer.objects.filter(address=payment.address_id).select_related("token", "chain__cursor") if payment.address_id else ()
    for one in found:
        yield Event(one.block_at, described(one))


def described(one: Transfer) -> str:
    amount = amounts.in_usdt(int(one.amount), one.token.decimals)
    cursor = getattr(one.chain, "cursor", None)
    depth = _depth(one.confirmations(cursor.number)) if cursor and one.canonical else "it fell out of the chain again"
    counts = "" if one.accepted else "; this token is not taken, so it does not count"
    return f"{amount:f} {one.token} came on {one.chain} in block {one.block_number}, {depth}{counts}; {one.tx_hash}"


def _depth(count: int) -> str:
    return "1 confirmation" if count == 1 else f"{count} confirmations"


def _clock(moment: datetime) -> str:
    return moment.astimezone().replace(microsecond=0).isoformat(sep=" ")

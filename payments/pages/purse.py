"""What the demo's wallet shows: whom it is to pay, and which orders wait for money."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from django.db.models import Sum
from django.urls import reverse

from orders.models import Order
from payments import amounts
from payments.models import Payment, Provider, Quote, State, Transfer
from payments.wallet import checksummed

# In EIP-681 the token comes first, and the payee behind it.
PAYEE = re.compile(r"(?:.*[?&]address=)?(0x[0-9a-fA-F]{40})(?![0-9a-fA-F]).*")
SECRET = re.compile(r".*/orders/([\w-]+)(?:/.*)?")
WAITING = 5


@dataclass(frozen=True)
class Bill:
    """An order that asks for USDT."""

    payment: Payment
    quote: Quote

    @property
    def order(self) -> Order:
        order: Order = self.payment.order
        return order

    @property
    def address(self) -> str:
        assert self.payment.address is not None
        return checksummed(self.payment.address.address)

    @property
    def asked(self) -> Decimal:
        return amounts.in_usdt(int(self.quote.due), self.quote.token.decimals)

    @property
    def came(self) -> Decimal:
        standing = Transfer.objects.standing().filter(address=self.payment.address, token=self.quote.token_id)
        return amounts.in_usdt(int(standing.aggregate(total=Sum("amount"))["total"] or 0), self.quote.token.decimals)

    @property
    def left(self) -> Decimal:
        return max(self.asked - self.came, Decimal(0))

    @property
    def link(self) -> str:
        return f"{reverse('payments:demo-wallet')}?{urlencode({'to': self.address})}"


def payee(text: str) -> str:
    """Return the address that was typed, scanned, or stands behind an order's link; nothing if it is none."""
    if found := PAYEE.fullmatch(text.strip()):
        return checksummed(found[1])
    found = SECRET.fullmatch(text.strip())
    payment = found and Payment.objects.filter(order__secret=found[1]).select_related("address").first()
    return checksummed(payment.address.address) if payment and payment.address else ""


def bill_of(address: str) -> Bill | None:
    return next(_bills(address__address=address.lower()), None)


def waiting() -> list[Bill]:
    """Return the newest orders that wait for USDT."""
    return list(_bills(state__in=[State.AWAITING, State.PARTIAL], order__status=Order.Status.PENDING))


def _bills(**which: object) -> Iterator[Bill]:
    payments = Payment.objects.filter(provider=Provider.USDT, **which).select_related("order__event", "address")
    for payment in payments.order_by("-created_at", "-pk")[:WAITING]:
        yield Bill(payment, payment.quotes.select_related("token").latest("quoted_at", "pk"))

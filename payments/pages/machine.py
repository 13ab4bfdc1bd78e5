"""The order as programs read it."""

from datetime import datetime
from typing import Any

from orders.models import Order, Ticket
from payments import amounts
from payments.models import Payment
from payments.wallet import checksummed

from .panel import usdt

UNKNOWN = dict.fromkeys(("due", "received", "remaining", "confirmations", "needed", "address", "chain_id", "token"))


def as_json(order: Order, at: datetime) -> dict[str, Any]:
    """Say where the order stands. Amounts are decimal strings in USDT, so there are none where USDT plays no part."""
    payment: Payment = order.payment
    tickets = order.tickets.exclude(status=Ticket.Status.CANCELLED).order_by("code") if order.paid_at else Ticket.objects.none()
    return {
        "reference": order.reference,
        "status": order.status,
        "payment": {"state": payment.state, **UNKNOWN, **_in_usdt(order, at)},
        "tickets": list(tickets.values_list("code", flat=True)),
    }


def _in_usdt(order: Order, at: datetime) -> dict[str, Any]:
    panel = usdt(order.payment, order, at)
    if panel is None:
        return {}
    return {
        "due": amounts.digits(panel.facts.money.due, panel.quote.token.decimals),
        "received": amounts.digits(panel.facts.money.seen, panel.quote.token.decimals),
        "remaining": panel.remaining,
        "confirmations": panel.confirmations,
        "needed": panel.needed,
        "address": panel.address or None,
        "chain_id": panel.quote.chain.number,
        "token": checksummed(panel.quote.token.address),
    }

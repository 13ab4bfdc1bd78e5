"""The order as programs read it."""

from typing import Any

from orders.models import Order, Ticket
from payments.models import Payment


def as_json(order: Order) -> dict[str, Any]:
    """Say where the order stands. Amounts are decimal strings in USDT, so there are none where USDT plays no part."""
    payment: Payment = order.payment
    tickets = order.tickets.exclude(status=Ticket.Status.CANCELLED).order_by("code").values_list("code", flat=True)
    unknown = dict.fromkeys(("due", "received", "remaining", "confirmations", "needed", "address", "chain_id", "token"))
    return {
        "reference": order.reference,
        "status": order.status,
        "payment": {"state": payment.state, **unknown},
        "tickets": list(tickets),
    }

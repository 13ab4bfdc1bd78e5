"""What comes back for tickets that are given back, said before it is asked for."""

from decimal import Decimal

from orders.models import Order, Ticket
from payments import owed


def comes_back(order: Order, ticket: Ticket | None = None) -> Decimal:
    """Return what the policy of the order gives for this ticket, or for all that the order still has."""
    items = list(order.items.all())
    if order.status != Order.Status.PAID:
        return Decimal(0)
    places = {ticket.tier_id: 1} if ticket else {item.tier_id: item.kept for item in items}
    return owed.at_most_left(order.payment, owed.by_policy(order, items, places))

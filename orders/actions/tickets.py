"""Tickets are made when an order is paid, all of them at once."""

from collections.abc import Sequence

from orders.models import Order, OrderItem, Ticket
from orders.names import ticket_code


def issue(order: Order, items: Sequence[OrderItem], *, first: int) -> list[Ticket]:
    """Make a ticket for each place that the order keeps, numbered from `first` on, in the caller's transaction."""
    return Ticket.objects.bulk_create(tickets_of(order, items, first=first))


def tickets_of(order: Order, items: Sequence[OrderItem], *, first: int) -> list[Ticket]:
    places = [item for item in items for _place in range(item.kept)]
    return [
        Ticket(
            order=order,
            tier_id=item.tier_id,
            event_id=order.event_id,
            holder_name=order.buyer_name,
            holder_email=order.buyer_email,
            code=ticket_code(order.reference, number),
        )
        for number, item in enumerate(places, start=first)
    ]

"""Orders are cancelled, whole or one seat. What that does to the money, payments decides first."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

import events.actions
from orders.models import Order, OrderItem, Ticket
from ticketing import history, statuses
from ticketing.errors import DomainError


class TicketUsed(DomainError):
    def __init__(self) -> None:
        super().__init__(_("A ticket that was used at the door cannot be given back."))


@transaction.atomic(savepoint=False)
def cancel(*, order_id: UUID, at: datetime, by: str, reason: str = "", used_too: bool = False) -> Order:
    """End an order, held or paid: its tickets open nothing, its places are free. Cancelling twice is cancelling once.

    Locks: the order, its tickets, then by release or unsell the event if it has a capacity, the code, the tiers.
    Raises: TicketUsed, MoveRefused.
    """
    order: Order = Order.objects.locked().get(pk=order_id)
    if order.status == Order.Status.CANCELLED:
        return order
    give_back = events.actions.unsell if order.status == Order.Status.PAID else events.actions.release
    lines = {item.tier_id: item.kept for item in order.items.all() if item.kept}
    for ticket in Ticket.objects.filter(order=order).exclude(status=Ticket.Status.CANCELLED).locked():
        _cancel_ticket(ticket, at=at, by=by, used_too=used_too)
    statuses.move(order, Order.Status.CANCELLED, at=at, by=by, cancelled_at=at, cancel_reason=reason)
    give_back(event_id=order.event_id, lines=lines, code_id=order.code_id)
    return order


@transaction.atomic(savepoint=False)
def cancel_seat(*, ticket_id: UUID, at: datetime, by: str, used_too: bool = False) -> Order:
    """Give one place of a paid order back; with the last one, the order. Cancelling twice is cancelling once.

    Locks: the order, the ticket, then by unsell the event if it has a capacity, the tier. Raises: TicketUsed, MoveRefused.
    """
    order_id = Ticket.objects.values_list("order", flat=True).get(pk=ticket_id)
    order: Order = Order.objects.locked().get(pk=order_id)
    ticket: Ticket = Ticket.objects.locked().get(pk=ticket_id)
    if ticket.status == Ticket.Status.CANCELLED:
        return order
    if not order.tickets.exclude(pk=ticket_id).exclude(status=Ticket.Status.CANCELLED).exists():
        return cancel(order_id=order_id, at=at, by=by, used_too=used_too)
    _cancel_ticket(ticket, at=at, by=by, used_too=used_too)
    OrderItem.objects.filter(order=order, tier=ticket.tier_id).update(returned=F("returned") + 1)
    history.record(order, "seat_cancelled", at=at, by=by, details={"ticket": str(ticket.pk)})
    events.actions.unsell(event_id=order.event_id, lines={ticket.tier_id: 1})
    return order


def _cancel_ticket(ticket: Ticket, *, at: datetime, by: str, used_too: bool) -> None:
    if ticket.status == Ticket.Status.USED and not used_too:
        raise TicketUsed
    statuses.move(ticket, Ticket.Status.CANCELLED, at=at, by=by)

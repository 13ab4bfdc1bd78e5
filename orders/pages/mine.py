"""What the pages of tickets show."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from events.pages import Look, look
from orders.models import Order, Ticket

MOST = 200


@dataclass(frozen=True)
class Bought:
    """One order, as the list of one's own shows it."""

    order: Order
    day: str
    place: str
    look: Look
    places: int

    @property
    def waits(self) -> bool:
        return self.order.status in (Order.Status.PENDING, Order.Status.CONFIRMING)


@dataclass(frozen=True)
class Mine:
    upcoming: list[Bought]
    past: list[Bought]


def mine(user: User, at: datetime) -> Mine:
    """Return the live orders of an account, and those of its address: it is confirmed, so they are the same person's."""
    own = (
        Order.objects.live()
        .with_address()
        .filter(Q(user=user) | Q(address=user.email))
        .exclude(status=Order.Status.PENDING, expires_at__lte=at)
    )
    valid = Count("tickets", filter=~Q(tickets__status=Ticket.Status.CANCELLED))
    found = list(own.annotate(places=valid).select_related("event").order_by("event__starts_at", "created_at")[:MOST])
    return Mine(
        upcoming=[_bought(order) for order in found if not order.event.is_over(at)],
        past=[_bought(order) for order in reversed(found) if order.event.is_over(at)],
    )


def _bought(order: Any) -> Bought:
    event = order.event
    return Bought(
        order=order,
        day=date_format(event.starts_at.astimezone(event.zone), _("D j M Y, H:i")),
        place=", ".join(part for part in (event.venue, event.city) if part),
        look=look(event),
        places=order.places,
    )

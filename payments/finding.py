"""How commands find what somebody names."""

from django.core.management import CommandError

from events.models import Event
from orders.models import Order
from orders.names import read_reference


def order_named(typed: str) -> Order:
    """Return the order of a reference, of a ticket's code, or of a number in an older system."""
    typed = typed.strip()
    reference = read_reference(typed)
    order = Order.objects.filter(reference=reference).first() if reference else None
    order = order or (Order.objects.filter(legacy_reference=typed).first() if typed else None)
    if order is None:
        raise CommandError(f"There is no order {typed}.")
    return order


def event_named(slug: str) -> Event:
    event: Event | None = Event.all_objects.filter(slug=slug).first()
    if event is None:
        raise CommandError(f"There is no event {slug}.")
    return event

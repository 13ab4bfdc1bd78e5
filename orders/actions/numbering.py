"""The number that an order has in another system."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from orders.models import Order
from ticketing import history
from ticketing.errors import DomainError


class NumberTaken(DomainError):
    def __init__(self, number: str) -> None:
        super().__init__(_("The number %(number)s belongs to another order.") % {"number": number})


@transaction.atomic
def keep_number(*, order_id: UUID, number: str, at: datetime, by: str) -> Order:
    """Keep the number by which others know the order. Once it has one, it stays; twice is once.

    Locks: the order. Raises: NumberTaken.
    """
    order: Order = Order.objects.locked().get(pk=order_id)
    if order.legacy_reference == number:
        return order
    if order.legacy_reference or Order.objects.filter(legacy_reference=number).exists():
        raise NumberTaken(number)
    order.legacy_reference = number
    order.save(update_fields=["legacy_reference"])
    history.record(order, "numbered", at=at, by=by, details={"number": number})
    return order

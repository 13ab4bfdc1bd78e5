"""What only a demo does."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

import orders.actions
from payments.models import State
from payments.standing import GRACE

from .locking import locked_payment

MOMENT = timedelta(seconds=5)  # the chain's clock has whole seconds


@transaction.atomic
def run_out(*, order_id: UUID, at: datetime) -> None:
    """Let the time of an order that nobody paid be over for its chain, too. Nothing happens but in a demo.

    Locks: the payment, the order.
    """
    payment = locked_payment(order_id)
    if settings.DEMO and payment.state == State.AWAITING:
        orders.actions.shorten(order_id=order_id, until=at - GRACE - MOMENT, at=at, by="visitor")

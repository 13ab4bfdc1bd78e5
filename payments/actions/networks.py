"""The buyer sends on another chain than the one that was quoted first."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from orders.models import Order
from payments import amounts
from payments.models import Payment, Provider, Quote, State
from ticketing import history
from ticketing.errors import DomainError

from .locking import locked_payment
from .quoting import chosen_token

MOST = 20  # quotes of one order: each chain that was ever shown for it is waited for before it expires


class NotChanged(DomainError):
    """The network stays as it is, and the sentence says why."""


@transaction.atomic
def change_network(*, order_id: UUID, token_id: UUID, at: datetime, by: str = "buyer") -> Quote:
    """Quote the same amount, until the same moment, in another token or on another chain.

    The rate stays too, so nobody gains by going to and fro. Changing to what is shown already changes nothing.
    Locks: the payment. Raises: NotChanged, NotTaken.
    """
    payment = locked_payment(order_id)
    deadline = _open_until(payment, at)
    shown: Quote = payment.quotes.select_related("token").latest("quoted_at", "id")
    if shown.token_id == token_id:
        return shown
    if payment.quotes.count() >= MOST:
        raise NotChanged(_("The network was changed too often. Pay on the one that is shown, or cancel the order."))
    token = chosen_token(token_id, at)
    due = amounts.atomic(amounts.in_usdt(int(shown.due), shown.token.decimals), token.decimals)
    history.record(payment, "network_changed", at=at, by=by, details={"token": str(token.pk)})
    return Quote.objects.create(
        payment=payment,
        chain=token.chain,
        token=token,
        rate_id=shown.rate_id,
        due=due,
        least=amounts.least(due, token.decimals),
        quoted_at=at,
        deadline=deadline,
    )


def _open_until(payment: Payment, at: datetime) -> datetime:
    order: Order = payment.order
    if payment.provider != Provider.USDT or order.status != Order.Status.PENDING or order.expires_at is None or order.expires_at <= at:
        raise NotChanged(_("This order waits for no payment any more."))
    if payment.state != State.AWAITING:
        raise NotChanged(_("Money for this order has been seen. Send the rest on the same network."))
    return order.expires_at

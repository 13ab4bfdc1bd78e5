"""The payment is locked first: whoever changes the order's status or its lines has it."""

from uuid import UUID

from orders.models import Order
from payments.models import Payment


def locked_payment(order_id: UUID) -> Payment:
    """Lock the payment, and read its order afterwards: joined, it would be as it was before we waited."""
    payment: Payment = Payment.objects.locked().get(order=order_id)
    payment.order = Order.objects.select_related("event__promoter").get(pk=order_id)
    return payment

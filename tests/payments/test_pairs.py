"""Which states of the money go with which status of the order."""

import itertools

import pytest
from django.db import IntegrityError, connection, transaction

from orders.models import Order
from payments import invariants
from payments.models import Payment, State
from tests import factories
from tests.factories import THEN

pytestmark = pytest.mark.django_db
ALLOWED = {
    "pending": {"awaiting", "partial"},
    "confirming": {"confirming"},
    "paid": {"settled", "review"},
    "expired": {"awaiting", "review", "refunding", "refunded"},
    "cancelled": {"awaiting", "review", "settled", "refunding", "refunded"},
}


def set_pair(status, state):
    times = {"paid_at": THEN if status == "paid" else None, "cancelled_at": THEN if status == "cancelled" else None}
    Order.objects.update(status=status, **times)
    Payment.objects.update(state=state, confirmed_at=THEN)


def holds():
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        return True
    except IntegrityError as error:
        assert "order_and_payment_agree" in str(error.__cause__.diag.constraint_name)
        return False
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@pytest.mark.parametrize(("status", "state"), list(itertools.product(Order.Status, State)))
def test_every_pair_is_allowed_or_refused_by_the_table(status, state):
    factories.order(factories.published())
    assert holds()

    set_pair(status, state)

    fine = state.value in ALLOWED[status.value]
    words = [found for found in invariants.breaches() if "do not go together" in found]
    assert (holds(), words == []) == (fine, fine)
    set_pair("pending", "awaiting")


def test_an_order_without_a_payment_is_refused():
    order = factories.order(factories.published())
    assert holds()
    payment = Payment.objects.get()

    payment.delete()

    assert not holds()
    assert next(iter(invariants.breaches())) == f"order {order.pk}: it has no payment"
    Payment(order=order, provider="manual").save(force_insert=True)


def test_a_payment_of_no_order_is_refused():
    from ticketing.bases import uuid7

    with pytest.raises(IntegrityError), transaction.atomic():
        Payment(order_id=uuid7(), provider="manual").save(force_insert=True)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize(
    "facts", [{"provider": "cash"}, {"state": "lost"}, {"state": "settled"}, {"by_hand": True}, {"by_hand_because": "x"}]
)
def test_payment_breaks_no_rule(facts):
    factories.order(factories.published())

    with pytest.raises(IntegrityError), transaction.atomic():
        Payment.objects.update(**facts)

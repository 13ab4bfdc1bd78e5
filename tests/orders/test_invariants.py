"""Each promise about orders is broken by hand once, and seen to be."""

import pytest

from events.models import DiscountCode, TicketTier
from orders import invariants
from orders.models import Order, OrderItem, Ticket
from tests import factories
from tests.promises import kept
from ticketing.models import HistoryEntry

pytestmark = pytest.mark.django_db

BREAK = {
    "as sold": lambda: TicketTier.objects.update(sold=3),
    "as held": lambda: TicketTier.objects.update(reserved=0),
    "counts other orders": lambda: DiscountCode.objects.update(used=0),
    "live tickets than places": lambda: OrderItem.objects.filter(order__status="paid").update(returned=1),
    "open the door": lambda: Ticket.objects.update(order=Order.objects.get(status="pending")),
    "no lines": lambda: OrderItem.objects.all().delete(),
    "add up": lambda: OrderItem.objects.update(unit_price=1),
    "of another event": lambda: Ticket.objects.update(event=factories.event(title="Other")),
    "code is not of its order": lambda: Ticket.objects.update(code="TIX-0000000000-01"),
    "last one in its history": lambda: HistoryEntry.objects.create(
        subject_type="orders.order", subject_id=Order.objects.first().pk, action="x", new_status="expired", actor="system"
    ),
    "ticket": lambda: Ticket.objects.filter(order__status="paid").update(status="cancelled"),
}


@pytest.mark.parametrize("words", BREAK)
def test_a_broken_promise_is_seen(words):
    event = factories.published()
    DiscountCode.objects.create(event=event, code="RAIN", percent=10)
    factories.order(event, code="RAIN")
    factories.paid(event, "Carl")
    assert kept()

    BREAK[words]()

    assert any(words in breach for breach in invariants.breaches())

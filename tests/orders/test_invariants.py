"""Each promise about orders is broken by hand once, and seen to be."""

import pytest
from django.db import connection

from events.models import DiscountCode, TicketTier
from orders import invariants
from orders.models import DeadCode, Order, OrderItem, Scan, Ticket
from tests import factories
from tests.factories import THEN
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
    "no admission of it stands": lambda: Scan.objects.update(undone_at=THEN),
    "valid all the same": lambda: Ticket.objects.update(status="valid", used_at=None),
    "at the door of another event": lambda: Scan.objects.update(event=factories.event(title="Other")),
    "more than once": lambda: _twice(),
    "dead is its own once more": lambda: DeadCode.objects.create(ticket=_seat(), serial=_seat().serial, secret="x" * 32, at=THEN),
    "more often than codes of it died": lambda: Ticket.objects.update(transfers=1),
}


def _seat():
    return Ticket.objects.first()


def _twice():
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX one_admission_per_ticket")
    Scan.objects.create(ticket=_seat(), event=_seat().event, nonce="once-more", verdict="admitted", at=THEN)


@pytest.mark.parametrize("words", BREAK)
def test_a_broken_promise_is_seen(words):
    event = factories.published()
    DiscountCode.objects.create(event=event, code="RAIN", percent=10)
    factories.order(event, code="RAIN")
    factories.let_in(factories.paid(event, "Carl").tickets.get())
    assert kept()

    BREAK[words]()

    assert any(words in breach for breach in invariants.breaches())

"""From an event to an order: the form, its refusals, and what it makes."""

import pytest
import time_machine
from django.core.cache import cache

from orders.models import Order
from payments.models import Payment
from tests import factories
from tests.events.test_pages import text
from tests.factories import THEN
from tests.promises import kept

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def moment():
    cache.clear()
    with time_machine.travel(THEN, tick=False):
        yield


def buy(client, event, lines=None, **typed):
    lines = lines or {factories.tier().pk: 2}
    fields = {
        "email": "bea@example.org",
        "name": "Bea",
        "key": "form",
        **{f"quantity-{pk}": number for pk, number in lines.items()},
        **typed,
    }
    return client.post(f"/events/{event.slug}/reserve/", fields)


def test_one_post_from_the_event_page_makes_order_hold_and_payment(client):
    event = factories.published()
    page = client.get(event.get_absolute_url())
    assert f'action="/events/{event.slug}/reserve/"' in page.content.decode()

    answer = buy(client, event)

    order = Order.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, f"/orders/{order.secret}/")
    assert (order.status, order.total, order.quantity, order.buyer_email, order.buyer_name) == (
        "pending",
        300_000,
        2,
        "bea@example.org",
        "Bea",
    )
    assert Payment.objects.get().provider == "manual"
    shown = text(client.get(answer["Location"]))
    assert "Pay IDR 300,000 to Radio Hujan" in shown
    assert kept()

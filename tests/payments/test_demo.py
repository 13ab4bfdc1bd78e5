"""The demo's counters are those of its orders."""

import pytest

import accounts.demo
import events.demo
from orders.models import Order
from payments import demo
from tests.promises import broken, kept

pytestmark = pytest.mark.django_db


def test_every_place_that_the_demo_counts_has_an_order(groups):
    for room in (accounts.demo, events.demo):
        list(room.seed(seed=1))
    assert broken() != []

    assert len(list(demo.seed(seed=1))) > 5
    made = Order.objects.count()

    assert kept()
    assert list(demo.seed(seed=1)) == []
    assert Order.objects.count() == made
    assert set(Order.objects.values_list("status", flat=True)) == {"paid", "pending"}

"""The commands of orders: the procedures that the source documents name, and the sweep by hand."""

import json
from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from events.models import Event
from orders.actions import NumberTaken, keep_number
from orders.models import Order
from tests import factories
from tests.factories import THEN
from tests.payments import keys
from tests.payments.world import make
from tests.promises import kept
from ticketing.models import HistoryEntry

pytestmark = pytest.mark.django_db


def run(*words):
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


@pytest.fixture
def event():
    start = timezone.now() + timedelta(days=30)
    made = factories.event(starts_at=start, tiers=[{"name": "Regular", "price": Decimal(0), "quantity": 2}])
    factories.events.actions.publish(event_id=made.pk, by=None, at=timezone.now())
    return made


def test_d_16_create_booking_says_true_and_books_once_for_one_id(event):
    for _ in range(2):
        said = run("create_booking", "bea@example.org", event.slug, "--booking-id", "BK-1K2L3M4N5O-ABC123")
        assert said.splitlines()[0] == "true"

    order = Order.objects.get()
    assert (order.status, order.buyer_email, factories.tier().sold) == ("paid", "bea@example.org", 1)
    assert order.reference in said
    assert kept()


def test_d_16_d_17_a_booking_is_cancelled_by_the_number_that_it_was_made_with(event):
    run("create_booking", "bea@example.org", event.slug, "--booking-id", "BK-1K2L3M4N5O-ABC123")
    assert (Order.objects.get().legacy_reference, HistoryEntry.objects.get(action="numbered").details) == (
        "BK-1K2L3M4N5O-ABC123",
        {"number": "BK-1K2L3M4N5O-ABC123"},
    )

    assert run("cancel_booking", "BK-1K2L3M4N5O-ABC123") == "true\n"
    assert (Order.objects.get().status, factories.tier().sold) == ("cancelled", 0)


def test_create_booking_books_nothing_under_a_number_of_another_order(event):
    run("create_booking", "bea@example.org", event.slug, "--booking-id", "RES-1")

    with pytest.raises(CommandError, match="belongs to another order"):
        run("create_booking", "carl@example.org", event.slug, "--booking-id", "RES-1")
    assert (Order.objects.get().buyer_email, factories.tier().sold) == ("bea@example.org", 1)
    with pytest.raises(NumberTaken), CaptureQueriesContext(connection) as asked:
        keep_number(order_id=Order.objects.get().pk, number="RES-2", at=timezone.now(), by="system")
    assert [query for query in asked if 'FROM "orders_order"' in query["sql"] and "FOR NO KEY UPDATE" in query["sql"]]


@pytest.fixture
def moment():
    """Before the event, in whatever year this runs."""
    with time_machine.travel(THEN):
        yield


def test_d_16_places_that_cost_something_wait_for_their_way_or_are_given_away(settings, moment):
    settings.WALLET_XPUBS = [keys.xpub()]
    world = make(start=timezone.now().replace(microsecond=0) - timedelta(seconds=4))
    world.rate()
    event = Event.objects.get()

    for name, way in (("bea", []), ("carl", ["--way", "usdt"]), ("dora", ["--give", "Press"])):
        for _ in range(2):
            run("create_booking", f"{name}@example.org", event.slug, "--booking-id", name, *way)

    found = Order.objects.order_by("buyer_email").values_list("buyer_email", "payment__provider", "status", "notes__text")
    assert list(found) == [
        ("bea@example.org", "manual", "pending", None),
        ("carl@example.org", "usdt", "pending", None),
        ("dora@example.org", "comp", "paid", "Press"),
    ]
    assert kept()


def test_create_booking_says_false_and_why_when_it_is_full(event, capsys):
    out = StringIO()
    with pytest.raises(CommandError, match="Only 2 tickets"):
        call_command("create_booking", "bea@example.org", event.slug, "--quantity", "3", "--json", stdout=out)

    assert json.loads(out.getvalue())["booked"] is False
    assert Order.objects.count() == 0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["bea@example.org", "nowhere"], "no event"),
        (["bea", "malam-jazz"], "no e-mail"),
        (["bea@example.org", "malam-jazz", "--tier", "Gold"], "They are: Regular"),
    ],
)
def test_create_booking_names_what_is_wrong(event, words, says):
    with pytest.raises(CommandError, match=says):
        run("create_booking", *words)


def test_create_booking_keeps_nothing_of_a_dry_run(event):
    assert "dry run" in run("create_booking", "bea@example.org", event.slug, "--dry-run")
    assert (Order.objects.count(), factories.tier().sold) == (0, 0)


def test_d_17_cancel_booking_says_true_each_time(event):
    run("create_booking", "bea@example.org", event.slug)
    reference = Order.objects.get().reference

    assert "is paid" in run("cancel_booking", reference, "--dry-run")
    assert run("cancel_booking", reference.lower()) == "true\n"
    assert json.loads(run("cancel_booking", reference, "--json")) == {"cancelled": True, "reference": reference}

    assert (Order.objects.get().status, factories.tier().sold) == ("cancelled", 0)
    with pytest.raises(CommandError, match="no order"):
        run("cancel_booking", "BK-NOTHING")
    assert kept()


def test_expire_orders_ends_what_is_over():
    event = factories.published()
    order = factories.order(event)
    Order.objects.update(expires_at=timezone.now() - timedelta(minutes=5))

    assert run("expire_orders", "--dry-run") == "1 orders would expire.\n"
    assert json.loads(run("expire_orders", "--json")) == {"expired": 1}
    assert run("expire_orders") == "0 orders expired.\n"
    order.refresh_from_db()
    assert order.status == "expired"


def test_invariants_say_when_a_hold_is_past_its_deadline():
    order = factories.order(factories.published())
    Order.objects.update(expires_at=timezone.now() - timedelta(seconds=61))

    with pytest.raises(CommandError):
        run("invariants")
    from payments import invariants

    assert list(invariants.breaches()) == [f"order {order.pk}: places are held past its deadline by a minute"]

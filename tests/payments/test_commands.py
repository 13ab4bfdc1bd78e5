"""The commands of orders: the procedures that the source documents name, and the sweep by hand."""

import json
from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from orders.models import Order
from tests import factories
from tests.promises import kept

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

"""The view of active events, and the promises read from the tables (B-31, C-02)."""

from decimal import Decimal

import pytest
from django.db import connection

from events import actions, invariants
from events.models import ActiveEvent, DiscountCode, Event, Picture, Reminder, TicketTier
from tests import factories
from tests.factories import THEN

pytestmark = pytest.mark.django_db
TIERS = [
    {"name": "Regular", "price": Decimal(100), "quantity": 10},
    {"name": "VIP", "price": Decimal(500), "quantity": 5},
    {"name": "Crew", "price": Decimal(1), "quantity": 50, "hidden": True},
    {"name": "Old", "price": Decimal(2), "quantity": 50, "is_active": False},
]


def sql(query):
    with connection.cursor() as cursor:
        cursor.execute(query)


def test_b_31_c_02_view_sums_the_listed_tiers():
    event = factories.published(tiers=TIERS)
    factories.begin(event, days=1)
    TicketTier.objects.filter(name="Regular").update(sold=4, reserved=3)

    found = ActiveEvent.objects.values(
        "slug", "total_tickets", "sold_tickets", "reserved_tickets", "available_tickets", "lowest_price", "highest_price"
    ).get(pk=event.pk)

    assert found == {
        "slug": "malam-jazz",
        "total_tickets": 15,
        "sold_tickets": 4,
        "reserved_tickets": 3,
        "available_tickets": 8,
        "lowest_price": Decimal(100),
        "highest_price": Decimal(500),
    }
    Event.objects.update(capacity=9, sold=4, reserved=3)
    assert ActiveEvent.objects.values_list("total_tickets", "available_tickets").get() == (9, 2)


def test_b_31_view_has_what_is_published_and_to_come():
    names = ("Shown", "Running", "Closed", "Over")
    shown, running, closed, over = (factories.published(title=name) for name in names)
    actions.close_sales(event_id=closed.pk, by=None, at=THEN)
    for event, days in [(shown, 1), (running, 0), (closed, 1), (over, -1), (factories.event(title="Draft"), 1)]:
        factories.begin(event, days=days)

    assert list(ActiveEvent.objects.order_by("title").values_list("title", flat=True)) == ["Running", "Shown"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_views WHERE viewname = 'active_events_with_availability'")
        assert cursor.fetchone()


@pytest.fixture
def without_rules():
    """Take the constraints away, within this test's transaction, so that the promises can be broken."""
    for model in (Event, TicketTier, DiscountCode, Picture):
        for rule in model._meta.constraints:
            if "unique" not in type(rule).__name__.lower():
                sql(f"ALTER TABLE {model._meta.db_table} DROP CONSTRAINT {rule.name}")


@pytest.mark.parametrize(
    ("breach", "says"),
    [
        ("UPDATE events_event SET capacity = 9, sold = 1", "counts other places"),
        ("UPDATE events_event SET waiting_any = -1", "counter is off"),
        ("UPDATE events_event SET sold = 1", "counter is off"),
        ("UPDATE events_tickettier SET sold = 99, reserved = 2", "tier {tier}: a counter is off"),
        ("UPDATE events_tickettier SET waiting = -1", "tier {tier}: a counter is off"),
        ("DELETE FROM events_tickettier", "public, and without a tier"),
        ("UPDATE events_event SET deleted_at = now()", "public, and deleted"),
        ("UPDATE events_event SET status = 'draft'; UPDATE events_tickettier SET sold = 1", "a draft with places"),
        ("UPDATE events_event SET status = 'archived'", "not the last one in its history"),
        ("UPDATE events_discountcode SET used = 2", "used more often"),
        ("UPDATE events_tickettier SET price = 0.5", "more decimals"),
        ("UPDATE events_picture SET original = 'x', small = NULL, medium = NULL, large = NULL", "one that is not drawn"),
        ("UPDATE events_picture SET original = 'x', created_at = now() - interval '6 minutes'", "waits for five minutes"),
        ("UPDATE events_reminder SET created_at = now() - interval '6 minutes'", "its sale has begun"),
        ("UPDATE events_reminder SET sent_at = now() - interval '9 days'", "should be forgotten"),
    ],
)
def test_each_broken_promise_is_named(breach, says, without_rules):
    event = factories.published()
    factories.begin(event, days=1)
    actions.add_code(event_id=event.pk, by=None, at=THEN, code="EARLY", percent=Decimal(10), max_uses=1)
    tier = factories.tier()
    TicketTier.objects.update(sale_starts_at="2020-01-01T00:00Z")
    Event.objects.update(image=Picture.objects.create(event=event, small=b"s", medium=b"m", large=b"l"))
    Reminder.objects.create(event=event, email="r@example.org", language="en")
    assert list(invariants.breaches()) == []

    sql(breach)

    assert any(says.format(tier=tier.pk) in found for found in invariants.breaches())


def test_a_code_for_a_tier_of_another_event_is_named():
    event, other = factories.event(), factories.event(title="Other")
    code = actions.add_code(event_id=event.pk, by=None, at=THEN, code="EARLY", percent=Decimal(10))
    code.tiers.set(other.tiers.all())

    assert list(invariants.breaches()) == [f"discount code {code.pk}: for a tier of another event"]

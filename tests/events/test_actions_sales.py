"""Events come before the public and end: statuses, readiness, soft delete, phases (C-03, K-05, A-04)."""

import itertools
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from accounts.models import Promoter
from events import actions
from events.models import Event, TicketTier, TierState
from events.readiness import missing
from tests import factories
from tests.factories import THEN
from ticketing import statuses
from ticketing.models import HistoryEntry

pytestmark = pytest.mark.django_db
START = THEN + timedelta(days=30)
OVER = START + timedelta(hours=4)


def lines(event):
    return list(HistoryEntry.objects.filter(subject_id=event.pk).order_by("id").values_list("action", "old_status", "new_status"))[1:]


def at_status(status):
    """Walk an event there through the real actions."""
    event = factories.event() if status in {"draft", "archived"} else factories.published()
    steps = {"sales_closed": actions.close_sales, "archived": actions.archive}
    if status in steps:
        steps[status](event_id=event.pk, by=None, at=THEN)
    if status == "cancelled":
        actions.cancel(event_id=event.pk, reason="Rain.", by=None, at=THEN)
    return Event.objects.get(pk=event.pk)


@pytest.mark.parametrize(("old", "new"), list(itertools.product(Event.Status, Event.Status)))
def test_every_pair_of_statuses_moves_only_by_the_table(old, new):
    event = at_status(old)
    fields = {"published_at": THEN} if new in ("published", "sales_closed") else {}
    if new == "cancelled":
        fields = {"published_at": THEN, "cancelled_at": THEN, "cancel_reason": "Rain."}

    try:
        with transaction.atomic():
            statuses.move(event, new, at=THEN, by="system", **fields)
        moved = True
    except statuses.MoveRefused:
        moved = False

    assert moved == (new in Event.TRANSITIONS[old])
    assert Event.objects.get().status == (new if moved else old)


def test_publish_shows_the_event():
    event = factories.event()

    actions.publish(event_id=event.pk, by=event.promoter.owner, at=THEN)
    actions.publish(event_id=event.pk, by=event.promoter.owner, at=THEN + timedelta(days=1))

    assert Event.objects.values_list("status", "published_at").get() == ("published", THEN)
    assert lines(event) == [("published", "draft", "published")]


@pytest.mark.parametrize(
    ("facts", "keys"),
    [
        ({}, []),
        ({"venue": "", "city": ""}, ["venue", "city"]),
        ({"starts_at": THEN}, ["start"]),
        ({"tiers": []}, ["tiers"]),
        ({"tiers": [{"name": "x", "price": Decimal(1), "quantity": 1, "hidden": True}]}, ["tiers"]),
        ({"tiers": [{"name": "x", "price": Decimal(1), "quantity": 1, "is_active": False}]}, ["tiers"]),
        ({"tiers": [{"name": "x", "price": Decimal(1), "quantity": 1, "sale_ends_at": THEN}]}, ["sale"]),
        ({"max_per_buyer": 4, "tiers": [{"name": "x", "price": Decimal(1), "quantity": 9, "min_purchase": 5}]}, ["share"]),
    ],
)
def test_publish_says_what_is_missing(facts, keys):
    event = factories.event(**facts)

    found = missing(event, list(event.tiers.all()), at=THEN)

    assert [thing.key for thing in found] == keys
    assert all(thing.says and thing.anchor for thing in found)
    if keys:
        with pytest.raises(actions.NotReady, match=found[0].says) as caught:
            actions.publish(event_id=event.pk, by=None, at=THEN)
        assert caught.value.missing == found
        assert Event.objects.get().status == "draft"


def test_publish_waits_for_the_promoters_approval_and_for_whole_prices():
    event = factories.event()
    Promoter.objects.update(approved_at=None)
    TicketTier.objects.update(price=Decimal("0.50"))
    event = Event.objects.get()

    assert [thing.key for thing in missing(event, list(event.tiers.all()), at=THEN)] == ["promoter", "prices"]


def test_close_and_reopen_sales():
    event = factories.published()

    for _twice in range(2):
        actions.close_sales(event_id=event.pk, by=None, at=THEN)
    assert Event.objects.get().status == "sales_closed"
    for _twice in range(2):
        actions.reopen_sales(event_id=event.pk, by=None, at=THEN)

    assert Event.objects.get().status == "published"
    assert lines(event)[1:] == [("sales_closed", "published", "sales_closed"), ("sales_reopened", "sales_closed", "published")]


def test_reopen_while_it_runs_but_not_afterwards():
    event = at_status("sales_closed")

    with pytest.raises(actions.NotReady):
        actions.reopen_sales(event_id=event.pk, by=None, at=OVER)
    actions.reopen_sales(event_id=event.pk, by=None, at=START)

    assert Event.objects.get().status == "published"


def test_cancel_says_when_and_why_and_makes_a_new_version():
    event = factories.published()

    actions.cancel(event_id=event.pk, reason=" Rain. ", by=None, at=THEN)
    actions.cancel(event_id=event.pk, reason="Again.", by=None, at=THEN)

    found = Event.objects.values_list("status", "cancelled_at", "cancel_reason", "version").get()
    assert found == ("cancelled", THEN, "Rain.", 2)
    assert lines(event)[1:] == [("cancelled", "published", "cancelled")]


def test_cancel_without_a_reason_is_refused():
    event = factories.published()

    with pytest.raises(actions.NoReason):
        actions.cancel(event_id=event.pk, reason=" ", by=None, at=THEN)


@pytest.mark.parametrize(
    ("deed", "status"),
    [
        ("publish", "sales_closed"),
        ("publish", "archived"),
        ("close_sales", "draft"),
        ("reopen_sales", "draft"),
        ("reopen_sales", "cancelled"),
        ("cancel", "draft"),
        ("cancel", "archived"),
        ("close_sales", "cancelled"),
    ],
)
def test_moves_that_the_table_lacks_are_refused(deed, status):
    event = at_status(status)
    words = {"reason": "Rain."} if deed == "cancel" else {}

    with pytest.raises(statuses.MoveRefused):
        getattr(actions, deed)(event_id=event.pk, by=None, at=THEN, **words)


@pytest.mark.parametrize("status", ["published", "sales_closed", "cancelled"])
def test_archive_only_what_is_over(status):
    event = at_status(status)

    with pytest.raises(actions.NotOver):
        actions.archive(event_id=event.pk, by=None, at=OVER - timedelta(seconds=1))
    for _twice in range(2):
        actions.archive(event_id=event.pk, by=None, at=OVER)

    assert Event.objects.get().status == "archived"
    assert lines(event)[-1] == ("archived", status, "archived")


def test_archive_a_draft_at_any_time():
    assert at_status("archived").status == "archived"


@pytest.mark.parametrize("status", ["draft", "cancelled", "archived"])
def test_delete_and_restore(status):
    event = at_status(status)
    before = lines(event)

    for _twice in range(2):
        actions.delete(event_id=event.pk, by=None, at=THEN)
    assert (Event.objects.count(), Event.all_objects.get().deleted_at) == (0, THEN)
    for _twice in range(2):
        actions.restore(event_id=event.pk, by=None, at=THEN)

    assert (Event.objects.get().status, Event.objects.get().deleted_at) == (status, None)
    assert lines(event) == [*before, ("deleted", "", ""), ("restored", "", "")]


@pytest.mark.parametrize("status", ["published", "sales_closed"])
def test_delete_what_is_public_is_refused(status):
    event = at_status(status)

    with pytest.raises(actions.StillPublic):
        actions.delete(event_id=event.pk, by=None, at=THEN)


def test_a_deleted_event_does_nothing_until_it_is_restored():
    event = at_status("cancelled")
    actions.delete(event_id=event.pk, by=None, at=THEN)

    for deed in (actions.publish, actions.close_sales, actions.reopen_sales, actions.archive, actions.duplicate_event):
        with pytest.raises(actions.EventDeleted):
            deed(event_id=event.pk, by=None, at=THEN)


@pytest.mark.parametrize(
    ("at", "change", "phase"),
    [
        (THEN, {}, "on_sale"),
        (THEN, {"sale_starts_at": THEN + timedelta(1)}, "upcoming"),
        (THEN, {"is_active": False}, "upcoming"),
        (THEN, {"sold": 100}, "sold_out"),
        (THEN, {"sold": 98, "waiting": 2}, "sold_out"),
        (START, {}, "running"),
        (OVER, {}, "ended"),
    ],
)
def test_k_05_phase_follows_from_time_and_stock(at, change, phase):
    event = factories.published()
    TicketTier.objects.update(**change)

    assert event.phase(at) == phase


@pytest.mark.parametrize(("status", "phase"), [("draft", None), ("cancelled", None), ("archived", None), ("sales_closed", "upcoming")])
def test_k_05_phase_follows_from_the_status(status, phase):
    assert at_status(status).phase(THEN) == phase


@pytest.mark.parametrize(
    ("at", "change", "state"),
    [
        (THEN, {}, TierState.ON_SALE),
        (THEN, {"sold": 90}, TierState.FEW_LEFT),
        (THEN, {"sold": 99, "reserved": 1}, TierState.HELD),
        (THEN, {"sold": 100}, TierState.SOLD_OUT),
        (THEN, {"sold": 98, "waiting": 5}, TierState.IN_LINE),
        (THEN, {"sale_starts_at": THEN + timedelta(1)}, TierState.SOON),
        (THEN, {"sale_ends_at": THEN}, TierState.CLOSED),
        (THEN, {"is_active": False}, TierState.CLOSED),
        (OVER, {}, TierState.CLOSED),
    ],
)
def test_state_of_a_tier(at, change, state):
    event = factories.published()
    TicketTier.objects.update(**change)

    assert factories.tier().state(event, at) == state


def test_room_is_what_the_capacity_and_the_line_leave():
    event = factories.published(capacity=50)
    Event.objects.update(sold=20, reserved=5, waiting_any=80)
    event.refresh_from_db()
    TicketTier.objects.update(waiting=8)

    tier = factories.tier()

    assert (event.room, tier.left_in(event), tier.room_in(event)) == (25, 25, 12)


def test_b_19_b_20_c_16_what_is_upcoming_past_on_sale_and_sellable():
    soon = factories.published(title="Soon")
    closed = at_status("sales_closed")
    full = factories.published(title="Full", starts_at=START - timedelta(1))
    TicketTier.objects.filter(event=full).update(sold=100)
    capped = factories.published(title="Capped", capacity=5)
    Event.objects.filter(pk=capped.pk).update(sold=5)
    factories.event(title="Draft")

    assert set(Event.objects.upcoming(THEN)) == {soon, closed, full, capped}
    assert Event.objects.upcoming(THEN).first() == full
    assert list(Event.objects.on_sale(THEN)) == [soon]
    assert set(TicketTier.objects.sellable(THEN).values_list("event", flat=True)) == {soon.pk, full.pk, capped.pk}
    assert (Event.objects.upcoming(OVER).count(), Event.objects.past(OVER).count()) == (0, 4)
    assert list(TicketTier.objects.sellable(OVER)) == []


@pytest.mark.parametrize(
    "change", [{"hidden": True}, {"is_active": False}, {"sale_starts_at": THEN + timedelta(1)}, {"sale_ends_at": THEN}]
)
def test_an_event_is_on_sale_by_its_listed_tiers(change):
    factories.published()
    TicketTier.objects.update(**change)

    assert list(Event.objects.on_sale(THEN)) == []

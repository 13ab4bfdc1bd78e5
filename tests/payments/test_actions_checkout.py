"""Checkout: one transaction from the wish to held places or tickets."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

import events.actions
from accounts.actions import NotAllowed
from orders import actions as orders_actions
from orders.models import Order, OrderItem, Ticket
from payments import actions
from payments.actions import checkout
from payments.models import Payment
from tests import factories
from tests.factories import THEN
from tests.promises import kept
from ticketing.models import HistoryEntry

pytestmark = pytest.mark.django_db


def counters(name="Regular"):
    tier = factories.tier(name)
    return tier.reserved, tier.sold


def test_b_21_k_25_a_wish_becomes_an_order_that_holds_its_places():
    event = factories.published(fee_percent=Decimal(10), tax_percent=Decimal(11))

    order = factories.order(event, lines={factories.tier().pk: 2})

    assert (order.status, order.subtotal, order.service_fee, order.tax, order.total) == ("pending", 300_000, 30_000, 33_000, 363_000)
    assert (order.reserved_at, order.expires_at, order.paid_at) == (THEN, THEN + timedelta(days=2), None)
    assert OrderItem.objects.values_list("quantity", "returned", "unit_price").get() == (2, 0, 150_000)
    assert (order.quantity, counters(), Ticket.objects.count()) == (2, (2, 0), 0)
    assert Payment.objects.values_list("order", "provider", "state").get() == (order.pk, "manual", "awaiting")
    line = HistoryEntry.objects.filter(subject_id=order.pk).values_list("action", "new_status", "actor", "details").get()
    assert line == ("placed", "pending", "buyer", {"places": 2})
    assert kept()


def test_d_16_what_costs_nothing_is_paid_at_once_with_its_tickets():
    event = factories.published(tiers=[{"name": "Regular", "price": Decimal(0), "quantity": 10}])

    order = factories.order(event, lines={factories.tier().pk: 3})

    assert (order.status, order.paid_at, order.expires_at, counters()) == ("paid", THEN, None, (0, 3))
    body = order.reference.removeprefix("BK-")
    assert sorted(Ticket.objects.values_list("code", flat=True)) == [f"TIX-{body}-01", f"TIX-{body}-02", f"TIX-{body}-03"]
    assert set(Ticket.objects.values_list("status", "holder_name", "holder_email")) == {("valid", "Bea", "bea@example.org")}
    assert Payment.objects.values_list("provider", "state", "confirmed_at").get() == ("free", "settled", THEN)
    assert order.payment_status == "completed"
    assert kept()


def test_a_reserve_costs_twelve_statements_at_most():
    event = factories.published(capacity=50)
    wish = factories.wish(event, form_key="form")

    with CaptureQueriesContext(
        connection,
    ) as asked:
        actions.check_out(wish=wish, at=THEN)

    said = [query["sql"] for query in asked if "SAVEPOINT" not in query["sql"]]
    assert len(said) <= 12, said
    assert said[-1].startswith('UPDATE "events_tickettier"')


def test_a_free_order_costs_thirteen_statements_at_most():
    event = factories.published(tiers=[{"name": "Regular", "price": Decimal(0), "quantity": 10}])
    wish = factories.wish(event, form_key="form")

    with CaptureQueriesContext(connection) as asked:
        actions.check_out(wish=wish, at=THEN)

    assert len([query for query in asked if "SAVEPOINT" not in query["sql"]]) <= 13


def test_a_form_sent_again_is_the_same_order_and_a_changed_one_is_another():
    event = factories.published()
    first = factories.order(event, form_key="form")

    again = factories.order(event, form_key="form", at=THEN + timedelta(minutes=1))
    other = factories.order(event, form_key="form", lines={factories.tier().pk: 2})

    assert again.pk == first.pk
    assert other.pk != first.pk
    assert (Payment.objects.count(), counters()) == (2, (3, 0))


def test_without_the_forms_key_each_wish_is_an_order():
    event = factories.published()

    assert factories.order(event).pk != factories.order(event).pk


def test_another_buyer_with_the_same_forms_key_gets_an_order_of_his_own():
    event = factories.published()

    assert factories.order(event, "Bea", form_key="form").pk != factories.order(event, "Eve", form_key="form").pk


def test_a_third_hold_of_one_person_is_refused_however_the_address_is_written():
    event = factories.published()
    factories.order(event, "Bea")
    factories.order(event, "bea+two")

    with pytest.raises(orders_actions.TooManyHolds):
        factories.order(event, "BEA+three")
    assert factories.order(event, "Carl").status == "pending"


def test_holds_of_one_browser_are_counted_too():
    event = factories.published()
    for name in ("Bea", "Carl"):
        factories.order(event, name, key="cookie")

    with pytest.raises(orders_actions.TooManyHolds):
        factories.order(event, "Dora", key="cookie")


def test_holds_whose_time_is_over_do_not_count():
    event = factories.published()
    for _ in range(2):
        factories.order(event)

    assert factories.order(event, at=THEN + timedelta(days=3)).status == "pending"


def test_one_person_has_so_many_tickets_over_all_orders_paid_or_held():
    free = {"name": "Lawn", "price": Decimal(0), "quantity": 50}
    event = factories.published(max_per_buyer=5, tiers=[{"name": "Regular", "price": Decimal(1), "quantity": 50}, free])
    lawn = factories.tier("Lawn").pk
    factories.paid(event, "Bea", lines={factories.tier().pk: 2})
    of_lawn = factories.order(event, "bea+two", lines={lawn: 2})

    with pytest.raises(orders_actions.TooManyForOne, match="may have 5 tickets for this event, over all orders") as refusal:
        factories.order(event, "BEA+three", lines={lawn: 2})
    assert refusal.value.had == 4
    factories.order(event, "Bea")
    with pytest.raises(orders_actions.TooManyForOne):
        factories.order(event, "Bea", lines={lawn: 1})
    assert factories.order(event, "Carl", lines={lawn: 5}).quantity == 5
    actions.cancel_seat(ticket_id=of_lawn.tickets.first().pk, at=THEN)
    assert factories.order(event, "Bea", lines={lawn: 1}).status == "paid"
    assert kept()


def test_what_one_browser_has_paid_for_and_what_was_given_count_too():
    event = factories.published(max_per_buyer=3)
    factories.paid(event, "Bea", key="cookie", lines={factories.tier().pk: 2})

    with pytest.raises(orders_actions.TooManyForOne):
        factories.order(event, "Carl", key="cookie", lines={factories.tier().pk: 2})
    actions.give_comps(wishes=[factories.wish(event, "Dora", lines={factories.tier().pk: 4})], by=None, at=THEN)
    with pytest.raises(orders_actions.TooManyForOne, match="may have 3 tickets"):
        factories.order(event, "Dora")


def test_more_than_one_person_may_have_is_refused_at_the_first_order_and_never_without_a_limit():
    event = factories.published(max_per_buyer=1)
    two = {factories.tier().pk: 2}

    with pytest.raises(orders_actions.TooManyForOne, match="may have 1 ticket for"):
        factories.order(event, lines=two)
    events.actions.update_event(event_id=event.pk, by=None, at=THEN, max_per_buyer=None)
    assert [factories.paid(event, lines=two).quantity for _ in range(12)] == [2] * 12


def test_what_one_person_has_is_not_what_lapsed_and_is_what_was_paid_long_ago():
    event = factories.published(max_per_buyer=2)
    lapsed, much_later = factories.order(event), THEN + timedelta(days=3)

    of_two = factories.order(event, at=much_later, lines={factories.tier().pk: 2})
    actions.settle_by_hand(order_id=of_two.pk, reason="Seen on the account.", by=None, at=much_later)
    with pytest.raises(orders_actions.TooManyForOne, match="may have 2 tickets"):
        factories.order(event, at=much_later + timedelta(days=3))
    assert lapsed.expires_at < much_later < Order.objects.get(pk=of_two.pk).expires_at


def test_orders_to_the_promoter_are_held_for_the_events_own_time():
    event = factories.published(manual_hold_hours=5)

    assert factories.order(event).expires_at == THEN + timedelta(hours=5)


def test_d_10_k_17_one_order_for_each_person_and_again_after_cancelling():
    event = factories.published(one_order_per_buyer=True)
    first = factories.order(event)

    with pytest.raises(orders_actions.OneOrderEach) as refusal:
        factories.order(event, "bea+again")
    assert refusal.value.order_id == first.pk
    actions.cancel(order_id=first.pk, at=THEN)

    assert factories.order(event).status == "pending"
    assert kept()


def test_k_17_a_guest_and_an_account_of_one_address_are_one_person():
    event = factories.published(one_order_per_buyer=True)
    factories.order(event, "Bea", user=factories.person("Bea"))

    with pytest.raises(orders_actions.OneOrderEach):
        factories.order(event, "Bea")
    with pytest.raises(orders_actions.OneOrderEach):
        factories.order(event, "Other", user=factories.person("Bea"))


def test_one_order_each_does_not_count_a_hold_whose_time_is_over():
    event = factories.published(one_order_per_buyer=True)
    first = factories.order(event)

    second = factories.order(event, at=THEN + timedelta(days=3))

    assert (Order.objects.get(pk=first.pk).status, second.status, counters()) == ("expired", "pending", (1, 0))


def test_k_18_an_event_may_require_an_account():
    event = factories.published(require_account=True)

    with pytest.raises(orders_actions.AccountNeeded):
        factories.order(event)
    order = factories.order(event, user=factories.person("Bea"), auth_method="google")

    assert (order.google_auth, order.user.email) == (True, "bea@example.org")
    assert HistoryEntry.objects.get(subject_id=order.pk).actor == f"user:{order.user_id}"


def test_k_19_a_code_lowers_the_price_and_is_counted():
    event = factories.published()
    code = events.actions.add_code(event_id=event.pk, by=None, at=THEN, code="RAIN", percent=Decimal(10), max_uses_per_buyer=1)

    order = factories.order(event, code=" rain ")

    code.refresh_from_db()
    assert (order.subtotal, order.discount, order.total, order.code, code.used) == (135_000, 15_000, 135_000, code, 1)
    with pytest.raises(events.actions.CodeRefused, match="as often as one person"):
        factories.order(event, "bea+2", code="RAIN")
    with pytest.raises(events.actions.CodeRefused, match="not known"):
        factories.order(event, "Carl", code="SUN")
    assert kept()


def test_a_code_of_another_event_is_not_known():
    event, other = factories.published(), factories.published(title="Other", tiers=[{"name": "x", "price": Decimal(1), "quantity": 1}])
    events.actions.add_code(event_id=other.pk, by=None, at=THEN, code="RAIN", percent=Decimal(10))

    with pytest.raises(events.actions.CodeRefused):
        factories.order(event, code="RAIN")


@pytest.mark.parametrize("number", [0, -1, 2**31, 2**63])
def test_numbers_out_of_reach_are_refused(number):
    event = factories.published()

    with pytest.raises((orders_actions.NothingChosen, events.actions.NotOnSale)):
        factories.order(event, lines={factories.tier().pk: number})
    assert (Order.objects.count(), Payment.objects.count()) == (0, 0)


def test_a_tier_of_another_event_or_of_none_is_refused():
    event = factories.published()
    other = factories.published(title="Other", tiers=[{"name": "Else", "price": Decimal(1), "quantity": 1}])

    for pk in (other.tiers.get().pk, uuid4()):
        with pytest.raises(events.actions.NotOnSale):
            factories.order(event, lines={pk: 1})
    with pytest.raises(orders_actions.NothingChosen):
        actions.check_out(wish=replace(factories.wish(event), lines={}), at=THEN)


def test_d_12_a_refused_order_leaves_nothing():
    event = factories.published(tiers=[{"name": "Regular", "price": Decimal(1), "quantity": 2}])

    with pytest.raises(events.actions.SoldOut):
        factories.order(event, lines={factories.tier().pk: 3})
    with pytest.raises(events.actions.NotOnSale):
        factories.order(event, at=event.ends_at)

    assert (Order.objects.count(), Payment.objects.count(), counters()) == (0, 0, (0, 0))


def test_e_06_places_whose_time_is_over_come_back_when_they_are_needed():
    event = factories.published(tiers=[{"name": "Regular", "price": Decimal(1), "quantity": 2}])
    old = factories.order(event, "Bea", lines={factories.tier().pk: 2})

    with pytest.raises(events.actions.SoldOut):
        factories.order(event, "Carl", at=THEN + timedelta(days=1))
    new = factories.order(event, "Carl", at=THEN + timedelta(days=3))

    old.refresh_from_db()
    assert (old.status, new.status, counters()) == ("expired", "pending", (1, 0))
    assert kept()


def test_what_no_time_that_is_over_mends_is_tried_once(monkeypatch):
    event = factories.published(one_order_per_buyer=True, tiers=[{"name": "Regular", "price": Decimal(1), "quantity": 2}])
    factories.order(event)
    real, tries = checkout._check_out, []
    monkeypatch.setattr(checkout, "_check_out", lambda *wish: tries.append(wish) or real(*wish))

    with pytest.raises(orders_actions.OneOrderEach):
        factories.order(event)
    with pytest.raises(events.actions.SoldOut):
        factories.order(event, "Carl", lines={factories.tier().pk: 2})

    assert len(tries) == 2


def test_a_price_changed_later_does_not_change_the_order():
    event = factories.published()
    order = factories.order(event)

    events.actions.update_tier(tier_id=factories.tier().pk, by=None, at=THEN, price=Decimal(999_000))
    factories.paid(event, "Carl")
    actions.settle_by_hand(order_id=order.pk, reason="Seen.", by=None, at=THEN)

    assert Order.objects.get(pk=order.pk).total == 150_000
    assert kept()


def test_comps_cost_nothing_and_pass_by_the_line_but_not_by_the_quantity():
    team = factories.promoter()
    event = factories.published(team, tiers=[{"name": "Regular", "price": Decimal(90_000), "quantity": 2}])
    events.actions.queue(event_id=event.pk, places=2)
    wishes = [factories.wish(event, name, form_key="list") for name in ("Bea", "Carl", "Bea")]

    given = actions.give_comps(wishes=wishes, by=team.owner, at=THEN)
    again = actions.give_comps(wishes=wishes, by=team.owner, at=THEN)

    assert {order.pk for order in given} == {order.pk for order in again}
    assert set(Order.objects.values_list("status", "total", "buyer_name")) == {("paid", 0, "Bea"), ("paid", 0, "Carl")}
    assert (counters(), Ticket.objects.count(), set(Payment.objects.values_list("provider", flat=True))) == ((0, 2), 2, {"comp"})
    with pytest.raises(events.actions.SoldOut):
        actions.give_comps(wishes=[factories.wish(event, "Dora")], by=team.owner, at=THEN)
    assert kept()


def test_comps_are_the_planners():
    team = factories.promoter()
    event = factories.published(team)

    for by in (factories.person("Eve"), factories.member(team, "Fay", "finance"), factories.member(team, "Gus", "gate")):
        with pytest.raises(NotAllowed):
            actions.give_comps(wishes=[factories.wish(event)], by=by, at=THEN)
    assert len(actions.give_comps(wishes=[factories.wish(event)], by=factories.member(team, "Max", "manager"), at=THEN)) == 1


def test_overdue_holds_of_another_tier_make_room_under_the_capacity():
    tiers = [{"name": name, "price": Decimal(50_000), "quantity": 2} for name in ("Regular", "Balcony")]
    event = factories.published(tiers=tiers, capacity=1)
    factories.order(event, lines={factories.tier("Balcony").pk: 1})

    order = factories.order(event, "Carl", lines={factories.tier().pk: 1}, at=THEN + timedelta(days=3))

    assert (order.status, counters()) == ("pending", (1, 0))
    assert kept()


def test_who_comes_too_late_is_refused_before_anything_is_written_or_held():
    event = factories.published(tiers=[{"name": "Regular", "price": Decimal(1), "quantity": 2}])
    factories.paid(event, "Carl")

    with CaptureQueriesContext(connection) as asked, pytest.raises(events.actions.SoldOut, match="Only 1 ticket") as caught:
        factories.order(event, lines={factories.tier().pk: 2})

    assert caught.value.remaining == 1
    assert not [query["sql"] for query in asked if query["sql"].startswith(("INSERT", "UPDATE")) or "NO KEY UPDATE" in query["sql"]]
    assert (counters(), Payment.objects.count()) == ((0, 1), 1)
    factories.order(event, "Dewi")
    assert kept()


def test_who_has_an_order_already_is_told_so_though_all_is_gone():
    event = factories.published(tiers=[{"name": "Regular", "price": Decimal(1), "quantity": 1}], one_order_per_buyer=True)
    factories.paid(event)

    with pytest.raises(orders_actions.OneOrderEach):
        factories.order(event)
    with pytest.raises(events.actions.SoldOut):
        factories.order(event, "Carl")


def test_what_closed_meanwhile_is_said_before_that_it_is_sold_out():
    event = factories.published(tiers=[{"name": "Regular", "price": Decimal(1), "quantity": 1}])
    factories.paid(event)
    events.actions.close_sales(event_id=event.pk, by=None, at=THEN)

    with pytest.raises(events.actions.NotOnSale, match="closed"):
        factories.order(event, "Carl")


def test_capacity_alone_refuses_only_under_its_lock():
    event = factories.published(tiers=[{"name": "Regular", "price": Decimal(1), "quantity": 5}], capacity=1)
    factories.paid(event)

    with CaptureQueriesContext(connection) as asked, pytest.raises(events.actions.SoldOut):
        factories.order(event, "Carl")

    assert [query["sql"] for query in asked if query["sql"].startswith('UPDATE "events_event"')]

"""Orders end, whole or one seat, and what is owed for them."""

from datetime import timedelta
from decimal import Decimal

import pytest

import events.actions
from accounts.actions import NotAllowed
from orders import actions as orders_actions
from orders.models import Order, OrderItem, Ticket
from payments import actions, owed, pages, tasks
from payments.models import Payment
from tests import factories
from tests.factories import THEN
from tests.promises import kept
from ticketing.models import HistoryEntry
from ticketing.statuses import MoveRefused

pytestmark = pytest.mark.django_db
TWO = {"refund_until_hours": 24, "fee_percent": Decimal(10), "refund_percent": Decimal(80)}


def counters():
    tier = factories.tier()
    return tier.reserved, tier.sold


def two_paid(**terms):
    event = factories.published(**terms)
    return factories.paid(event, lines={factories.tier().pk: 2})


def free():
    event = factories.published(tiers=[{"name": "Regular", "price": Decimal(0), "quantity": 9}])
    return factories.order(event, lines={factories.tier().pk: 2})


def refunds():
    return [line.details["refund"] for line in HistoryEntry.objects.order_by("id") if "refund" in line.details]


def test_d_17_cancelling_before_paying_gives_the_places_back():
    order = factories.order(factories.published())

    for _ in range(2):
        actions.cancel(order_id=order.pk, at=THEN)

    order.refresh_from_db()
    assert (order.status, order.cancelled_at, order.payment.state, counters()) == ("cancelled", THEN, "awaiting", (0, 0))
    assert HistoryEntry.objects.filter(subject_id=order.pk, action="cancelled").count() == 1
    assert kept()


def test_cancelling_a_paid_order_follows_the_policy_it_was_bought_under():
    order = two_paid(**TWO)
    Order.objects.get().event.__class__.objects.update(refund_percent=Decimal(0), refund_until_hours=None)

    for _ in range(2):
        actions.cancel(order_id=order.pk, at=THEN)

    order.refresh_from_db()
    assert (order.status, order.payment.state, order.payment_status, counters()) == ("cancelled", "refunding", "refunded", (0, 0))
    assert refunds() == ["240000"]  # 80 percent of 300,000; the fee is kept
    assert set(Ticket.objects.values_list("status", flat=True)) == {"cancelled"}
    assert kept()


def test_too_late_or_without_a_policy_nothing_is_given_back():
    order = two_paid(**TWO)

    with pytest.raises(actions.NotReturnable, match="no longer be given back"):
        actions.cancel(order_id=order.pk, at=order.event.starts_at - timedelta(hours=24))
    with pytest.raises(actions.NotReturnable):
        actions.cancel_seat(ticket_id=order.tickets.first().pk, at=order.event.starts_at - timedelta(hours=24))

    assert (Order.objects.get().status, counters()) == ("paid", (0, 2))


def test_a_free_place_comes_back_until_the_start_and_nothing_is_owed():
    order = free()

    with pytest.raises(actions.NotReturnable):
        actions.cancel(order_id=order.pk, at=order.event.starts_at)
    actions.cancel(order_id=order.pk, at=THEN)

    order.refresh_from_db()
    assert (order.status, order.payment.state, counters()) == ("cancelled", "settled", (0, 0))
    assert kept()


def test_one_seat_comes_back_with_its_share_and_the_last_one_ends_the_order():
    order = two_paid(**TWO)
    first, last = order.tickets.order_by("code")

    for _ in range(2):
        actions.cancel_seat(ticket_id=first.pk, at=THEN)

    order.refresh_from_db()
    assert (order.status, order.payment.state, counters()) == ("paid", "settled", (0, 1))
    assert OrderItem.objects.values_list("quantity", "returned").get() == (2, 1)
    assert list(order.tickets.order_by("code").values_list("status", flat=True)) == ["cancelled", "valid"]
    assert HistoryEntry.objects.filter(subject_id=order.pk, action="seat_cancelled").count() == 1
    assert kept()

    actions.cancel_seat(ticket_id=last.pk, at=THEN)

    order.refresh_from_db()
    assert (order.status, order.payment.state, counters()) == ("cancelled", "refunding", (0, 0))
    assert refunds() == ["120000", "120000"]
    assert kept()


def test_a_used_ticket_is_not_given_back_but_the_seller_may_annul_it():
    order = two_paid(**TWO)
    used = order.tickets.first()
    factories.let_in(used)

    for refused in (
        lambda: actions.cancel(order_id=order.pk, at=THEN),
        lambda: actions.cancel_seat(ticket_id=used.pk, at=THEN),
        lambda: actions.annul(order_id=order.pk, reason="Rain.", by=None, at=THEN),
    ):
        with pytest.raises(orders_actions.TicketUsed):
            refused()
    assert (Order.objects.get().status, Payment.objects.get().state, counters()) == ("paid", "settled", (0, 2))
    assert kept()

    actions.annul(order_id=order.pk, reason="Rain.", by=None, at=THEN, used_too=True)
    order.refresh_from_db()
    assert (order.status, order.cancel_reason, refunds(), counters()) == ("cancelled", "Rain.", ["330000"], (0, 0))
    assert kept()


def test_annulling_is_for_planners():
    order = factories.order(factories.published())
    team = order.event.promoter

    with pytest.raises(NotAllowed):
        actions.annul(order_id=order.pk, reason="x", by=factories.member(team, "Fay", "finance"), at=THEN)
    actions.annul(order_id=order.pk, reason="x", by=team.owner, at=THEN)

    order.refresh_from_db()
    assert (order.status, order.payment.state) == ("cancelled", "awaiting")


def test_money_that_was_seen_stops_the_buyer_and_makes_the_sellers_cancel_a_case():
    order = factories.order(factories.published())
    Payment.objects.update(state="partial")

    with pytest.raises(actions.MoneyOnTheWay):
        actions.cancel(order_id=order.pk, at=THEN)
    actions.annul(order_id=order.pk, reason="x", by=None, at=THEN)

    order.refresh_from_db()
    assert (order.status, order.payment.state) == ("cancelled", "review")
    assert kept()


def test_an_expired_order_is_not_cancelled():
    order = factories.order(factories.published())
    actions.expire_overdue(at=order.expires_at)

    with pytest.raises(MoveRefused):
        actions.cancel(order_id=order.pk, at=THEN)
    assert counters() == (0, 0)


def test_the_orders_of_an_event_that_was_called_off_end():
    event = factories.published()
    held, bought = factories.order(event, "Bea"), factories.paid(event, "Carl", lines={factories.tier().pk: 2})
    inside = factories.paid(event, "Dora")
    assert actions.follow_cancelled_events(at=THEN) == 0
    seat = inside.tickets.get()
    factories.let_in(seat)
    events.actions.cancel(event_id=event.pk, reason="Rain.", by=None, at=THEN)

    tasks.follow_cancelled_events()
    assert actions.follow_cancelled_events(at=THEN) == 0

    assert [Order.objects.get(pk=order.pk).status for order in (held, bought, inside)] == ["cancelled", "cancelled", "paid"]
    assert Order.objects.get(pk=bought.pk).cancel_reason == "Rain."
    assert [Payment.objects.get(order=order).state for order in (held, bought, inside)] == ["awaiting", "refunding", "settled"]
    assert (refunds(), counters()) == (["300000"], (0, 1))
    assert kept()


@pytest.mark.parametrize("make", [factories.order, factories.paid])
def test_cancelling_gives_the_use_of_a_code_back(make):
    event = factories.published(refund_until_hours=1)
    code = events.actions.add_code(event_id=event.pk, by=None, at=THEN, code="RAIN", percent=Decimal(10))
    order = make(event, code="RAIN")

    actions.cancel(order_id=order.pk, at=THEN)

    code.refresh_from_db()
    assert code.used == 0
    assert kept()


@pytest.mark.parametrize("by_seller", [True, False], ids=["annulled", "given back"])
def test_seats_that_come_back_one_by_one_owe_whole_rupiah_and_what_was_paid_together(by_seller):
    """A third of 150,002 is more than 50,000, and is rounded up."""
    tiers = [{"name": "Regular", "price": Decimal(50_000), "quantity": 3}]
    terms = {"fee_percent": Decimal(0), "fee_fixed": Decimal(2), "fee_per": "order", "tax_percent": Decimal(0)}
    event = factories.published(tiers=tiers, refund_until_hours=24, refund_percent=Decimal(100), refund_keeps_fee=False, **terms)
    order = factories.paid(event, lines={factories.tier().pk: 3})
    assert order.total == 150_002
    said = []

    for ticket in order.tickets.order_by("code"):
        said.append(pages.comes_back(Order.objects.get(), ticket))
        if by_seller:
            actions.annul_seat(ticket_id=ticket.pk, reason="A mistake.", by=None, at=THEN)
        else:
            actions.cancel_seat(ticket_id=ticket.pk, at=THEN)

    assert said == [50_001, 50_001, 50_000]
    assert sorted(map(Decimal, refunds())) == sorted(said)
    assert owed.refunded(Payment.objects.get()) == 150_002
    assert kept()


def test_an_order_that_cannot_be_annulled_holds_up_no_other(caplog):
    """A counter is off by what somebody did by hand."""
    off, well = factories.published(), factories.published(slug="well")
    stuck, order = factories.paid(off), factories.paid(well)
    off.tiers.update(sold=0)
    for number, event in enumerate((off, well)):
        events.actions.cancel(event_id=event.pk, reason="Rain.", by=None, at=THEN + timedelta(minutes=number))

    assert [actions.follow_cancelled_events(at=THEN + timedelta(hours=1)) for _ in range(2)] == [1, 0]

    pairs = [Order.objects.filter(pk=one.pk).values_list("status", "payment__state").get() for one in (stuck, order)]
    assert pairs == [("paid", "settled"), ("cancelled", "refunding")]
    assert "cannot be annulled" in caplog.text

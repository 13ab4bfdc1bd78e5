"""Orders that a person vouches for, and places that are held longer or given back by the clock."""

from datetime import timedelta
from decimal import Decimal

import pytest

import events.actions
from accounts.actions import NotAllowed
from orders import actions as orders_actions
from orders.models import Order, Ticket
from payments import actions, tasks
from payments.models import Payment, PaymentAddress
from tests import factories
from tests.factories import THEN
from tests.promises import kept
from ticketing.models import HistoryEntry
from ticketing.statuses import MoveRefused

pytestmark = pytest.mark.django_db
LATER = THEN + timedelta(days=3)


def counters():
    tier = factories.tier()
    return tier.reserved, tier.sold


def settle(order, by=None, reason="Seen on the account.", at=THEN):
    return actions.settle_by_hand(order_id=order.pk, reason=reason, by=by, at=at)


def deeds(thing):
    return list(HistoryEntry.objects.filter(subject_id=thing.pk).order_by("id").values_list("action", "new_status", "actor"))


def test_a_30_settling_by_hand_sells_the_places_and_makes_the_tickets():
    event = factories.published()
    fay = factories.member(event.promoter, "Fay", "finance")
    order = factories.order(event, lines={factories.tier().pk: 2})

    for _ in range(2):
        settle(order, by=fay)

    order.refresh_from_db()
    assert (order.status, order.paid_at, counters(), order.tickets.count()) == ("paid", THEN, (0, 2), 2)
    payment = Payment.objects.get()
    assert (payment.state, payment.confirmed_at, payment.by_hand, payment.by_hand_because) == (
        "settled",
        THEN,
        True,
        "Seen on the account.",
    )
    assert deeds(order) == [("placed", "pending", "buyer"), ("paid", "paid", f"user:{fay.pk}")]
    assert deeds(payment) == [("settled_by_hand", "settled", f"user:{fay.pk}")]
    assert kept()


def test_settling_by_hand_is_for_finance_and_the_owner_and_needs_a_reason():
    event = factories.published()
    order = factories.order(event)

    for by in (factories.person("Eve"), factories.member(event.promoter, "Max", "manager")):
        with pytest.raises(NotAllowed):
            settle(order, by=by)
    with pytest.raises(actions.NoReason):
        settle(order, by=event.promoter.owner, reason=" ")
    settle(order, by=event.promoter.owner)

    assert Order.objects.get().status == "paid"


def test_an_expired_order_that_is_settled_claims_its_places_again():
    event = factories.published(tiers=[{"name": "Regular", "price": Decimal(1), "quantity": 1}])
    code = events.actions.add_code(event_id=event.pk, by=None, at=THEN, code="RAIN", percent=Decimal(10))
    order = factories.order(event, code="RAIN")
    actions.expire_overdue(at=LATER)
    code.refresh_from_db()
    assert code.used == 0

    settle(order, at=LATER)

    code.refresh_from_db()
    assert (Order.objects.get().status, counters(), code.used) == ("paid", (0, 1), 1)
    assert kept()


def test_an_order_whose_money_came_after_the_end_of_the_sale_is_settled_at_the_price_it_had():
    """The hold ended with the sale, the code with both, and somebody else took the code's last use."""
    ends = THEN + timedelta(hours=5)
    event = factories.published(tiers=[{"name": "Regular", "price": Decimal(100), "quantity": 5, "sale_ends_at": ends}])
    events.actions.add_code(event_id=event.pk, by=None, at=THEN, code="RAIN", percent=Decimal(10), max_uses=1, ends_at=ends)
    order = factories.order(event, code="RAIN")
    actions.expire_overdue(at=ends)
    factories.order(event, "Carl", code="RAIN")
    events.actions.close_sales(event_id=event.pk, by=None, at=LATER)

    settle(order, at=LATER)

    order.refresh_from_db()
    assert (order.status, order.discount, counters()) == ("paid", 10, (1, 1))
    assert event.codes.values_list("used", "max_uses").get() == (2, 2)
    assert kept()


def test_an_expired_order_whose_places_are_gone_stays_expired():
    event = factories.published(tiers=[{"name": "Regular", "price": Decimal(1), "quantity": 1}])
    order = factories.order(event)
    actions.expire_overdue(at=LATER)
    factories.order(event, "Carl", at=LATER)

    with pytest.raises(events.actions.SoldOut):
        settle(order, at=LATER)

    order.refresh_from_db()
    assert (order.status, order.payment.state, Ticket.objects.count()) == ("expired", "awaiting", 0)
    assert kept()


def test_a_cancelled_order_is_settled_with_new_tickets_whose_numbers_go_on():
    event = factories.published(refund_until_hours=1, refund_percent=Decimal(0))
    order = factories.order(event)
    actions.cancel(order_id=order.pk, at=THEN)

    settle(order)

    order.refresh_from_db()
    assert (order.status, order.cancelled_at, [ticket.code[-2:] for ticket in order.tickets.all()]) == ("paid", None, ["01"])
    actions.annul(order_id=order.pk, reason="Double.", by=None, at=THEN)
    with pytest.raises(MoveRefused):
        settle(order)
    assert kept()


def test_extend_holds_the_places_longer_three_times():
    event = factories.published()
    order = factories.order(event)

    for hours in (1, 2, 3):
        actions.extend(order_id=order.pk, at=THEN + timedelta(hours=hours))

    order.refresh_from_db()
    assert (order.expires_at, order.extensions) == (THEN + timedelta(days=2, hours=3), 3)
    assert deeds(order)[1:] == [("extended", "", "buyer")] * 3
    with pytest.raises(orders_actions.NotExtended, match="as often"):
        actions.extend(order_id=order.pk, at=THEN)
    assert counters() == (1, 0)


def test_extend_is_refused_when_it_is_too_late_or_others_wait():
    event = factories.published()
    order = factories.order(event)

    with pytest.raises(orders_actions.NotExtended, match="is over"):
        actions.extend(order_id=order.pk, at=order.expires_at)
    events.actions.queue(event_id=event.pk, places=1)
    with pytest.raises(orders_actions.NotExtended, match="Others wait"):
        actions.extend(order_id=order.pk, at=THEN)
    events.actions.queue(event_id=event.pk, places=-1)
    events.actions.queue(event_id=event.pk, places=1, tier_id=factories.tier().pk)
    with pytest.raises(orders_actions.NotExtended, match="Others wait"):
        actions.extend(order_id=order.pk, at=THEN)
    assert Order.objects.values_list("extensions", "expires_at").get() == (0, order.expires_at)


def test_a_manual_order_is_never_held_past_the_end_of_the_sale():
    ends = THEN + timedelta(hours=5)
    event = factories.published(tiers=[{"name": "Regular", "price": Decimal(1), "quantity": 1, "sale_ends_at": ends}])

    assert factories.order(event).expires_at == ends


def test_e_06_expire_gives_back_what_is_over_and_nothing_else():
    event = factories.published()
    code = events.actions.add_code(event_id=event.pk, by=None, at=THEN, code="RAIN", percent=Decimal(10))
    over, open_, sold = (
        factories.order(event, code="RAIN"),
        factories.order(event, "Carl", at=THEN + timedelta(hours=1)),
        factories.paid(event, "Dora"),
    )

    assert actions.expire_overdue(at=over.expires_at) == 1
    assert actions.expire_overdue(at=over.expires_at) == 0

    assert [Order.objects.get(pk=order.pk).status for order in (over, open_, sold)] == ["expired", "pending", "paid"]
    code.refresh_from_db()
    assert (counters(), code.used) == ((1, 1), 0)
    assert deeds(over)[-1] == ("expired", "expired", "system")
    assert kept()


def test_an_order_whose_time_is_not_over_does_not_expire():
    """As when it is extended between the sweep's look and its deed."""
    order = factories.order(factories.published())

    assert orders_actions.expire(order_id=order.pk, at=order.expires_at - timedelta(seconds=1)) is False
    assert (Order.objects.get().status, counters()) == ("pending", (1, 0))


def test_expire_takes_so_many_at_most_and_only_of_this_event():
    event = factories.published()
    for name in ("Bea", "Carl", "Dora"):
        factories.order(event, name)
    other = factories.order(factories.published(title="Other"), "Eve")

    assert actions.expire_overdue(at=LATER, event_id=other.event_id) == 1
    assert Order.objects.get(status="expired").pk == other.pk
    assert [actions.expire_overdue(at=LATER, most=2) for _ in range(3)] == [2, 1, 0]


def test_expire_leaves_money_that_was_seen_and_orders_with_an_address():
    event = factories.published()
    seen, addressed = factories.order(event, "Bea"), factories.order(event, "Carl")
    Payment.objects.filter(order=seen).update(state="partial")
    address = PaymentAddress.objects.create(
        address="0x" + "1" * 40, wallet="0" * 8, account=0, index=0, private_key="hd:v1:00000000:m/44'/60'/0'/0/0"
    )
    Payment.objects.filter(order=addressed).update(provider="usdt", address=address)

    assert actions.expire_overdue(at=LATER) == 0
    with pytest.raises(orders_actions.NotExtended, match="seen"):
        actions.extend(order_id=seen.pk, at=THEN)


def test_an_order_that_cannot_expire_holds_up_no_other(caplog):
    """A counter is off by what somebody did by hand."""
    off, well = factories.published(), factories.published(slug="well")
    stuck, order = factories.order(off, at=THEN), factories.order(well, at=THEN + timedelta(minutes=1))
    off.tiers.update(reserved=0)

    assert actions.expire_overdue(at=LATER) == 1

    stuck.refresh_from_db(), order.refresh_from_db()
    assert (stuck.status, order.status) == ("pending", "expired")
    assert "an order cannot expire" in caplog.text


def test_the_sweep_looks_at_the_clock():
    event = factories.published()
    order = factories.order(event)
    Order.objects.filter(pk=order.pk).update(expires_at=THEN - timedelta(days=10_000))

    tasks.expire_orders()

    order.refresh_from_db()
    assert order.status == "expired"


def test_money_for_a_second_order_is_refused_in_words():
    """The event is one order for each person, and this person has bought again since the first one expired."""
    event = factories.published(one_order_per_buyer=True)
    first = factories.order(event)
    actions.expire_overdue(at=LATER)
    factories.order(event, at=LATER)

    with pytest.raises(orders_actions.OneOrderEach):
        settle(first, at=LATER)

    first.refresh_from_db()
    assert (first.status, first.payment.state, counters()) == ("expired", "awaiting", (1, 0))
    assert kept()

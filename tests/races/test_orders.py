"""Many people order, pay, cancel and let lapse at once. Each race has a control that goes wrong without its lock."""

import threading
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import partial
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction

import events.actions
import orders.actions
from events.models import Event, TicketTier
from orders.actions import placing
from orders.models import Order, Ticket
from payments import actions
from payments.models import Payment
from tests import factories
from tests.factories import THEN
from tests.promises import broken, kept
from tests.races.test_stock import no_check, while_it_waits  # noqa: F401
from ticketing.errors import Busy, DomainError
from ticketing.local.processes import wait_until
from ticketing.models import HistoryEntry
from ticketing.querysets import RowQuerySet
from ticketing.retries import retried

pytestmark = pytest.mark.django_db(transaction=True)
BUYERS, SEATS, AT_ONCE = 200, 50, 25
LATER = THEN + timedelta(days=3)
NO_LOCK = "SELECT ticketing_digest(%s), ticketing_digest(%s), %s, %s"


@pytest.fixture
def no_locks(monkeypatch):
    monkeypatch.setattr(RowQuerySet, "locked", lambda rows, *, skip=False: rows.order_by("pk"))


@pytest.fixture
def nobody_is_served(monkeypatch):
    """All twenty have looked before the first of them writes."""
    monkeypatch.setattr(placing, "SERVED", NO_LOCK)
    meeting, met, check = threading.Barrier(20, timeout=9), threading.Event(), placing._check_limits

    def check_together(*given):
        if not met.is_set():
            meeting.wait()
            met.set()
        check(*given)

    monkeypatch.setattr(placing, "_check_limits", check_together)


def rush(together, call, *, times=BUYERS, at_once=AT_ONCE):
    """Let so many come, as many at once as there are connections; count what they got by its type."""
    numbers, turn = iter(range(times)), threading.Lock()

    def one(_):
        outcomes = []
        while True:
            with turn:
                number = next(numbers, None)
            if number is None:
                return outcomes
            try:
                outcomes.append(type(retried(lambda number=number: call(number))).__name__)
            except (DomainError, IntegrityError) as refusal:
                outcomes.append(type(refusal).__name__)

    found = [outcome for outcomes in together(one, times=at_once, patience="20s") for outcome in outcomes]
    return {outcome: found.count(outcome) for outcome in set(found)}


def show(price=1, quantity=SEATS, **facts):
    tiers = facts.pop("tiers", None) or [{"name": "Regular", "price": Decimal(price), "quantity": quantity}]
    return factories.published(tiers=tiers, **facts)


def ordering(event, **facts):
    lines = facts.pop("lines", {event.tiers.order_by("position").first().pk: 1})
    return lambda number: actions.check_out(wish=factories.wish(event, f"buyer{number}", lines=lines, **facts), at=THEN)


def counted():
    return TicketTier.objects.values_list("reserved", "sold").get()


def test_200_buyers_for_50_seats(together):
    outcomes = rush(together, ordering(show()))

    assert outcomes == {"Order": SEATS, "SoldOut": BUYERS - SEATS}
    assert (counted(), Order.objects.count(), Payment.objects.count()) == ((SEATS, 0), SEATS, SEATS)
    assert kept()


def test_200_buyers_for_50_free_seats(together):
    outcomes = rush(together, ordering(show(price=0)))

    assert outcomes == {"Order": SEATS, "SoldOut": BUYERS - SEATS}
    assert (counted(), Ticket.objects.count()) == ((0, SEATS), SEATS)
    assert kept()


def test_control_a_claim_that_looks_first_oversells(together, no_check, monkeypatch):  # noqa: F811  # the fixture above
    def careless(*, event_id, lines, **_):
        if TicketTier.objects.get().available < 1:
            raise events.actions.SoldOut(None, 0)
        TicketTier.objects.update(reserved=TicketTier.objects.get().reserved + 1)

    monkeypatch.setattr(events.actions, "claim", careless)
    rush(together, ordering(show()))

    assert Order.objects.count() > SEATS
    assert any("counts other places as held" in breach for breach in broken())


def test_two_tiers_under_one_capacity_in_either_order(together):
    event = show(tiers=[{"name": name, "price": Decimal(1), "quantity": SEATS} for name in ("One", "Two")], capacity=SEATS)
    one, two = factories.tier("One").pk, factories.tier("Two").pk
    ways = [{one: 1, two: 1}, {two: 1, one: 1}]

    outcomes = rush(together, lambda number: ordering(event, lines=ways[number % 2])(number))

    assert outcomes == {"Order": SEATS // 2, "SoldOut": BUYERS - SEATS // 2}
    assert Event.objects.get().reserved == SEATS
    assert kept()


def test_a_code_for_one_order_serves_one_order(together):
    event = show(quantity=500)
    events.actions.add_code(event_id=event.pk, by=None, at=THEN, code="ONCE", percent=Decimal(10), max_uses=1)

    outcomes = rush(together, ordering(event, code="ONCE"), times=50)

    assert outcomes == {"Order": 1, "CodeRefused": 49}
    assert kept()


def one_person(event):
    """Twenty times the same person, each time written another way."""
    first = event.tiers.get().pk
    return lambda number: actions.check_out(wish=factories.wish(event, f"bea+{number}", lines={first: 1}), at=THEN)


def test_one_person_holds_no_more_than_allowed(together):
    outcomes = rush(together, one_person(show()), times=20, at_once=20)

    assert outcomes == {"Order": orders.actions.HOLDS_PER_BUYER, "TooManyHolds": 20 - orders.actions.HOLDS_PER_BUYER}
    assert kept()


def test_control_whoever_is_not_served_alone_holds_more(together, nobody_is_served):
    outcomes = rush(together, one_person(show()), times=20, at_once=20)

    assert outcomes["Order"] > orders.actions.HOLDS_PER_BUYER


def test_one_person_has_no_more_tickets_than_allowed(together):
    outcomes = rush(together, one_person(show(price=0, max_per_buyer=3)), times=20, at_once=20)

    assert outcomes == {"Order": 3, "TooManyForOne": 17}
    assert kept()


def test_control_whoever_is_not_served_alone_has_more(together, nobody_is_served):
    outcomes = rush(together, one_person(show(price=0, max_per_buyer=3)), times=20, at_once=20)

    assert outcomes["Order"] > 3


def test_k_17_one_person_gets_one_order_where_that_is_the_rule(together):
    outcomes = rush(together, one_person(show(one_order_per_buyer=True)), times=20, at_once=20)

    assert outcomes == {"Order": 1, "OneOrderEach": 19}
    assert kept()


def test_control_without_the_lock_only_the_database_refuses_a_second_order(together, nobody_is_served):
    outcomes = rush(together, one_person(show(one_order_per_buyer=True)), times=20, at_once=20)

    assert outcomes["Order"] == 1
    assert outcomes["IntegrityError"] > 0


def twenty_submits(together, price):
    wish = factories.wish(show(price=price), form_key="form")
    return rush(together, lambda _: actions.check_out(wish=wish, at=THEN), times=20, at_once=20)


@pytest.mark.parametrize("price", [0, 1])
def test_twenty_identical_submits_are_one_order(together, price):
    assert twenty_submits(together, price) == {"Order": 20}
    assert (Order.objects.count(), Payment.objects.count(), sum(counted())) == (1, 1, 1)
    assert kept()


def test_control_twenty_submits_without_the_lock_meet_the_database(together, nobody_is_served):
    assert twenty_submits(together, 1).get("IntegrityError", 0) > 0
    assert Order.objects.count() == 1


def test_an_order_that_waited_sees_that_the_event_was_closed():
    event = show()
    wish = factories.wish(event)

    refusal = while_it_waits(
        lambda: events.actions.close_sales(event_id=event.pk, by=None, at=THEN), lambda: actions.check_out(wish=wish, at=THEN)
    )

    assert isinstance(refusal, events.actions.NotOnSale)
    assert (Order.objects.count(), Payment.objects.count(), counted()) == (0, 0, (0, 0))
    assert kept()


def test_control_an_order_without_a_lock_is_of_a_closed_event(monkeypatch):
    event, locked = show(), RowQuerySet.locked
    wish = factories.wish(event)

    def unless_waiting(rows, *, skip=False):
        return rows.order_by("pk") if threading.current_thread().name == "waiter" else locked(rows, skip=skip)

    monkeypatch.setattr(RowQuerySet, "locked", unless_waiting)

    placed = while_it_waits(
        lambda: events.actions.close_sales(event_id=event.pk, by=None, at=THEN), lambda: actions.check_out(wish=wish, at=THEN)
    )

    assert isinstance(placed, Order)


def fates(event):
    """Four things that happen to one order at the same moment."""
    order = factories.order(event, at=THEN)
    pay = partial(actions.settle_by_hand, order_id=order.pk, reason="Seen.", by=None, at=LATER)
    cancel = partial(actions.cancel, order_id=order.pk, at=THEN)
    expire = partial(actions.expire_overdue, at=LATER)
    return [pay, cancel, expire, pay, cancel, expire]


def test_cancel_pay_and_expire_at_once_leave_one_truth(together):
    event = show(refund_until_hours=1)
    for _ in range(10):
        deeds = fates(event)
        outcomes = together(lambda number, deeds=deeds: retried(deeds[number]), times=len(deeds))
        faults = [outcome for outcome in outcomes if isinstance(outcome, Exception) and not isinstance(outcome, DomainError)]
        assert faults == []
        assert Order.objects.filter(status__in=["pending", "confirming"]).count() == 0
        assert kept()


def held():
    event = show(refund_until_hours=1)
    return factories.order(event, lines={event.tiers.get().pk: 2})


def settled():
    event = show(refund_until_hours=1)
    return factories.paid(event, lines={event.tiers.get().pk: 2})


# What is done, on what, and the line of history that it leaves. The first four come through the payment, the others do not.
DEEDS = {
    "settle": (held, lambda order, seat: actions.settle_by_hand(order_id=order, reason="Seen.", by=None, at=THEN), "paid", 1),
    "cancel paid": (settled, lambda order, seat: actions.cancel(order_id=order, at=THEN), "refunding", 1),
    "annul": (settled, lambda order, seat: actions.annul(order_id=order, reason="x", by=None, at=THEN), "refunding", 1),
    "give back": (settled, lambda order, seat: actions.cancel_seat(ticket_id=seat, at=THEN), "refund_owed", 1),
    "cancel": (held, lambda order, seat: orders.actions.cancel(order_id=order, at=THEN, by="buyer"), "cancelled", 1),
    "seat": (settled, lambda order, seat: orders.actions.cancel_seat(ticket_id=seat, at=THEN, by="buyer"), "seat_cancelled", 1),
    "expire": (held, lambda order, seat: orders.actions.expire(order_id=order, at=LATER), "expired", 1),
    "extend": (held, lambda order, seat: orders.actions.extend(order_id=order, until=LATER, at=THEN, by="buyer"), "extended", 3),
}


def happens_so_often(together, name):
    make, deed, action, times = DEEDS[name]
    order = make()
    seat = order.tickets.values_list("pk", flat=True).first()
    outcomes = together(lambda _: retried(lambda: deed(order.pk, seat)), times=8)
    faults = [found for found in outcomes if isinstance(found, Exception) and not isinstance(found, orders.actions.NotExtended)]
    lines = HistoryEntry.objects.filter(action=action, subject_type__in=["orders.order", "payments.payment"])
    return faults == [] and lines.count() == times and broken() == []


@pytest.mark.parametrize("name", DEEDS)
def test_a_deed_done_by_many_at_once_is_done_once(name, together):
    assert happens_so_often(together, name)


@pytest.mark.parametrize("name", DEEDS)
def test_control_without_locks_a_deed_is_done_twice_or_refused(name, together, no_locks):
    for _ in range(5):
        if not happens_so_often(together, name):
            return
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE orders_order, ticketing_historyentry, events_event CASCADE")
    pytest.fail("five tries without locks, and nothing went wrong")


def test_paying_that_waited_for_paying_finds_it_done():
    order = held()

    def pay():
        return orders.actions.mark_paid(order_id=order.pk, at=THEN, by="system")

    def settle():
        Payment.objects.update(state="settled", confirmed_at=THEN)
        pay()

    assert getattr(while_it_waits(settle, pay), "status", None) == "paid"
    assert Ticket.objects.count() == 2


def test_the_sweep_passes_by_an_order_that_somebody_decides_on():
    order = held()
    results = []

    def sweep():
        try:
            results.append(actions.expire_overdue(at=LATER))
        finally:
            connection.close()

    with transaction.atomic():
        Payment.objects.locked().get(order=order)
        thread = threading.Thread(target=sweep)
        thread.start()
        wait_until(lambda: results, seconds=20)
        passed = list(results)
    thread.join(30)

    assert passed == [0]
    assert actions.expire_overdue(at=LATER) == 1


def test_places_that_lapse_while_many_want_them_are_given_once(together):
    event = show(quantity=10)
    for number in range(10):
        factories.order(event, f"old{number}")
    tier = event.tiers.get().pk

    def buy(number):
        return actions.check_out(wish=factories.wish(event, f"new{number}", lines={tier: 1}), at=LATER)

    outcomes = rush(together, buy, times=40)

    assert outcomes == {"Order": 10, "SoldOut": 30}
    assert sorted(Order.objects.values_list("status", flat=True)) == ["expired"] * 10 + ["pending"] * 10
    assert HistoryEntry.objects.filter(action="expired").count() == 10
    assert kept()


def test_seats_given_back_at_once_are_each_counted_once(together):
    event = show(quantity=10, refund_until_hours=1)
    order = factories.paid(event, lines={event.tiers.get().pk: 4})
    seats = list(order.tickets.values_list("pk", flat=True))

    outcomes = rush(together, lambda number: actions.cancel_seat(ticket_id=seats[number % 4], at=THEN), times=12, at_once=12)

    assert outcomes == {"Order": 12}
    assert (Order.objects.get().status, counted()) == ("cancelled", (0, 0))
    assert kept()


def test_control_seats_given_back_without_locks_are_counted_wrong(together, no_locks):
    for round_ in range(10):
        event = show(quantity=10, refund_until_hours=1, title=f"Show {round_}")
        order = factories.paid(event, lines={event.tiers.get().pk: 4})
        seats: list[UUID] = list(order.tickets.values_list("pk", flat=True))
        outcomes = rush(together, lambda number, s=seats: actions.cancel_seat(ticket_id=s[number % 4], at=THEN), times=12, at_once=12)
        if broken() or outcomes != {"Order": 12}:
            return
    pytest.fail("ten tries without locks, and nothing went wrong")


def test_two_lists_of_comps_for_the_same_guests_do_not_wait_for_each_other(together):
    event = show(quantity=100)
    names = [f"guest{number}" for number in range(5)]

    def give(number):
        people = names if number % 2 else names[::-1]
        return actions.give_comps(wishes=[replace(factories.wish(event, name), form_key=f"{number}") for name in people], by=None, at=THEN)

    outcomes = together(give, times=6, patience="20s")  # for the tier; two who wait for each other are found after one

    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert counted() == (0, 30)
    assert kept()


def test_busy_is_said_when_a_person_is_served_too_long():
    """The wait for a person ends as the wait for a row does."""
    event = show()
    wish = factories.wish(event)
    results = []

    def second():
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '50ms'")
            results.append(retried(lambda: actions.check_out(wish=wish, at=THEN)))
        except Busy:
            results.append("busy")
        finally:
            connection.close()

    with transaction.atomic():
        orders.actions.receive(wish=wish)
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(30)

    assert results == ["busy"]

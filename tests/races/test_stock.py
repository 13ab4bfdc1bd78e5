"""Stock: nobody gets a place twice, and what was ended stays ended, however many come at once (A-28, B-21, E-05).

Each race has its control: the same with a wall taken away must go wrong, or the law would prove nothing.
"""

import threading
from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from events import actions
from events.models import DiscountCode, Event, TicketTier
from tests import factories
from tests.factories import THEN
from ticketing.errors import DomainError
from ticketing.local.processes import wait_until
from ticketing.models import HistoryEntry
from ticketing.querysets import RowQuerySet
from ticketing.retries import retried

pytestmark = pytest.mark.django_db(transaction=True)
BUYERS, SEATS = 200, 50
AT_ONCE = 25  # as many connections as the tests' server has to spare for one race


def sql(text):
    with connection.cursor() as cursor:
        cursor.execute(text)


@pytest.fixture
def no_check():
    """Take the database's own wall away, to see whether the action holds without it."""
    rules = {"events_tickettier": "tier_counters_within_quantity", "events_event": "event_counters_within_capacity"}
    rules["events_discountcode"] = "code_uses_within_limit"
    with connection.cursor() as cursor:
        cursor.execute("SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = ANY(%s)", [list(rules.values())])
        definitions = dict(cursor.fetchall())
    for table, rule in rules.items():
        sql(f"ALTER TABLE {table} DROP CONSTRAINT {rule}")
    yield
    for table, rule in rules.items():
        sql(f"TRUNCATE {table} CASCADE")
        sql(f"ALTER TABLE {table} ADD CONSTRAINT {rule} {definitions[rule]}")


@pytest.fixture
def no_locks(monkeypatch):
    monkeypatch.setattr(RowQuerySet, "locked", lambda rows: rows.order_by("pk"))


def rush(together, buy):
    """Let the buyers come, as many at once as there are connections; return how many got what."""

    def one(_):
        outcomes = []
        for _turn in range(BUYERS // AT_ONCE):
            try:
                outcomes.append(retried(buy))
            except DomainError as refusal:
                outcomes.append(type(refusal))
        return outcomes

    found = [outcome for outcomes in together(one, times=AT_ONCE, patience="20s") for outcome in outcomes]
    return {outcome: found.count(outcome) for outcome in set(found)}


def seats(**facts):
    event = factories.published(tiers=[{"name": "Regular", "price": Decimal(1), "quantity": SEATS}], **facts)
    lines = {factories.tier().pk: 1}
    return lambda: actions.claim(event_id=event.pk, lines=lines, at=THEN)


@pytest.fixture
def all_have_looked():
    """Nobody takes before all who come at once have looked for the first time."""
    meeting, met = threading.Barrier(AT_ONCE, timeout=9), threading.Event()

    def wait():
        if not met.is_set():
            meeting.wait()
            met.set()

    return wait


def test_control_looking_first_oversells(together, no_check, all_have_looked):
    """What a claim must not be: the look is a statement of its own, without a lock."""
    seats()
    TicketTier.objects.update(reserved=SEATS - 1)

    def careless():
        with transaction.atomic():
            if TicketTier.objects.get().available < 1:
                raise actions.SoldOut(None, 0)
            all_have_looked()
            TicketTier.objects.update(reserved=F("reserved") + 1)

    rush(together, careless)

    assert TicketTier.objects.get().reserved > SEATS


def test_200_buyers_for_50_seats(together):
    outcomes = rush(together, seats())

    assert outcomes == {None: SEATS, actions.SoldOut: BUYERS - SEATS}
    assert TicketTier.objects.values_list("reserved", "available").get() == (SEATS, 0)


def test_200_buyers_for_50_seats_by_the_statement_alone(together, no_check, no_locks):
    """The conditions stand in the UPDATE itself: it looks again at a tier that it had to wait for."""
    outcomes = rush(together, seats())

    assert outcomes[None] == SEATS
    assert TicketTier.objects.get().available == 0


def test_the_line_keeps_its_places_in_a_rush(together):
    buy = seats()
    TicketTier.objects.update(waiting=7)
    Event.objects.update(waiting_any=3)

    outcomes = rush(together, buy)

    assert outcomes == {None: SEATS - 10, actions.Queued: BUYERS - SEATS + 10}


def two_tiers_under_one_capacity():
    tiers = [{"name": name, "price": Decimal(1), "quantity": SEATS} for name in ("One", "Two")]
    event = factories.published(tiers=tiers, capacity=SEATS)
    first, second = factories.tier("One").pk, factories.tier("Two").pk
    orders = iter([{first: 1, second: 1}, {second: 1, first: 1}] * BUYERS)
    turn = threading.Lock()

    def buy():
        with turn:
            lines = next(orders)
        actions.claim(event_id=event.pk, lines=lines, at=THEN)

    return buy


def test_control_a_capacity_that_is_looked_at_first_oversells(together, no_check, all_have_looked):
    two_tiers_under_one_capacity()
    Event.objects.update(reserved=SEATS - 2)

    def careless():
        with transaction.atomic():
            if Event.objects.get().room < 2:
                raise actions.SoldOut(None, 0)
            all_have_looked()
            Event.objects.update(reserved=F("reserved") + 2)

    rush(together, careless)

    assert Event.objects.get().reserved > SEATS


def test_two_tiers_under_one_capacity_in_either_order(together):
    outcomes = rush(together, two_tiers_under_one_capacity())

    assert outcomes == {None: SEATS // 2, actions.SoldOut: BUYERS - SEATS // 2}
    assert Event.objects.values_list("reserved", flat=True).get() == SEATS
    assert set(TicketTier.objects.values_list("reserved", flat=True)) == {SEATS // 2}


def test_holds_come_and_go_and_nothing_is_lost(together):
    buy = two_tiers_under_one_capacity()
    event, lines = Event.objects.get(), dict.fromkeys(TicketTier.objects.values_list("pk", flat=True), 1)

    def come_and_go():
        buy()
        actions.sell(event_id=event.pk, lines=lines)
        actions.unsell(event_id=event.pk, lines=lines)

    outcomes = rush(together, come_and_go)

    assert outcomes[None] > SEATS // 2
    assert Event.objects.values_list("reserved", "sold").get() == (0, 0)
    assert set(TicketTier.objects.values_list("reserved", "sold")) == {(0, 0)}


def one_use():
    event = factories.published(tiers=[{"name": "Regular", "price": Decimal(1), "quantity": 500}])
    code = actions.add_code(event_id=event.pk, by=None, at=THEN, code="ONCE", percent=Decimal(10), max_uses=1)
    return event, code


def test_control_a_code_that_is_looked_at_first_is_used_twice(together, no_check, all_have_looked):
    one_use()

    def careless():
        with transaction.atomic():
            if DiscountCode.objects.get().used:
                raise actions.CodeRefused("used")
            all_have_looked()
            DiscountCode.objects.update(used=F("used") + 1)

    rush(together, careless)

    assert DiscountCode.objects.get().used > 1


def test_a_code_for_one_order_serves_one_order(together):
    event, code = one_use()
    lines = {factories.tier().pk: 1}

    outcomes = rush(together, lambda: actions.claim(event_id=event.pk, lines=lines, at=THEN, code_id=code.pk))

    assert outcomes == {None: 1, actions.CodeRefused: BUYERS - 1}
    assert (DiscountCode.objects.get().used, factories.tier().reserved) == (1, 1)


def while_it_waits(deed, then):
    """Hold the tiers in a transaction that ends with `deed`, while `then` runs in a thread and waits; return what it got."""
    results = []

    def run():
        try:
            results.append(then())
        except Exception as error:
            results.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run, name="waiter")
    with transaction.atomic():
        deed()
        # So that even a waiter without locks waits, for the row itself.
        TicketTier.objects.update(position=F("position") + 1)
        thread.start()
        assert wait_until(_somebody_waits, seconds=20)
    thread.join(30)
    return results[0]


# Only here: another worker's tests wait, too, on the same server.
WAITING = """
SELECT count(*) FROM pg_locks waiting WHERE NOT granted AND EXISTS (
    SELECT FROM pg_locks held JOIN pg_database ON pg_database.oid = held.database
    WHERE held.pid = waiting.pid AND datname = current_database())
"""


def _somebody_waits():
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return cursor.fetchone()[0] > 0


def without_a_lock_for_the_waiter(monkeypatch):
    locked = RowQuerySet.locked

    def unless_waiting(rows):
        return rows.order_by("pk") if threading.current_thread().name == "waiter" else locked(rows)

    monkeypatch.setattr(RowQuerySet, "locked", unless_waiting)


ENDS = {
    "close": lambda event: actions.close_sales(event_id=event.pk, by=None, at=THEN),
    "cancel": lambda event: actions.cancel(event_id=event.pk, reason="Rain.", by=None, at=THEN),
    "line": lambda event: actions.queue(event_id=event.pk, places=SEATS),
    "capacity": lambda event: actions.update_event(event_id=event.pk, by=None, at=THEN, capacity=5),
}


@pytest.mark.parametrize("end", ENDS)
def test_control_a_claim_without_a_lock_sells_what_was_ended(end, monkeypatch):
    """The waiting statement saw the event as it was before it waited."""
    buy, event = seats(), Event.objects.get()
    without_a_lock_for_the_waiter(monkeypatch)

    assert while_it_waits(lambda: ENDS[end](event), buy) is None
    assert TicketTier.objects.get().reserved == 1


@pytest.mark.parametrize(("end", "refusal"), [("close", "NotOnSale"), ("cancel", "NotOnSale"), ("line", "Queued"), ("capacity", "Busy")])
def test_a_claim_that_waited_sees_that_the_event_was_ended(end, refusal):
    buy, event = seats(), Event.objects.get()

    assert type(while_it_waits(lambda: ENDS[end](event), buy)).__name__ == refusal
    assert TicketTier.objects.get().reserved == 0


@pytest.mark.parametrize("deed", ["release", "sell"])
def test_a_count_that_waited_for_a_new_capacity_tries_again(deed):
    buy, event = seats(), Event.objects.get()
    buy()
    lines = {factories.tier().pk: 1}

    count = partial(getattr(actions, deed), event_id=event.pk, lines=lines)
    assert type(while_it_waits(lambda: ENDS["capacity"](event), count)).__name__ == "Busy"
    assert Event.objects.values_list("reserved", "sold").get() == (1, 0)
    count()

    assert Event.objects.values_list("reserved", "sold").get() == ((0, 0) if deed == "release" else (0, 1))


def a_use_that_is_gone_meanwhile():
    """Two orders that gave the last use of a code back are taken up again; return its facts, and how often its limit was raised."""
    event, code = one_use()
    again = partial(actions.claim, event_id=event.pk, lines={factories.tier().pk: 1}, at=THEN, code_id=code.pk, regained=True)
    assert while_it_waits(again, again) is None
    return DiscountCode.objects.values_list("used", "max_uses").get(), HistoryEntry.objects.filter(action="code_changed").count()


def test_control_without_a_lock_a_codes_limit_is_raised_and_nobody_hears_of_it(monkeypatch):
    without_a_lock_for_the_waiter(monkeypatch)

    assert a_use_that_is_gone_meanwhile() == ((2, 2), 0)


def test_a_code_that_is_used_up_meanwhile_gives_way_once_and_says_so():
    assert a_use_that_is_gone_meanwhile() == ((2, 2), 1)


@pytest.mark.parametrize(("end", "outcome"), [("close", "NoneType"), ("cancel", "NotOnSale"), ("line", "Queued"), ("capacity", "Busy")])
def test_places_that_are_taken_up_again_wait_for_what_ends_the_event(end, outcome):
    seats()
    event, lines = Event.objects.get(), {factories.tier().pk: 1}
    again = partial(actions.claim, event_id=event.pk, lines=lines, at=THEN, regained=True)

    assert type(while_it_waits(lambda: ENDS[end](event), again)).__name__ == outcome


def lower_while_claimed():
    """Somebody holds 30 of 50 seats at this moment; the promoter lowers the quantity to 20."""
    seats()
    event, tier = Event.objects.get(), factories.tier()

    def claim():
        for _ in range(3):
            actions.claim(event_id=event.pk, lines={tier.pk: 10}, at=THEN)

    return while_it_waits(claim, lambda: actions.update_tier(tier_id=tier.pk, by=None, at=THEN, quantity=20))


def test_control_without_a_lock_the_quantity_is_lowered_on_what_was(no_locks):
    assert isinstance(lower_while_claimed(), IntegrityError)


def test_the_quantity_cannot_be_lowered_below_what_is_held_meanwhile():
    refusal = lower_while_claimed()

    assert isinstance(refusal, actions.QuantityTooLow)
    assert refusal.minimum == 30
    assert TicketTier.objects.get().quantity == SEATS


def happens_once(together, deed, action):
    outcomes = together(lambda _: retried(deed), times=6)
    return [o for o in outcomes if o is not None] == [] and HistoryEntry.objects.filter(action=action).count() == 1


DEEDS = {
    "published": (factories.event, actions.publish, {}),
    "sales_closed": (factories.published, actions.close_sales, {}),
    "cancelled": (factories.published, actions.cancel, {"reason": "Rain."}),
    "archived": (factories.event, actions.archive, {}),
    "deleted": (factories.event, actions.delete, {}),
    "sales_reopened": (lambda: _closed(), actions.reopen_sales, {}),
    "restored": (lambda: _deleted(), actions.restore, {}),
}


def _closed():
    event = factories.published()
    actions.close_sales(event_id=event.pk, by=None, at=THEN)
    return event


def _deleted():
    event = factories.event()
    actions.delete(event_id=event.pk, by=None, at=THEN)
    return event


@pytest.mark.parametrize("action", DEEDS)
def test_a_deed_done_by_many_at_once_happens_once(action, together):
    make, deed, words = DEEDS[action]
    event = make()

    assert happens_once(together, lambda: deed(event_id=event.pk, by=None, at=THEN, **words), action)


@pytest.mark.parametrize("action", DEEDS)
def test_control_without_locks_a_deed_happens_twice_or_is_refused(action, together, no_locks):
    make, deed, words = DEEDS[action]
    for _ in range(5):
        event = make()
        if not happens_once(together, lambda event=event: deed(event_id=event.pk, by=None, at=THEN, **words), action):
            return
        sql("TRUNCATE ticketing_historyentry")
    pytest.fail("five tries without locks, and nothing went wrong")


def test_a_fact_changed_by_many_at_once_is_counted_each_time(together):
    event = factories.published()

    def change(number):
        moved = event.ends_at + timedelta(minutes=number + 1)
        retried(lambda: actions.update_event(event_id=event.pk, by=None, at=THEN, ends_at=moved))

    assert together(change, times=8) == [None] * 8
    assert Event.objects.get().version == 9


PLANS = {
    "update": lambda event, tier, code: actions.update_event(event_id=event.pk, by=None, at=THEN, title="New"),
    "add tier": lambda event, tier, code: actions.add_tier(event_id=event.pk, by=None, at=THEN, name="x", price=Decimal(1), quantity=1),
    "update tier": lambda event, tier, code: actions.update_tier(tier_id=tier.pk, by=None, at=THEN, name="New"),
    "remove tier": lambda event, tier, code: actions.remove_tier(tier_id=tier.pk, by=None, at=THEN),
    "add code": lambda event, tier, code: actions.add_code(event_id=event.pk, by=None, at=THEN, code="LATE", percent=Decimal(1)),
    "update code": lambda event, tier, code: actions.update_code(code_id=code.pk, by=None, at=THEN, percent=Decimal(1)),
}


@pytest.mark.parametrize("plan", PLANS)
def test_nothing_is_planned_that_was_cancelled_meanwhile(plan):
    event, code = one_use()

    refusal = while_it_waits(lambda: ENDS["cancel"](event), lambda: PLANS[plan](event, factories.tier(), code))

    assert isinstance(refusal, actions.EventFinished)


def test_a_copy_is_of_what_the_event_was_changed_to_meanwhile():
    event = factories.published()

    copy = while_it_waits(
        lambda: actions.update_event(event_id=event.pk, by=None, at=THEN, title="New"),
        lambda: actions.duplicate_event(event_id=event.pk, by=None, at=THEN),
    )

    assert copy.title == "New"


def test_two_who_remove_the_last_two_tiers_leave_one(together):
    event = factories.published(tiers=[{"name": name, "price": Decimal(1), "quantity": SEATS} for name in ("One", "Two")])
    tiers = [factories.tier(name).pk for name in ("One", "Two")]

    outcomes = together(lambda number: actions.remove_tier(tier_id=tiers[number], by=None, at=THEN), times=2)

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["LastTier", "NoneType"]
    assert event.tiers.count() == 1


def test_two_who_change_one_code_do_not_undo_each_other():
    _event, code = one_use()

    while_it_waits(
        lambda: actions.update_code(code_id=code.pk, by=None, at=THEN, max_uses=5),
        lambda: actions.update_code(code_id=code.pk, by=None, at=THEN, percent=Decimal(20)),
    )

    assert DiscountCode.objects.values_list("max_uses", "percent").get() == (5, 20)


SALES = {
    "publish": (factories.event, actions.publish, {}),
    "close": (factories.published, actions.close_sales, {}),
    "reopen": (_closed, actions.reopen_sales, {}),
    "cancel": (factories.published, actions.cancel, {"reason": "Rain."}),
    "archive": (factories.event, actions.archive, {}),
}


@pytest.mark.parametrize("sale", SALES)
def test_what_opens_or_ends_a_sale_waits_for_claims_half_way(sale):
    make, deed, words = SALES[sale]
    event = make()

    assert while_it_waits(lambda: None, lambda: deed(event_id=event.pk, by=None, at=THEN, **words)) is None

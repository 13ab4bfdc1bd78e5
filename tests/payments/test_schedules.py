"""Whatever happens on the chain, and whenever the watcher dies: all promises hold, and the outcome is what the chain says.

Hypothesis makes up the schedules; SCHEDULES=2000 in the environment tries as many, and BACKLOG=3000 reads so many blocks.
"""

import os
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from orders.models import Order
from payments import actions
from payments.actions import judging
from payments.actions.rows import Row
from payments.chain import watcher
from payments.models import Transfer
from tests import factories
from tests.factories import THEN
from tests.payments import keys
from tests.payments.fake_chain import OTHER_STABLE, USDT
from tests.payments.world import CENT, DUE, address, make, pair, places, rows, tickets
from tests.promises import broken
from ticketing.errors import DomainError

pytestmark = pytest.mark.django_db
BACKLOG = int(os.environ.get("BACKLOG", "75"))
AMOUNTS = (1, 300 * CENT, DUE - 300 * CENT, DUE - 10 * CENT, DUE, DUE + 20 * CENT)
STEPS = st.one_of(
    st.tuples(st.just("buy")),
    st.tuples(st.just("pay"), st.integers(0, 3), st.sampled_from(AMOUNTS), st.sampled_from([USDT, USDT, USDT, OTHER_STABLE])),
    st.tuples(st.just("mine"), st.integers(1, 4)),
    st.tuples(st.just("reorg"), st.integers(1, 5), st.booleans()),
    st.tuples(st.just("wait"), st.sampled_from([60, 900, 1800, 2000])),
    st.tuples(st.just("lag"), st.integers(0, 1), st.integers(0, 3)),
    st.tuples(st.just("down"), st.integers(0, 1), st.sampled_from([False, True, "header", "logs", "receipt", "head"])),
    st.tuples(st.just("hide"), st.integers(0, 1), st.booleans()),
    st.tuples(st.just("cancel"), st.integers(0, 3)),
    st.tuples(st.just("die"), st.integers(1, 60)),
    st.tuples(st.just("watch")),
    st.tuples(st.just("watch")),
)


class Killed(BaseException):
    """As kill -9 would: nobody catches it."""


@contextmanager
def killed_after(queries):
    left = [queries]

    def count(execute, sql, params, many, context):
        # What ends a transaction is not ours to stop: PostgreSQL rolls back for whoever is gone.
        if not sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            left[0] -= 1
            if left[0] < 0:
                raise Killed
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        yield


@contextmanager
def forgotten():
    """One example leaves nothing to the next."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


class Shop:
    def __init__(self, world):
        self.world, self.orders = world, []

    def buy(self):
        try:
            self.orders.append(self.world.order(f"buyer{len(self.orders)}"))
        except DomainError:
            pass  # sold out, or the chain cannot be seen

    def pay(self, number, amount, token):
        if self.orders:
            self.world.fake.pay(address(self.orders[number % len(self.orders)]), amount, token)

    def mine(self, count):
        self.world.fake.mine(count)

    def reorg(self, depth, keep):
        # Never what was called final: that is another test.
        fresh = self.world.fake.head.number - max(self.final, 2)
        if depth <= fresh:
            self.world.fake.reorg(depth, keep=keep)

    @property
    def final(self):
        from payments.models import ChainCursor

        return ChainCursor.objects.get().final_number

    def wait(self, seconds):
        self.world.fake.mine(seconds=seconds)
        self.world.rate()

    def lag(self, member, blocks):
        self.world.members[member].lag = blocks

    def down(self, member, what):
        self.world.members[member].down = {what} if isinstance(what, str) else what

    def hide(self, member, yes):
        self.world.members[member].hides = lambda log: yes

    def cancel(self, number):
        if self.orders:
            try:
                actions.cancel(order_id=self.orders[number % len(self.orders)].pk, at=self.world.at)
            except DomainError:
                pass

    def die(self, queries):
        try:
            with killed_after(queries), transaction.atomic():
                self.world.watch()
        except Killed:
            pass

    def watch(self):
        self.world.watch()
        assert broken() == []

    def heal(self):
        for member in self.world.members:
            member.lag, member.down, member.hides = 0, False, lambda log: False
        self.world.fake.mine(12 + watcher.STRETCH)
        self.world.watch(4)


def on_chain(shop, order):
    logs = [log for block in shop.world.fake.blocks for log in block.logs]
    return sum(int(log.data, 16) for log in logs if log.token == USDT and log.topics[2][-40:] == address(order)[2:])


def honest(steps):
    """At most one node hides what it has: two that lie alike are believed, and no rule of ours can help that."""
    return [step for step in steps if not (step[0] == "hide" and step[1] == 1)]


@settings(
    max_examples=int(os.environ.get("SCHEDULES", "8")),
    deadline=None,
    derandomize="SCHEDULES" not in os.environ,  # who asks for more of them asks for new ones
    phases=[Phase.explicit, Phase.generate],  # shrinking takes minutes; a schedule is short enough to read
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEPS, min_size=5, max_size=25))
def test_every_schedule_keeps_every_promise(steps):
    from django.test import override_settings

    with forgotten(), override_settings(WALLET_XPUBS=[keys.xpub()]):
        shop = Shop(make(seats=3, small_depth=2))
        shop.buy()
        for name, *words in honest(steps):
            getattr(shop, name)(*words)
        shop.heal()

        assert broken() == []
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for order in shop.orders:
            check(shop, order)
        tier = factories.tier()
        assert (tier.reserved, tier.sold) == (
            Order.objects.filter(status="pending").count(),
            Order.objects.filter(status="paid").count(),
        )


def check(shop, order):
    """What the chain holds at the end decides: nobody waits for ever, and nobody gets in for nothing."""
    held, (status, state) = on_chain(shop, order), pair(order)
    noted = Transfer.objects.standing().filter(address=order.payment.address, accepted=True)
    assert sum(int(one.amount) for one in noted) == held, rows(order)
    assert state != "confirming", rows(order)
    assert tickets(order) == (status == "paid")
    if (status, state) == ("paid", "settled"):
        assert held >= DUE - 10 * CENT
    if status == "pending":
        assert held < DUE - 10 * CENT and (state == "partial") == (held > 0), rows(order)
    if status in ("expired", "cancelled"):
        assert state == ("review" if held else "awaiting"), rows(order)


def test_a_watcher_that_dies_at_every_statement_changes_nothing(settings):
    settings.WALLET_XPUBS = [keys.xpub()]
    world = make(small_depth=2)
    paid, short, late = (world.order(name) for name in ("Bea", "Carl", "Dora"))
    world.fake.pay(address(paid), DUE)
    world.fake.pay(address(short), CENT)
    world.fake.mine(2)
    world.fake.reorg(1, keep=True)
    world.fake.mine_until(late.expires_at + timedelta(seconds=121))
    world.fake.mine(3)

    deaths, queries = 0, 1
    while True:
        try:
            with killed_after(queries):
                world.watch()
            break
        except Killed:
            deaths, queries = deaths + 1, queries + 1
            assert deaths < 500

    assert deaths > 12
    world.watch()
    assert [pair(order) for order in (paid, short, late)] == [("paid", "settled"), ("expired", "review"), ("expired", "awaiting")]
    assert (tickets(paid), places()) == (1, (0, 1))
    assert broken() == []


@pytest.mark.django_db(transaction=True)
def test_two_watchers_at_once_do_what_one_does(settings, together):
    from payments.models import Chain

    settings.WALLET_XPUBS = [keys.xpub()]
    world = make(small_depth=2, seats=9)
    orders = [world.order(f"buyer{number}") for number in range(6)]
    for order in orders[:4]:
        world.fake.pay(address(order), DUE)
        world.fake.mine()
    world.fake.mine(3)
    chain = Chain.objects.get()

    def watch(_):
        for _again in range(3):
            watcher.watch(chain, world.nodes, clock=lambda: world.fake.now)

    assert together(watch, times=3) == [None] * 3

    assert [pair(order) for order in orders] == [("paid", "settled")] * 4 + [("pending", "awaiting")] * 2
    assert [tickets(order) for order in orders] == [1] * 4 + [0] * 2
    assert Transfer.objects.count() == 4
    assert broken() == []


def test_what_one_node_keeps_back_while_the_other_is_away_is_found_once_it_is_final(settings, caplog):
    settings.WALLET_XPUBS = [keys.xpub()]
    world = make(small_depth=2)
    order = world.order()
    liar, other = world.members
    liar.hides, other.down = lambda log: True, True
    world.pay(order)
    world.mine(8 + watcher.STRETCH)
    assert (pair(order), Transfer.objects.count()) == (("pending", "awaiting"), 0)

    world.mine()
    assert Transfer.objects.count() == 0  # nobody else was there to be asked

    other.down = False
    world.nodes._failed_at.clear()
    world.watch()
    liar.hides = lambda log: False
    world.watch()

    assert (pair(order), tickets(order)) == (("paid", "settled"), 1)
    assert [record.missed for record in caplog.records if "kept transfers back" in record.message] == [1]
    assert broken() == []


@pytest.mark.parametrize("fault", ["down", "liar"])
def test_orders_are_settled_whatever_a_node_makes_of_final_blocks(settings, fault):
    settings.WALLET_XPUBS = [keys.xpub()]
    world = make(small_depth=2)
    second = world.members[1]
    if fault == "down":
        second.down = {"logs_between"}
    world.mine(8 + watcher.STRETCH)
    order = world.order()
    world.pay(order)
    if fault == "liar":  # the same transaction in two blocks, which no row can hold
        true = next(log for block in world.fake.blocks for log in block.logs)
        second.adds = lambda at: [replace(true, block=at.hash, number=at.number)] if at.number == true.number + 1 else []
    world.mine(8 + watcher.STRETCH)

    assert (pair(order), tickets(order)) == (("paid", "settled"), 1)


def test_a_reorg_while_a_block_is_read_is_no_step(settings):
    settings.WALLET_XPUBS = [keys.xpub()]
    world = make()
    order = world.order()
    world.fake.pay(address(order), DUE)
    world.fake.mine()
    done = []

    def strike(call):
        if call == "logs" and not done:
            done.append(world.fake.reorg(1, keep=True))

    for member in world.members:
        member.during = strike
    world.watch()
    assert (done, Transfer.objects.count(), pair(order)) == ([None], 0, ("pending", "awaiting"))
    world.watch()
    assert pair(order) == ("confirming", "confirming") and broken() == []


def test_a_backlog_is_read_to_its_end_in_several_runs(settings):
    settings.WALLET_XPUBS = [keys.xpub()]
    world = make(small_depth=2)
    world.fake.seconds = 1
    orders = [world.order(f"buyer{number}") for number in range(3)]
    for order in orders:
        world.fake.mine(BACKLOG // 5)
        world.fake.pay(address(order), DUE)
    world.fake.mine(BACKLOG * 2 // 5)

    for _ in range(5):
        assert watcher.watch(world.chain, world.nodes, clock=world.clock, most=BACKLOG // 4) <= BACKLOG // 4

    assert [pair(order) for order in orders] == [("paid", "settled")] * 3 and broken() == []


def test_a_row_that_goes_on_fitting_is_done_once(settings, monkeypatch):
    settings.WALLET_XPUBS = [keys.xpub()]
    payment_id, deeds = make().order().payment.pk, iter("abc")
    again = Row("again", fits=lambda facts: True, deed=lambda facts, details: next(deeds))
    monkeypatch.setattr(judging, "ROWS", [again])

    assert actions.judge(payment_id=payment_id, at=THEN) == ["again"]
    assert next(deeds) == "b"

"""Chains are switched once, and read by one at a time, however many do it at once. The controls do it without the locks."""

import pytest
from django.db import OperationalError, transaction

import orders.actions
from payments import actions
from payments.actions import blocks, judging
from payments.chain import watcher
from payments.known import KNOWN
from payments.models import Chain, ChainCursor, Payment
from tests.factories import THEN
from tests.payments import keys
from tests.payments.fake_chain import FakeChain
from tests.payments.world import DUE, address, make, pair, tickets
from tests.promises import kept
from tests.races.test_teams import meeting, no_locks, sql  # noqa: F401  # fixtures
from ticketing.models import HistoryEntry
from ticketing.querysets import RowQuerySet

pytestmark = pytest.mark.django_db(transaction=True)
SWITCH = {
    "enabled": lambda: actions.enable_chain(number=56, known=KNOWN[56], at=THEN),
    "disabled": lambda: actions.disable_chain(number=56, at=THEN),
}


def told(together, deed):
    """Have two do it at once; return how often it was done."""
    Chain.objects.update(enabled=deed == "disabled")
    before = HistoryEntry.objects.filter(action=deed).count()
    together(lambda _: SWITCH[deed](), times=2)
    return HistoryEntry.objects.filter(action=deed).count() - before


def test_a_chain_is_switched_on_and_off_once(together, no_locks):  # noqa: F811  # the fixture above
    SWITCH["enabled"]()
    sql("ALTER TABLE ticketing_historyentry ENABLE TRIGGER meet")

    assert [told(together, deed) for deed in SWITCH] == [1, 1]

    no_locks()
    assert [told(together, deed) for deed in SWITCH] == [2, 2]


def interrupting(together, monkeypatch, owner, name, theirs, ours):
    """Do ours, and let somebody else try theirs where ours calls this; return what that got."""
    real, got = getattr(owner, name), []

    def interrupted(*given, **words):
        monkeypatch.setattr(owner, name, real)
        got.extend(together(lambda _: theirs(), times=1, patience="100ms"))
        return real(*given, **words)

    monkeypatch.setattr(owner, name, interrupted)
    ours()
    return got[0]


def test_nobody_moves_the_cursor_while_it_is_looked_at(together, monkeypatch, no_locks):  # noqa: F811  # the fixture above
    chain, fake = Chain.objects.create(number=31337, name="Test chain", small_depth=2, final_depth=4).pk, FakeChain()
    fake.mine(6)
    headers = [block.header for block in fake.blocks]
    actions.begin_chain(chain_id=chain, header=headers[0])
    for header in headers[1:5]:
        actions.apply_block(chain_id=chain, header=header, found=[])

    def back():
        return actions.roll_back(chain_id=chain, block=ChainCursor.objects.get().hash, at=THEN)

    def forward():
        return actions.apply_block(chain_id=chain, header=headers[ChainCursor.objects.get().number + 1], found=[])

    def in_the_middle(owner, name, theirs, ours):
        return interrupting(together, monkeypatch, owner, name, theirs, ours)

    def tried():
        return [
            in_the_middle(blocks, "_note", back, lambda: actions.look_again(chain_id=chain, through=9, found=[])),
            in_the_middle(ChainCursor, "save", back, lambda: actions.see_head(chain_id=chain, final_number=0, at=None)),
            in_the_middle(blocks, "_touch", forward, back),
        ]

    assert [type(refused) for refused in tried()] == [OperationalError] * 3

    no_locks()
    assert tried() == [True] * 3


def test_a_payment_that_somebody_holds_is_judged_later(together, settings):
    settings.WALLET_XPUBS = [keys.xpub()]
    payment_id = make().order().payment.pk

    with transaction.atomic():
        Payment.objects.locked().get(pk=payment_id)
        assert together(lambda _: actions.judge(payment_id=payment_id, at=THEN), times=1, patience="100ms") == [[]]


def test_scenario_49_an_order_is_cancelled_before_its_money_is_seen_or_not_at_all(together, settings, monkeypatch):
    settings.WALLET_XPUBS = [keys.xpub()]
    world = make()

    def paid(buyer):
        order = world.order(buyer)
        world.fake.pay(address(order), DUE)
        world.fake.mine()
        assert watcher.step(world.chain, world.nodes, world.nodes.view(at=world.at), at=world.at)
        return order, lambda: actions.cancel(order_id=order.pk, at=world.at)

    def at_once(owner, name, theirs, ours):
        return type(interrupting(together, monkeypatch, owner, name, theirs, ours))

    def judge(order):
        return actions.judge(payment_id=order.payment.pk, at=world.at)

    seen, cancel = paid("Bea")
    assert at_once(judging, "facts_of", cancel, lambda: judge(seen)) is OperationalError
    with pytest.raises(actions.MoneyOnTheWay):
        cancel()
    gone, cancel = paid("Carl")
    assert at_once(orders.actions, "cancel", lambda: judge(gone), cancel) is list
    assert (pair(gone), judge(gone)) == (("cancelled", "awaiting"), ["T12"])

    world.fake.mine(3)
    world.watch()
    assert [(pair(order), tickets(order)) for order in (seen, gone)] == [(("paid", "settled"), 1), (("cancelled", "review"), 0)]
    assert kept()

    monkeypatch.setattr(RowQuerySet, "locked", lambda rows, skip=False: rows.order_by("pk"))
    both, cancel = paid("Dora")
    assert at_once(judging, "facts_of", cancel, lambda: judge(both)) is not OperationalError

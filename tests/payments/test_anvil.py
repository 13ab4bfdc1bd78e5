"""The watcher on a real node that reorganises: the same outcomes as on the chain in memory. BACKLOG=3000 reads so many blocks."""

import os
from datetime import timedelta

import pytest
from django.db import connection

from payments import actions
from payments.chain import watcher
from payments.chain.client import RpcNode
from payments.chain.nodes import Nodes
from payments.models import ChainCursor, Transfer
from tests import factories
from tests.factories import THEN
from tests.payments import anvil, keys
from tests.payments.real_world import opened
from tests.payments.world import CENT, DUE, address, flags, pair, places, rows, tickets
from tests.promises import kept

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
BACKLOG = int(os.environ.get("BACKLOG", "120"))


@pytest.fixture(scope="module")
def node():
    with anvil.running(at=THEN) as node:
        yield node


def nodes(node):
    """Two clients of one node: that two agree is tried elsewhere."""
    return Nodes(node.id, [RpcNode(node.url), RpcNode(node.url)])


@pytest.fixture
def world(node, settings):
    settings.WALLET_XPUBS = [keys.xpub(1)]  # anvil gives its money to the first account
    return opened(node, lambda: nodes(node))


def outcome(order):
    return (*pair(order), flags(order), tickets(order))


PAID = ("paid", "settled", set(), 1)


def test_every_way_of_paying(world, node):
    sent = {
        "exact": lambda to: node.pay(to, DUE),
        "parts": lambda to: [node.pay(to, 400 * CENT), node.mine(), node.pay(to, 521 * CENT)],
        "batch": lambda to: node.send("batch", [anvil.ME.address, to, anvil.ME.address], [7, DUE, 8]),
        "two in one": lambda to: node.send("batch", [to, to], [DUE // 2, DUE - DUE // 2]),
        "minted": lambda to: node.send("issue", to, DUE),
        "fee": lambda to: [node.send("setParams", 100, 10**9), node.pay(to, DUE), node.send("setParams", 0, 0)],
        "large fee": lambda to: [node.send("setParams", 500, 10**9), node.pay(to, DUE), node.send("setParams", 0, 0)],
        "over": lambda to: node.pay(to, 2 * DUE),
        "nothing": lambda to: node.pay(to, 0),
        "other": lambda to: node.pay(to, DUE, token=node.other),
    }
    made = {way: world.order(way) for way in sent}
    for way, order in made.items():
        sent[way](address(order))
    node.mine()
    world.watch()
    assert pair(made["exact"]) == ("confirming", "confirming")

    world.mine(2)

    assert {way: outcome(order) for way, order in made.items()} == {
        "exact": PAID,
        "parts": PAID,
        "batch": PAID,
        "two in one": PAID,
        "minted": PAID,
        "fee": ("paid", "settled", {"is_under"}, 1),
        "large fee": ("pending", "partial", set(), 0),
        "over": ("paid", "settled", {"is_over"}, 1),
        "nothing": ("pending", "awaiting", set(), 0),
        "other": ("pending", "awaiting", set(), 0),
    }
    assert kept()


def test_reorg_before_the_tickets(world, node):
    order = world.order()
    raw = node.pay(address(order), DUE)
    world.mine(2)
    first = Transfer.objects.get()
    assert pair(order) == ("confirming", "confirming")

    node.reorg(2)
    world.watch()
    assert (pair(order), flags(order), rows(order)) == (("pending", "awaiting"), {"is_reorged"}, ["T3", "T5"])

    node.send_again(raw)
    world.mine(3)
    assert (pair(order), tickets(order)) == (("paid", "settled"), 1)
    again = Transfer.objects.get(canonical=True)
    assert (again.tx_hash, again.block_hash == first.block_hash) == (first.tx_hash, False)
    assert kept()


def test_reorg_after_the_tickets(world, node):
    order = world.order()
    raw = node.pay(address(order), DUE)
    world.mine(3)
    assert outcome(order) == PAID

    node.reorg(3)
    world.watch()
    order.refresh_from_db()
    assert (pair(order), bool(order.gate_hold)) == (("paid", "review"), True)

    node.send_again(raw)
    world.mine(3)
    order.refresh_from_db()
    assert (pair(order), order.gate_hold, rows(order)) == (("paid", "settled"), "", ["T3", "T4", "T14", "T15"])
    assert kept()


def test_time_is_that_of_the_blocks(world, node):
    unpaid, early, late, short = (world.order(buyer) for buyer in ("Una", "Ed", "Lee", "Sol"))
    node.pay(address(short), 100 * CENT)
    node.mine_until(unpaid.expires_at + timedelta(seconds=119))
    node.pay(address(early), DUE)
    node.mine_until(unpaid.expires_at + timedelta(seconds=120))
    node.pay(address(late), DUE)
    node.mine_until(unpaid.expires_at + timedelta(seconds=121))
    world.rate()

    world.watch()  # all of it is seen at once, as after an outage
    assert (pair(unpaid), pair(early)) == (("expired", "awaiting"), ("confirming", "confirming"))
    world.mine(2)

    assert (outcome(early), outcome(late), rows(late)) == (PAID, ("paid", "settled", {"is_late"}, 1), ["T6", "T9b", "T4"])
    assert pair(short) == ("pending", "partial")
    world.pass_deadline(short)
    assert (pair(short), places()) == (("expired", "review"), (0, 2))

    node.mine_until(world.at + timedelta(hours=1))
    world.rate()
    world.pay(short, DUE - 100 * CENT)
    world.mine(2)
    assert (outcome(short), rows(short)) == (("paid", "settled", {"is_late"}, 1), ["T2", "T7", "T9b", "T4"])
    assert kept()


def test_money_that_comes_twice_or_late_without_worth_or_places(world, node):
    """Scenarios 6, 16, 17 and 48."""
    twice, dear, first, second = (world.order(buyer) for buyer in ("Tia", "Dee", "Fay", "Sue"))
    world.pay(twice)
    world.mine(3)
    world.pay(twice)
    assert outcome(twice) == ("paid", "settled", {"is_over"}, 1)

    world.pass_deadline(dear)
    world.rate(14_500)
    world.pay(dear)
    assert (pair(dear), rows(dear)) == (("expired", "review"), ["T6", "T9c"])

    for rich, places_of_one in {"Rich": 10, "Mo": 8}.items():
        factories.paid(factories.Event.objects.get(), rich, lines={factories.tier().pk: places_of_one}, at=world.at)
    world.rate()
    world.pay(first)
    world.pay(second)
    world.mine(3)
    assert (outcome(first), pair(second), places()) == (("paid", "settled", {"is_late"}, 1), ("expired", "review"), (0, 20))
    assert kept()


def test_backlog_is_read_by_watchers_that_are_stopped_and_doubled(world, node):
    made = [world.order(buyer) for buyer in ("Ayu", "Bea", "Citra")]
    began = ChainCursor.objects.get().number
    connection.cursor().execute("SET LOCAL idle_in_transaction_session_timeout = 0")  # to mine thousands takes a while
    for order in made:
        node.mine(BACKLOG // 6, seconds=1)
        node.pay(address(order), DUE)
    node.mine(BACKLOG // 2, seconds=1)

    one, other = nodes(node), nodes(node)
    at = world.at
    views = [(one, one.view(at=at)), (other, other.view(at=at))]
    for most in (1, 7, 30):
        assert watcher.watch(world.chain, nodes(node), clock=lambda: at, most=most) == most
        assert all(watcher.step(world.chain, *either, at=at) for either in views)
    world.watch(1 + BACKLOG // watcher.BLOCKS)

    assert (ChainCursor.objects.get().number - began, [outcome(order) for order in made]) == (BACKLOG, [PAID] * 3)
    assert Transfer.objects.count() == 3 and kept()


def test_chain_that_takes_back_what_was_final_settles_nothing(world, node):
    order = world.order()
    world.mine(12)
    assert ChainCursor.objects.get().final_number > 0

    node.reorg(11)
    world.watch()
    node.pay(address(order), DUE)
    world.mine(4)

    assert ChainCursor.objects.get().halted == "blocks that were final fell out of the chain"
    assert (pair(order), actions.offered_tokens(world.at)) == (("confirming", "confirming"), [])


def test_without_npm_it_is_said_that_nothing_was_tried(monkeypatch, tmp_path):
    monkeypatch.setattr(anvil, "FOLDER", tmp_path / "none")
    monkeypatch.setattr(anvil.shutil, "which", lambda _name: None)

    with pytest.raises(pytest.skip.Exception, match="npm is not installed: nothing was tried on anvil"):
        anvil.program()

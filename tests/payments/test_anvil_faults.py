"""Two real nodes, the second of which takes the blocks of the first, and a proxy before each that fails and lies as we like."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta

import pytest

from orders.models import Order
from payments import actions
from payments.blocks import TRANSFER
from payments.chain import watcher
from payments.chain.checking import check
from payments.chain.client import TIMEOUTS, RpcNode
from payments.chain.nodes import Nodes
from payments.known import KnownChain, KnownToken
from payments.models import Chain, ChainCursor, Payment, Token, Transfer
from tests import factories
from tests.factories import THEN
from tests.local.local_chain import Asking
from tests.payments import anvil, keys
from tests.payments.anvil import Anvil
from tests.payments.fake_chain import word
from tests.payments.real_world import opened
from tests.payments.rpc_server import FAULTS, Endpoint, hangs, refusing, serving
from tests.payments.world import CENT, DUE, address, flags, pair, rows, tickets
from tests.promises import kept
from ticketing.models import HistoryEntry

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
PAID, WAITS = ("paid", "settled"), ("confirming", "confirming")


@dataclass
class Town:
    """`one` and `other` stand between us and the nodes. The second node takes the blocks of the first before each look."""

    first: Anvil
    second: Anvil
    one: Endpoint
    other: Endpoint
    behind: int | None = 0  # so many blocks it lacks; None: it is left alone
    only_one: bool = False

    def look(self) -> Nodes:
        if self.behind is not None:
            self.second.follow(self.first, behind=self.behind)
        known = [self.one] if self.only_one else [self.one, self.other]
        return Nodes(self.first.id, [RpcNode(proxy.url, timeouts=(5, 0.1) if proxy.fault is hangs else TIMEOUTS) for proxy in known])

    def heal(self) -> None:
        for proxy, node in ((self.one, self.first), (self.other, self.second)):
            proxy.heal()
            proxy.said = Asking(node.url).said
        self.behind, self.only_one = 0, False


@pytest.fixture(scope="module")
def all_nodes() -> Iterator[Town]:
    with ExitStack() as stack:
        first = stack.enter_context(anvil.running(at=THEN))
        second = stack.enter_context(anvil.following(first, at=THEN))
        yield Town(first, second, *(stack.enter_context(serving(node.said)) for node in (first, second)))


@pytest.fixture
def town(all_nodes):
    all_nodes.heal()
    return all_nodes


@pytest.fixture
def world(town, settings):
    settings.WALLET_XPUBS = [keys.xpub(1)]  # anvil gives its money to the first account
    return opened(town.first, town.look)


def but_for_the_head(fault):
    """It says which chain it is on and how far that is, and fails at all else."""
    return lambda method, params, body: (200, body) if method == "eth_chainId" or params[:1] == ["latest"] else fault(method, params, body)


def everything():
    return [list(model.objects.order_by("pk").values()) for model in (ChainCursor, Transfer, Payment, Order, HistoryEntry)]


def reached():
    return ChainCursor.objects.get().number


def critical(caplog):
    return {record.message for record in caplog.records if record.levelname == "CRITICAL"}


def because(caplog):
    return [record.because for record in caplog.records if record.message == "a node failed"]


# --- Nodes that fail ----------------------------------------------------------------------------------------


def test_scenario_31_whatever_a_node_answers_another_is_asked_and_nothing_comes_twice(world, town):
    whole, parts = world.order("Bea"), world.order("Pat")
    town.first.pay(address(whole), DUE)
    world.mine()
    before = everything()
    town.one.fault = town.other.fault = but_for_the_head(FAULTS["500"])
    world.watch()
    assert everything() == before  # that nobody can show the newest block takes it from nobody
    town.first.mine(3)

    for name, fault in {**FAULTS, "hangs": hangs}.items():
        town.one.fault = town.other.fault = fault
        world.watch()
        assert everything() == before, name
    town.other.heal()
    for name, fault in {**FAULTS, "hangs": hangs}.items():
        town.one.fault = fault
        world.mine()
        assert (reached(), pair(whole)) == (town.first.height, WAITS), name  # one witness is none
    for name, fault in FAULTS.items():
        town.one.fault = but_for_the_head(fault)
        world.pay(parts, 100 * CENT)
        assert (reached(), pair(whole)) == (town.first.height, WAITS), name

    town.one.fault = lambda method, params, body: (500, b"") if method == "eth_getLogs" else (200, body)
    world.pay(parts, 21 * CENT)
    world.mine(2)
    assert [(pair(order), flags(order)) for order in (whole, parts)] == [(PAID, set())] * 2
    assert Transfer.objects.count() == 1 + len(FAULTS) + 1 and kept()


def test_scenario_38_an_hour_without_any_node_costs_nobody_an_order(world, town):
    paid, unpaid = world.order("Bea"), world.order("Carl")
    town.first.pay(address(paid), DUE)
    town.first.mine()
    town.one.fault = town.other.fault = FAULTS["silent"]
    before = everything()
    gone, began = timedelta(), town.first.now
    world.clock = lambda: began + gone

    for minutes in (4, 6, 31, 60):
        gone = timedelta(minutes=minutes)
        world.watch()
        offered = actions.offered_tokens(began + gone)
        assert (everything() == before, len(offered)) == (True, 1 if minutes < 5 else 0), minutes
    with pytest.raises(actions.NotTaken, match="cannot see the networks of USDT"):
        actions.check_out(wish=factories.wish(unpaid.event, "Dora"), at=began + gone, provider="usdt")

    town.heal()
    town.first.mine_until(began + gone)
    world.watch()
    assert (pair(paid), pair(unpaid), len(actions.offered_tokens(began + gone))) == (WAITS, ("expired", "awaiting"), 1)
    world.mine(2)
    assert (pair(paid), rows(paid), flags(paid)) == (PAID, ["T3", "T4"], set())
    assert kept()


# --- Nodes that lag -----------------------------------------------------------------------------------------


def test_a_node_that_lags_is_waited_for_and_one_that_stands_still_is_not(world, town):
    order = world.order()
    town.behind = 2
    world.pay(order)
    world.mine(3)
    assert (reached(), pair(order)) == (town.first.height - 2, WAITS)

    town.behind = None
    town.first.mine(seconds=61)
    world.watch()
    assert (reached(), pair(order)) == (town.first.height, WAITS)  # deep enough, and only one says so
    world.pass_deadline(order)
    for _ in range(2):
        world.mine(12)
    assert (pair(order), rows(order)) == (WAITS, ["T3", "T8"])
    assert HistoryEntry.objects.filter(action="stalled").count() == 1

    town.behind = 0
    world.watch()
    assert (pair(order), tickets(order)) == (PAID, 1)
    assert kept()


def test_what_the_first_node_left_counts_until_the_second_leaves_it_too(world, town):
    order = world.order()
    raw = town.first.pay(address(order), DUE)
    world.mine()
    town.behind = None

    town.first.reorg(1)
    world.watch()
    assert (pair(order), tickets(order), flags(order)) == (WAITS, 0, set())

    town.behind = 0
    world.watch()
    assert (pair(order), flags(order)) == (("pending", "awaiting"), {"is_reorged"})
    town.first.send_again(raw)
    world.mine(3)
    assert (pair(order), Transfer.objects.filter(canonical=True).count(), kept()) == (PAID, 1, True)


def test_scenario_27_a_reorg_between_a_block_and_its_transfers_moves_nothing(world, town):
    order = world.order()
    raw = town.first.pay(address(order), DUE)
    town.first.mine()
    height, before = town.first.height, everything()

    def struck(method, params, result):
        if method == "eth_getBlockByNumber" and params[0] == hex(height):
            town.one.heal()
            town.first.reorg(1)
            town.second.follow(town.first)
        return result

    town.one.change = struck
    world.watch()
    assert everything() == before

    town.first.send_again(raw)
    world.mine(3)
    assert (pair(order), Transfer.objects.count(), kept()) == (PAID, 1, True)


# --- Nodes that lie -----------------------------------------------------------------------------------------


def log_of(town, block, to, **facts):
    """A transfer that nobody made, as a node would show it."""
    topics = [TRANSFER, word(anvil.ME.address.lower()), word(to)]
    log = {"address": town.first.usdt, "topics": topics, "data": f"0x{DUE:064x}", "removed": False, "transactionHash": "0x" + "f" * 64}
    return {**log, "blockHash": block["hash"], "blockNumber": block["number"], "logIndex": "0x63", **facts}


def showing(log):
    """Have a node show this log in its block, and in the receipt of its transaction."""

    def change(method, params, result):
        if method == "eth_getLogs" and params[0].get("blockHash") == log["blockHash"]:
            return [*(one for one in result if one["logIndex"] != log["logIndex"]), log]
        if method == "eth_getTransactionReceipt" and params[0] == log["transactionHash"]:
            return {"blockHash": log["blockHash"], "status": "0x1", "logs": [log]}
        return result

    return change


def test_scenario_34_what_one_node_makes_up_settles_nothing(world, town, caplog):
    made_up, raised, forked = (world.order(buyer) for buyer in ("Mo", "Ray", "Fay"))
    town.first.mine()
    town.one.change = showing(log_of(town, town.first.block(town.first.height), address(made_up)))
    world.mine(3)
    town.first.pay(address(raised), CENT)
    town.first.mine()
    (true,) = town.first.logs(town.first.height)
    town.one.change = showing({**true, "data": f"0x{DUE:064x}"})
    world.mine(3)
    assert [pair(order) for order in (made_up, raised)] == [WAITS] * 2
    assert critical(caplog) == {"nodes disagree about money"}

    caplog.clear()
    town.one.heal()
    town.behind = None  # each has a chain of its own from here on
    town.first.pay(address(forked), DUE)
    town.first.mine(4)
    town.second.mine(4)
    world.watch()
    assert (pair(forked), critical(caplog)) == (WAITS, {"nodes disagree about money"})
    town.first.follow(town.second)
    world.watch()
    assert (pair(forked), flags(forked)) == (("pending", "awaiting"), {"is_reorged"})

    town.behind = 0
    world.mine(9)
    assert [pair(order) for order in (made_up, raised, forked)] == [WAITS, WAITS, ("pending", "awaiting")]
    assert [tickets(order) for order in (made_up, raised, forked)] == [0] * 3 and kept()


def test_what_a_node_leaves_out_is_asked_of_the_other_at_once_or_when_it_is_final(world, town, caplog, monkeypatch):
    monkeypatch.setattr(watcher, "STRETCH", 4)
    shown, hidden = world.order("Sue"), world.order("Hal")

    town.one.change = lambda method, params, result: [] if method == "eth_getLogs" else result
    world.pay(shown)
    assert (pair(shown), "it left transfers out" in because(caplog)) == (WAITS, True)

    def emptied(method, params, result):
        if method == "eth_getLogs":
            return []
        return {**result, "logsBloom": "0x" + "0" * 512} if method == "eth_getBlockByNumber" else result

    town.one.change = emptied
    world.pay(hidden)
    world.mine(3)
    assert (pair(shown), pair(hidden)) == (PAID, ("pending", "awaiting"))
    world.mine(12)
    world.watch()

    assert (pair(hidden), tickets(hidden), kept()) == (PAID, 1, True)
    assert [record.missed for record in caplog.records if record.message == "a node had kept transfers back"] == [1]


# --- Nodes of another chain, and nodes that know or give less ------------------------------------------------


@pytest.fixture(scope="module")
def elsewhere():
    """Another chain, on which the same token has the same address."""
    with anvil.running(at=THEN, number=1) as node:
        yield node


def at_the_same_time(world, *nodes):
    moment = max(node.now for node in nodes) + timedelta(seconds=2)
    for node in nodes:
        node.mine_until(moment)
    world.watch()


def test_scenario_35_a_node_that_is_on_another_chain_is_asked_for_nothing_else(world, town, elsewhere):
    elsewhere.mine(town.first.height)  # it is longer than ours
    at_the_same_time(world, town.first, elsewhere)
    order = world.order()
    elsewhere.pay(address(order), DUE)
    elsewhere.mine()
    before = everything()
    town.one.said = elsewhere.said
    town.one.change = lambda method, params, result: hex(town.first.id) if method == "eth_chainId" else result
    world.mine()  # it was switched after it had been asked which chain it is on
    assert everything()[1:] == before[1:]

    town.one.heal()
    town.one.requests.clear()
    world.pay(order)
    world.mine(3)
    assert (set(town.one.requests), reached(), pair(order)) == ({"eth_chainId"}, town.first.height, WAITS)

    town.heal()
    world.watch()
    assert (pair(order), Transfer.objects.count(), kept()) == (PAID, 1, True)


def test_scenario_25_one_chain_that_takes_back_what_was_final_stops_no_other(world, town, elsewhere):
    other = Chain.objects.create(
        number=elsewhere.id, name="Elsewhere", position=1, enabled=True, small_depth=3, final_depth=8, query_delay=0
    )
    token = Token.objects.create(chain=other, address=elsewhere.usdt, label="USDT", decimals=6, accepted=True)
    at_the_same_time(world, town.first, elsewhere)

    def watch_other():
        watcher.watch(other, Nodes(elsewhere.id, [RpcNode(elsewhere.url)]), clock=world.clock)

    watch_other()
    here = world.order("Bea")
    made = actions.check_out(wish=factories.wish(here.event, "Carl"), at=world.at, provider="usdt", token_id=token.pk)
    world.mine(12)
    town.first.reorg(11)
    world.watch()
    world.pay(here)
    world.mine(4)
    elsewhere.pay(address(made), DUE)
    elsewhere.mine(3)
    watch_other()

    assert [chain.halted for chain in ChainCursor.objects.order_by("chain__number")] == ["", "blocks that were final fell out of the chain"]
    assert (pair(here), pair(made)) == (WAITS, PAID)
    assert [one.chain.name for one in actions.offered_tokens(world.at)] == ["Elsewhere"] and kept()


RANGES = {
    "results": refusing(-32005, "query returned more than 10000 results"),
    "range": refusing(-32602, "range 8 exceeds limit of 2"),
    "head": refusing(-32602, "BlockOutOfRangeError: block height is 7 but requested was 9"),
    "slow": refusing(-32000, "query timeout exceeded"),
    "other_code": refusing(35, "ranges over 2 blocks are not supported on freetier"),
    "internal": refusing(-32603, "block range is too large"),
    "413": refusing(-32614, "eth_getLogs is limited to a 5 range", status=413),
    "400": refusing(-32600, "You can make eth_getLogs requests with up to a 2 block range", status=400),
}


def test_scenario_36_a_range_that_is_too_wide_is_halved_and_the_next_is_whole_again(world, town, monkeypatch):
    monkeypatch.setattr(watcher, "STRETCH", 8)
    order, asked = world.order(), []

    def blind(method, params, result):
        return [] if method == "eth_getLogs" and "blockHash" in params[0] else result

    def narrow(refusal):
        def fault(method, params, body):
            if method != "eth_getLogs" or "blockHash" in params[0]:
                return 200, body
            asked.append(int(params[0]["toBlock"], 16) - int(params[0]["fromBlock"], 16) + 1)
            return refusal() if asked[-1] > 2 else (200, body)

        return fault

    def widths(fault):
        asked.clear()
        town.one.fault = town.other.fault = fault
        final = ChainCursor.objects.get().final_number
        ChainCursor.objects.update(checked_number=final - 8)
        world.watch()
        return asked[:], ChainCursor.objects.get().checked_number - final

    town.one.change = town.other.change = blind
    world.pay(order)
    world.mine(15)
    assert pair(order) == ("pending", "awaiting")

    assert {name: widths(narrow(refusal)) for name, refusal in RANGES.items()} == dict.fromkeys(RANGES, ([8, 4, 2, 2, 4, 2, 2] * 2, 0))
    assert widths(narrow(lambda: (429, b"slow down"))) == ([8, 8], -8)  # who is asked too much is not asked more
    assert (pair(order), Transfer.objects.count()) == (PAID, 1)
    assert kept()


def test_scenario_28_where_nobody_knows_the_word_for_final_depth_counts(world, town):
    known = KnownChain("anvil", "", 3, None, 8, (KnownToken(town.first.usdt, "USDT", 6),))
    nothing = 200, b'{"jsonrpc": "2.0", "id": 1, "result": null}'
    for unknown in (refusing(-32602, "unknown block tag"), refusing(-32600, "no such tag", status=400), lambda *_: nothing):

        def fault(method, params, body, unknown=unknown):
            return unknown() if params[:1] == ["finalized"] else (200, body)

        town.one.fault = town.other.fault = fault
        world.mine()
        assert ChainCursor.objects.get().final_number == town.first.height - 7
        said = {one.name: one.says for one in check(town.first.id, known, list(town.look()), at=world.at)}
        assert said["finalized"] == "not supported: depth counts alone"

    town.heal()
    world.mine(2)
    assert ChainCursor.objects.get().final_number == town.first.height - 8


ODD = {
    "removed": {"removed": True},
    "of another block": {"blockHash": "0x" + "9" * 64},
    "of another height": {"blockNumber": "0x1"},
    "of another token": {"address": "0x" + "77" * 20},
    "of another kind": {"topics": ["0x" + "11" * 32]},
    "with odd topics": {"topics": [TRANSFER, "0x12", "0x34"]},
    "without data": {"data": None},
    "without a number": {"logIndex": "first"},
    "doubled": {},
    "short of topics": {"topics": [TRANSFER]},
    "short of data": {"data": "0x12"},
}
REJECTED = [name for name in ODD if "short" not in name]  # other tokens may write so; it is passed over, and another node is asked


def test_scenario_37_odd_logs_are_rejected_and_said_and_nothing_falls(world, town, caplog):
    whole, parts = world.order("Bea"), world.order("Pat")
    world.pay(whole)

    def saying(facts):
        def odd(logs):
            return [{**log, **facts} for log in (logs if facts else logs * 2)]

        def change(method, params, result):
            if method == "eth_getTransactionReceipt":
                return {**result, "logs": odd(result["logs"])}
            return odd(result) if method == "eth_getLogs" else result

        return change

    for name, facts in ODD.items():
        caplog.clear()
        town.one.change = saying(facts)
        world.pay(parts, 80 * CENT)
        assert (len(because(caplog)), pair(whole)) == (1, WAITS), name  # what it says of receipts is worth as little

    town.first.pay(address(parts), DUE - 80 * len(ODD) * CENT)
    town.first.mine()
    before = everything()
    for name in REJECTED:
        town.one.change = town.other.change = saying(ODD[name])
        world.watch()
        assert everything() == before, name

    town.heal()
    world.mine(3)
    assert [(pair(order), flags(order)) for order in (whole, parts)] == [(PAID, set())] * 2
    assert Transfer.objects.count() == 1 + len(ODD) + 1 and kept()


def test_scenario_54_dust_is_counted_and_asks_for_no_witness(world, town):
    order = world.order()
    for _ in range(2):
        town.first.send("batch", [address(order)] * 200, [1] * 200)
    world.mine()
    town.first.pay(address(order), DUE)
    world.mine(2)
    town.one.requests.clear()
    world.mine()

    assert (pair(order), tickets(order), flags(order)) == (PAID, 1, set())
    assert (Transfer.objects.count(), town.one.requests.count("eth_getTransactionReceipt")) == (401, 1)
    assert kept()


# --- One node, and clocks -----------------------------------------------------------------------------------


def test_scenario_39_with_one_node_alone_a_large_order_waits_until_it_is_final(world, town):
    Chain.objects.update(small_amount=10, large_depth=3)
    world.chain.refresh_from_db()
    town.only_one = True
    small, large = world.order("Bea"), world.order("Carl", lines={factories.tier().pk: 2})
    town.first.pay(address(large), 1841 * CENT)
    world.pay(small)

    world.mine(2)
    assert (pair(small), pair(large)) == (PAID, WAITS)
    world.mine(5)
    assert pair(large) == WAITS
    world.mine()
    assert (pair(large), tickets(large), kept()) == (PAID, 2, True)


def test_scenario_21_a_clock_that_is_wrong_by_ten_minutes_changes_no_judgement(world, town):
    fast, slow = world.order("Fay"), world.order("Sly")
    right, off = world.clock, timedelta(minutes=10)
    town.first.mine_until(fast.expires_at + timedelta(seconds=119))
    town.first.pay(address(fast), DUE)
    town.first.mine_until(fast.expires_at + timedelta(seconds=120))

    world.clock = lambda: right() + off
    world.watch()
    assert [pair(order) for order in (fast, slow)] == [WAITS, ("pending", "awaiting")]
    before = everything()
    world.clock = lambda: right() - off
    town.first.mine(2)
    world.watch()
    assert everything() == before  # blocks from the future are not read, and nobody pays for it

    world.clock = right
    world.watch()
    assert [(pair(order), flags(order)) for order in (fast, slow)] == [(PAID, set()), (("expired", "awaiting"), set())] and kept()

"""The local chain: what its node says, what its token does, and what a kill leaves of it."""

import json
import shutil
import threading
import time
from importlib.util import find_spec
from pathlib import Path

import pytest
from eth_utils import to_checksum_address

from payments.blocks import arrivals, may_hold_transfers
from payments.chain.client import RefusedByNode, RpcNode
from payments.chain.node import UnknownBlock
from ticketing.local.chain import endpoint, play, server, told
from ticketing.local.chain.ledger import Ledger
from ticketing.local.places import BASE_DIR, Places
from ticketing.local.processes import wait_until

from .local_chain import BEGINS, NOBODY, data, running, serving, signed

CONTRACT = BASE_DIR / "ticketing/local/chain"
USDT, OTHER = play.USDT, play.OTHER
SOMEBODY = "0x" + "22" * 20
ONE = 10**6


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    places = Places(tmp_path_factory.mktemp("chain"))
    with serving(places) as (asking, now):
        yield asking, now, places


@pytest.fixture
def asking(served):
    return served[0]


@pytest.fixture
def node(asking):
    return RpcNode(asking.url, timeouts=(5, 20))


def logs(node, *, block=None):
    header = block or node.head()
    return arrivals(header, node.logs(header.hash, [USDT.address, OTHER.address]), [USDT.address, OTHER.address])


def moved(node):
    return [(one.sender, one.to, one.amount) for one in logs(node)]


def succeeded(asking, *transactions):
    return [asking.ask("eth_getTransactionReceipt", tx)["status"] == "0x1" for tx in transactions]


@pytest.mark.skipif(find_spec("vyper") is None, reason="vyper is not installed: the token was not compiled anew")
def test_token_is_what_its_source_says():
    import vyper

    made = vyper.compile_code((CONTRACT / "usdt.vy").read_text(), output_formats=["abi", "bytecode"])

    assert json.loads((CONTRACT / "usdt.json").read_text()) == made


def test_everybody_begins_with_plenty_of_both_coins(asking, node):
    for coin in play.COINS:
        assert node.decimals(coin.address) == coin.decimals
        had = {asking.read("balanceOf", person.address, coin=coin, at="0x1") for person in play.PEOPLE}
        assert had == {play.EACH_HAS * 10**coin.decimals}
    assert asking.ask("eth_accounts") == [person.address for person in play.PEOPLE]
    assert (node.chain_id(), node.header(0).at.timestamp(), node.header(1).at.timestamp()) == (play.NUMBER, BEGINS, BEGINS + 1)


def test_watcher_client_reads_a_payment(asking, node):
    had, tx = asking.read("balanceOf", NOBODY), asking.send("transfer", NOBODY, 5 * ONE)
    assert (node.receipt(tx), asking.ask("eth_getTransactionByHash", tx)["blockNumber"]) == (None, None)

    asking.mine()

    head = node.head()
    assert moved(node) == [(play.BUYER.address, NOBODY, 5 * ONE)]
    assert may_hold_transfers(head, [USDT.address])
    assert (node.header(head.number), node.header_by_hash(head.hash), node.header(head.number - 1).hash) == (head, head, head.parent)
    receipt = node.receipt(tx)
    assert (receipt.block, receipt.succeeded, receipt.logs) == (head.hash, True, node.logs(head.hash, [USDT.address]))
    assert node.logs_between(head.number, head.number + 9, [USDT.address]) == receipt.logs
    assert node.logs(head.hash, [OTHER.address]) == []
    assert asking.read("balanceOf", NOBODY) == had + 5 * ONE

    asking.mine(2)
    assert not may_hold_transfers(node.head(), [USDT.address])


def test_what_it_does_not_have_is_said_plainly(asking, node):
    for ask in (
        lambda: node.header(10**6),
        lambda: node.header_by_hash("0x" + "b" * 64),
        lambda: node.logs("0x" + "b" * 64, [USDT.address]),
    ):
        with pytest.raises(UnknownBlock):
            ask()
    for first, last in ((10**6, 10**6), (0, 5000)):
        with pytest.raises(RefusedByNode):
            node.logs_between(first, last, [USDT.address])
    assert node.receipt("0x" + "a" * 64) is None
    assert asking.said("eth_mining")["error"]["code"] == -32601


def test_final_trails_and_time_is_never_twice_the_same(asking, node):
    asking.mine(10)

    head = node.head()
    assert (head.number - node.tag_height("safe"), head.number - node.tag_height("finalized")) == (4, 8)
    times = [node.header(number).at for number in range(head.number - 9, head.number + 1)]
    assert times == sorted(set(times))


def test_time_follows_the_clock(served, asking, node):
    served[1][0] = node.head().at.timestamp() + 3600.9

    asking.mine()

    assert node.head().at.timestamp() == int(served[1][0])


def test_many_transactions_share_a_block_and_their_logs_one_count(asking, node):
    sent = [asking.send("transfer", NOBODY, 1), asking.send("transfer", SOMEBODY, 2, by=play.EXCHANGE), asking.send("transfer", NOBODY, 3)]
    sent.append(asking.send("batch", [NOBODY, SOMEBODY, NOBODY], [4, 5, 6], by=play.EXCHANGE))

    asking.mine()

    head = node.head()
    assert [one.amount for one in logs(node)] == [1, 2, 3, 4, 5, 6]
    assert [log.index for log in node.logs(head.hash, [USDT.address])] == [0, 1, 2, 3, 4, 5]
    assert [log.index for log in node.receipt(sent[3]).logs] == [3, 4, 5]
    assert succeeded(asking, *sent) == [True] * 4


def test_filters_are_heard(asking, node):
    to = "0x" + "0" * 24 + SOMEBODY[2:]
    asking.send("transfer", NOBODY, 7)
    asking.send("transfer", SOMEBODY, 8)
    asking.mine()
    head = {"blockHash": node.head().hash}

    assert len(asking.ask("eth_getLogs", head)) == 2
    for topics, found in (([None, None, to], 1), ([[to]], 0), ([None, None, [to, "0x" + "0" * 64]], 1), ([], 2), ([None] * 4, 0)):
        assert len(asking.ask("eth_getLogs", {**head, "topics": topics})) == found
    assert len(asking.ask("eth_getLogs", {**head, "address": to_checksum_address(USDT.address)})) == 2


def test_nothing_is_returned_and_too_much_fails(asking):
    wish = {"from": play.BUYER.address, "to": USDT.address, "data": data("transfer", NOBODY, 1)}
    assert asking.ask("eth_call", wish) == "0x"
    assert int(asking.ask("eth_estimateGas", wish), 16) > 21_000

    tx = asking.send("transfer", NOBODY, 10**30)
    asking.mine()

    assert succeeded(asking, tx) == [False]


def test_fee_goes_to_the_owner_out_of_what_was_sent(asking, node):
    asking.send("setParams", 100, 50_000, by=play.OWNER)
    asking.send("transfer", NOBODY, 2 * ONE)
    asking.send("transfer", NOBODY, 10 * ONE)  # at most 0.05
    asking.send("setParams", 0, 0, by=play.OWNER)
    asking.mine()

    paid = [amount for _sender, _to, amount in moved(node)]
    assert paid == [1_980_000, 20_000, 9_950_000, 50_000]
    assert {to for _sender, to, _amount in moved(node)[1::2]} == {play.OWNER.address}


def test_paused_and_barred_move_nothing(asking, node):
    asking.send("setPaused", True, by=play.OWNER)
    paused = asking.send("transfer", NOBODY, 1)
    asking.send("setPaused", False, by=play.OWNER)
    asking.send("setBlackListed", SOMEBODY, True, by=play.OWNER)
    asking.send("transfer", SOMEBODY, 9)  # whoever is barred can still be paid
    asking.send("destroyBlackFunds", SOMEBODY, by=play.OWNER)
    stranger = [asking.send(*deed, by=play.SCRIPTS) for deed in (("setPaused", True), ("issue", NOBODY, 1), ("setParams", 1, 1))]
    approved = [asking.send("approve", play.SCRIPTS.address, amount) for amount in (5, 6, 0, 6)]
    taken = [asking.send("transferFrom", play.BUYER.address, NOBODY, amount, by=play.SCRIPTS) for amount in (7, 6)]
    asking.mine()

    assert succeeded(asking, paused, *stranger, *approved, *taken) == [False] * 4 + [True, False, True, True] + [False, True]
    assert [amount for _sender, _to, amount in moved(node)] == [9, 6]
    assert asking.read("balanceOf", SOMEBODY) == 0


def test_scripts_sign_for_themselves(asking):
    nonce = int(asking.ask("eth_getTransactionCount", play.SCRIPTS.address, "pending"), 16)
    to, words = to_checksum_address(USDT.address), data("transfer", NOBODY, 1)
    sent = [asking.ask("eth_sendRawTransaction", signed(nonce + more, to=to, data=words)) for more in (0, 1)]
    assert {int(asking.ask("eth_getTransactionCount", play.SCRIPTS.address, at), 16) for at in ("pending", "latest")} == {nonce + 2}

    for wrong in (signed(nonce, to=to, data=words), signed(nonce + 9, to=to), "0x", "0x00", "0x02" + "00" * 30, "0xno", 5):
        assert asking.said("eth_sendRawTransaction", wrong)["error"]["code"] == -32000
    asking.mine()

    assert succeeded(asking, *sent) == [True, True]
    assert int(asking.ask("eth_getBalance", play.SCRIPTS.address), 16) > 10**18
    assert asking.ask("eth_getCode", USDT.address) != asking.ask("eth_getCode", NOBODY) == "0x"
    fees = asking.ask("eth_feeHistory", "0x3", "latest", [50])
    assert (len(fees["baseFeePerGas"]), len(fees["gasUsedRatio"]), len(fees["reward"])) == (4, 3, 3)


def test_only_whoever_knows_the_path_is_answered(asking):
    assert asking.post({"id": 1, "method": "eth_chainId"}, path="x").status_code == 404
    assert asking.post(b"").status_code == 404
    assert asking.post(b"{").json()["error"]["code"] == -32700
    both = asking.post([{"id": 1, "method": "eth_chainId"}, {"id": 2, "method": "eth_syncing", "params": []}, 3]).json()
    assert [one.get("result", "no") for one in both] == ["0x7a69", False, "no"]
    stranger = asking.said("eth_sendTransaction", {"from": NOBODY, "to": USDT.address})
    assert stranger["error"]["message"] == "nobody here has a key for that address"


def test_block_is_in_the_file_before_anybody_hears_of_it(served, asking, node, tmp_path):
    asking.mine()

    shutil.copytree(endpoint.folder(served[2]), tmp_path / "copy")  # as a kill would leave it
    copy = Ledger(tmp_path / "copy" / endpoint.blocks(served[2]).name, at=BEGINS)
    assert told.block(copy.block(copy.head), full=False)["hash"] == node.head().hash


def test_chain_that_idles_wakes_when_something_waits(monkeypatch):
    class Idle:
        is_waited_for = False
        made = threading.Event()

        def mine(self, *, at):
            self.is_waited_for = False
            self.made.set()

    monkeypatch.setattr(server, "BUSY", 0)
    monkeypatch.setattr(server, "AFTER", 0)
    ledger = Idle()
    node = server.Node(ledger, clock=time.time)
    threading.Thread(target=node.make_blocks, daemon=True).start()
    assert not ledger.made.wait(0.1)

    ledger.is_waited_for = True
    node.answer({"method": "eth_syncing"})

    assert ledger.made.wait(60)


@pytest.mark.slow
def test_kill_loses_no_block_and_no_transaction(tmp_path):
    places = Places(tmp_path)
    with running(places) as (asking, process):
        first = asking.send("transfer", NOBODY, 1)
        node = RpcNode(asking.url, timeouts=(5, 20))
        assert wait_until(lambda: node.receipt(first), seconds=60)  # by itself: the clock runs
        before = [node.header(number) for number in range(node.head().number + 1)]
        waiting = asking.send("transfer", NOBODY, 2)
        process.kill()
        process.wait()

    with running(places) as (asking, _process):
        node = RpcNode(asking.url, timeouts=(5, 20))
        assert [node.header(header.number) for header in before] == before
        asking.mine()
        assert node.receipt(waiting).succeeded
        assert asking.read("balanceOf", NOBODY) == 3
    assert Path(places.state / "chain").stat().st_mode & 0o77 == 0

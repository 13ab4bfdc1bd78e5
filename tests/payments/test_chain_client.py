"""One node behind an address: what it says is read strictly, and every fault is a failure, never a wrong answer."""

import json

import pytest

from payments.blocks import TRANSFER
from payments.chain.client import RefusedByNode, RpcNode
from payments.chain.node import NodeFailed, UnknownBlock
from tests.payments.fake_chain import SENDER, USDT, FakeChain, word
from tests.payments.rpc_server import serving

OURS = "0x" + "11" * 20
CALLS = {
    "chain_id": (),
    "head": (),
    "header": (1,),
    "header_by_hash": ("0x" + "b" * 64,),
    "logs": ("0x" + "b" * 64, [USDT]),
    "logs_between": (0, 1, [USDT]),
    "receipt": ("0x" + "a" * 64,),
    "decimals": (USDT,),
}


@pytest.fixture
def chain():
    chain = FakeChain(56)
    chain.pay(OURS, 12_340_000)
    chain.mine(3)
    return chain


@pytest.fixture
def served(chain):
    with serving(chain.node()) as (endpoint, url):
        yield endpoint, RpcNode(url, timeouts=(2, 2))


def test_it_reads_what_the_chain_says(chain, served):
    _, node = served
    paid = chain.blocks[1].header

    assert (node.name, node.chain_id(), node.head(), node.decimals(USDT)) == ("127.0.0.1", 56, chain.head, 6)
    assert node.header(1) == node.header_by_hash(paid.hash) == paid
    (log,) = node.logs(paid.hash, [USDT])
    assert (log.topics, int(log.data, 16), log.index) == ((TRANSFER, word(SENDER), word(OURS)), 12_340_000, 0)
    assert node.logs_between(0, 2, [USDT]) == [log]
    assert node.receipt(log.tx).logs == [log]
    assert (node.receipt("0x" + "0" * 64), node.tag_height("finalized"), node.tag_height("safe")) == (None, 0, 0)


def test_a_block_it_does_not_have_is_unknown(chain, served):
    _, node = served
    gone = chain.head.hash
    chain.reorg(1)

    for call, asked in (("header", 99), ("header_by_hash", gone)):
        with pytest.raises(UnknownBlock):
            getattr(node, call)(asked)
    with pytest.raises(UnknownBlock):
        node.logs(gone, [USDT])


def html(_):
    return 200, b"<html>Too many requests</html>"


def refused(_):
    return 200, json.dumps({"id": 1, "error": {"code": -32005, "message": "query returned more than 10000 results"}}).encode()


FAULTS = {
    "429": lambda body: (429, b"slow down"),
    "500": lambda body: (500, b""),
    "page": html,
    "cut": lambda body: (200, body[: len(body) // 2]),
    "silent": lambda body: (None, b""),
    "no_answer": lambda body: (200, b'{"jsonrpc": "2.0", "id": 1}'),
    "list": lambda body: (200, b"[1, 2]"),
    "refused": refused,
    "odd_error": lambda body: (200, b'{"id": 1, "error": "no"}'),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_is_a_failure_that_is_not_tried_again_in_secret(served, fault):
    endpoint, node = served
    endpoint.fault = FAULTS[fault]

    for call, asked in CALLS.items():
        endpoint.requests.clear()
        with pytest.raises(NodeFailed) as caught:
            getattr(node, call)(*asked)
        assert len(endpoint.requests) == 1, call
        assert "secret-key" not in str(caught.value) and caught.value.__cause__ is None

    endpoint.fault = None
    assert node.chain_id() == 56


@pytest.mark.parametrize("nonsense", [[], {}, 7, "0xzz", "12", {"number": "0x1"}, [7], [{"blockHash": "0x1"}], True, "0x" + "f" * 70])
def test_nonsense_is_a_failure(chain, served, nonsense):
    endpoint, node = served
    endpoint.change = lambda _result: nonsense
    answers = []

    for call, asked in {**CALLS, "header_by_hash": (chain.head.hash,), "logs": (chain.head.hash, [USDT])}.items():
        try:
            answers.append((call, getattr(node, call)(*asked)))
        except NodeFailed:
            continue
    # An empty list of logs, and a number of any size, are answers; what they mean is for others to judge.
    assert [call for call, _answer in answers] == {
        "[]": ["logs", "logs_between"],
        repr("0x" + "f" * 70): ["chain_id"],
    }.get(repr(nonsense), [])


def test_another_block_than_was_asked_for_is_a_failure(chain, served):
    endpoint, node = served
    endpoint.change = lambda result: {**result, "number": "0x63", "hash": "0x" + "c" * 64}

    for call, asked in (("header", 1), ("header_by_hash", chain.head.hash)):
        with pytest.raises(NodeFailed, match="another block"):
            getattr(node, call)(asked)


def test_a_word_that_a_node_does_not_know_is_no_height(served):
    endpoint, node = served
    endpoint.fault = refused

    assert node.tag_height("finalized") is None
    with pytest.raises(RefusedByNode):
        node.logs_between(0, 10**6, [USDT])


def test_an_address_that_nobody_answers_at_is_a_failure():
    with pytest.raises(NodeFailed, match=r"^127\.0\.0\.1 does not answer: ConnectionError$"):
        RpcNode("http://127.0.0.1:1/secret-key").chain_id()

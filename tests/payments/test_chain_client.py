"""One node behind an address: what it says is read strictly, and every fault is a failure, never a wrong answer."""

import pytest

from payments.blocks import TRANSFER
from payments.chain.client import RefusedByNode, RpcNode
from payments.chain.node import NodeFailed, UnknownBlock
from tests.payments.fake_chain import SENDER, USDT, FakeChain, word
from tests.payments.rpc_server import FAULTS, refusing, serving, speaking_for

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
    with serving(speaking_for(chain.node())) as endpoint:
        yield endpoint, RpcNode(endpoint.url, timeouts=(20, 20))


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

    endpoint.heal()
    assert node.chain_id() == 56


@pytest.mark.parametrize("nonsense", [[], {}, 7, "0xzz", "12", {"number": "0x1"}, [7], [{"blockHash": "0x1"}], True, "0x" + "f" * 70])
def test_nonsense_is_a_failure(chain, served, nonsense):
    endpoint, node = served
    endpoint.change = lambda *_: nonsense
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
    endpoint.change = lambda _method, _params, result: {**result, "number": "0x63", "hash": "0x" + "c" * 64}

    for call, asked in (("header", 1), ("header_by_hash", chain.head.hash)):
        with pytest.raises(NodeFailed, match="another block"):
            getattr(node, call)(asked)


@pytest.mark.parametrize("status", [200, 400, 413])
def test_what_a_node_refuses_is_no_height_and_no_failure(chain, served, status):
    endpoint, node = served
    endpoint.fault = refusing(-32614, "eth_getLogs is limited to a 5 range", status=status)

    assert node.tag_height("finalized") is None
    with pytest.raises(RefusedByNode, match="limited to a 5 range"):
        node.logs_between(0, 10**6, [USDT])
    endpoint.fault = refusing(-32000, "header not found", status=status)
    with pytest.raises(UnknownBlock):
        node.logs(chain.head.hash, [USDT])


@pytest.mark.parametrize("status", [401, 429, 500])
def test_who_answers_nothing_for_now_is_not_asked_for_less(served, status):
    endpoint, node = served
    endpoint.fault = refusing(-32005, "daily limit reached", status=status)

    with pytest.raises(NodeFailed) as caught:
        node.logs_between(0, 10**6, [USDT])
    assert (caught.type, caught.value.__cause__) == (NodeFailed, None)


@pytest.mark.parametrize(("seconds", "rests"), [(2, False), (3, True)])
def test_who_keeps_us_waiting_for_nothing_is_left_alone_for_half_a_minute(served, seconds, rests):
    endpoint, _ = served
    now = [7.0]
    node = RpcNode(endpoint.url, clock=lambda: now[0])

    def late(*_):
        now[0] += seconds
        return 502, b""

    endpoint.fault = late
    with pytest.raises(NodeFailed, match="does not answer: HTTPError"):
        node.chain_id()
    endpoint.heal()
    now[0] += 29
    if rests:
        with pytest.raises(NodeFailed, match="left alone for a while"):
            node.chain_id()
        now[0] += 1

    assert (node.chain_id(), len(endpoint.requests)) == (56, 2)


def test_an_address_that_nobody_answers_at_is_a_failure():
    with pytest.raises(NodeFailed, match=r"^127\.0\.0\.1 does not answer: ConnectionError$"):
        RpcNode("http://127.0.0.1:1/secret-key").chain_id()

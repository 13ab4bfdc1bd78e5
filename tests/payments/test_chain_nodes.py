"""Several nodes asked as one: failover, lag, lies, and whether two agree."""

from dataclasses import replace
from datetime import timedelta

import pytest

from payments.blocks import Header, Log, Untrue, arrivals, may_hold_transfers
from payments.chain.node import RefusedByNode, UnknownBlock
from payments.chain.nodes import Nodes, NoNode
from tests.payments.fake_chain import OTHER_STABLE, SENDER, USDT, Block, FakeChain, Sent, Tx

OURS = "0x" + "11" * 20


@pytest.fixture
def chain():
    chain = FakeChain()
    chain.pay(OURS, 5)
    chain.mine(3)
    return chain


class Clock:
    seconds = 1000.0

    def __call__(self):
        return self.seconds


def nodes(chain, *members, clock=None):
    return Nodes(chain.id, members, clock=clock or Clock())


def paid(chain):
    return chain.blocks[1].header


def test_the_lowest_head_of_those_that_keep_up_counts(chain):
    chain.mine(100)
    one, near, far = chain.node("one"), chain.node("near", lag=3), chain.node("far", lag=60)

    view = nodes(chain, one, near, far).view(at=chain.now)

    assert ([node.name for node in view.nodes], view.height) == (["one", "near"], chain.head.number - 3)


def test_a_node_on_another_chain_or_ahead_of_time_is_never_read(chain):
    strange, early = chain.node("strange", wrong_id=1), chain.node("early")
    early.head = lambda: replace(chain.head, at=chain.now + timedelta(seconds=61))

    view = nodes(chain, strange, early, chain.node("good")).view(at=chain.now)

    assert [node.name for node in view.nodes] == ["good"]
    assert strange.asked == ["chain_id"]
    with pytest.raises(NoNode):
        nodes(chain, strange).view(at=chain.now)


def test_who_failed_is_asked_last_for_half_a_minute(chain):
    bad, good, clock = chain.node("bad", down={"header"}), chain.node("good"), Clock()
    both = nodes(chain, bad, good, clock=clock)

    def order():
        return [node.name for node in both.view(at=chain.now).nodes]

    assert order() == ["bad", "good"]
    assert both.ask(both.view(at=chain.now), lambda node: node.header(1)) == paid(chain)
    assert order() == ["good", "bad"]
    clock.seconds += 29
    assert order() == ["good", "bad"]
    clock.seconds += 1
    assert order() == ["bad", "good"]


def test_who_fails_at_one_block_is_not_asked_first_for_the_next(chain):
    bad, good = chain.node("bad", down={"header", "logs"}), chain.node("good")
    both = nodes(chain, bad, good)

    view = both.view(at=chain.now)
    for number in (1, 2, 3):
        header = both.ask(view, lambda node, number=number: node.header(number))
        both.transfers(view, header, [USDT])

    assert (bad.asked, good.asked[2:]) == (["chain_id", "head", "header"], ["header", "logs"] * 3)


def test_nobody_left_is_said_so_and_an_unknown_block_is_no_failure(chain):
    down = nodes(chain, chain.node(down={"header"}), chain.node(down={"header"}))
    with pytest.raises(NoNode):
        down.ask(down.view(at=chain.now), lambda node: node.header(1))

    fine = nodes(chain, chain.node("one"), chain.node("two"))
    view = fine.view(at=chain.now)
    with pytest.raises(UnknownBlock):
        fine.ask(view, lambda node: node.header(99))
    with pytest.raises(UnknownBlock):
        fine.transfers(view, replace(chain.head, hash="0x" + "0" * 64, bloom=b""), [USDT])
    assert [node.name for node in fine.view(at=chain.now).nodes] == ["one", "two"]


def test_transfers_left_out_by_one_are_asked_of_another(chain):
    liar, honest = chain.node("liar", hides=lambda log: True), chain.node("honest")
    both = nodes(chain, liar, honest)

    (found,) = both.transfers(both.view(at=chain.now), paid(chain), [USDT])

    assert (found.to, found.amount, found.at, found.sender) == (OURS, 5, paid(chain).at, SENDER)
    assert [node.name for node in both.view(at=chain.now).nodes] == ["honest", "liar"]
    # A block whose filter has no room for a transfer needs no second opinion.
    honest.asked.clear()
    liar.asked.clear()
    assert both.transfers(both.view(at=chain.now), chain.head, [USDT]) == []
    assert (honest.asked + liar.asked).count("logs") == 1


def test_only_a_liar_can_be_asked_and_shows_nothing(chain):
    alone = nodes(chain, chain.node(hides=lambda log: True), chain.node(down={"logs"}))

    assert alone.transfers(alone.view(at=chain.now), paid(chain), [USDT]) == []
    dead = nodes(chain, chain.node(down={"logs"}))
    with pytest.raises(NoNode):
        dead.transfers(dead.view(at=chain.now), paid(chain), [USDT])


def log_in(header, **facts):
    (log,) = Block(header, [Tx("0x" + "a" * 64, [Sent(USDT, OURS, 5)])]).logs
    return replace(log, **facts)


@pytest.mark.parametrize(
    "facts", [{"removed": True}, {"block": "0x" + "9" * 64}, {"number": 7}, {"token": OTHER_STABLE}, {"topics": ()}, {"topics": ("0x00",)}]
)
def test_an_answer_with_a_foreign_log_is_refused_whole(chain, facts):
    header = paid(chain)
    liar, honest = chain.node("liar", adds=lambda header: [log_in(header, index=9, **facts)]), chain.node("honest")
    both = nodes(chain, liar, honest)

    assert [found.index for found in both.transfers(both.view(at=chain.now), header, [USDT])] == [0]
    with pytest.raises(Untrue):
        arrivals(header, [log_in(header, **facts)], [USDT])


def test_a_doubled_log_is_refused_and_an_odd_one_passed_over(chain):
    header = paid(chain)
    log: Log = log_in(header)

    with pytest.raises(Untrue, match="one number"):
        arrivals(header, [log, log], [USDT])
    odd = [
        replace(log, index=1, topics=log.topics[:2]),
        replace(log, index=2, data="0x"),
        replace(log, index=3, topics=(*log.topics, "0x")),
    ]
    assert [found.index for found in arrivals(header, [log, *odd], [USDT])] == [0]


def test_the_filter_of_a_block_leaves_room_for_what_is_in_it(chain):
    assert may_hold_transfers(paid(chain), [OTHER_STABLE, USDT])
    assert not may_hold_transfers(paid(chain), [OTHER_STABLE])
    assert not may_hold_transfers(chain.head, [USDT])
    assert may_hold_transfers(Header(1, "0x", "0x", chain.now), [USDT])


def test_two_agree_one_denies_or_there_is_no_second(chain):
    honest, other = chain.node("honest"), chain.node("other")
    both = nodes(chain, honest, other)
    view = both.view(at=chain.now)
    (found,) = both.transfers(view, paid(chain), [USDT])

    assert view.agree(found) is True
    assert view.agree(replace(found, amount=6)) is False
    assert view.agree(replace(found, to=SENDER)) is False
    assert view.agree(replace(found, tx="0x" + "0" * 64)) is False
    assert view.agree(replace(found, block="0x" + "0" * 64)) is False
    other.down = {"receipt"}
    assert view.agree(found) is None
    other.down, other.hides = False, lambda log: True
    assert view.agree(found) is False
    other.hides, other.adds = lambda log: False, lambda header: [log_in(header, removed=True, tx=found.tx)]
    assert view.agree(found) is False
    other.adds = lambda header: []
    assert view.agree(found) is True
    other.receipt = lambda tx: replace(honest.receipt(tx), succeeded=False)
    assert view.agree(found) is False


def test_a_forged_transfer_has_one_witness(chain):
    liar = chain.node("liar", adds=lambda header: [log_in(header, index=9, tx="0x" + "f" * 64)])
    both = nodes(chain, liar, chain.node("honest"))
    view = both.view(at=chain.now)

    forged = both.transfers(view, paid(chain), [USDT])[-1]

    assert (forged.index, view.agree(forged)) == (9, False)


def test_the_environment_names_the_nodes(settings):
    from payments.chain.connect import nodes_of

    settings.RPC_URLS = {424242: ["http://127.0.0.1:1/key", "http://localhost:1/key"]}

    assert (len(nodes_of(424242)), nodes_of(424242) is nodes_of(424242), len(nodes_of(424243))) == (2, True, 0)


def between(chain, *members):
    members = nodes(chain, *members)
    return members.transfers_between(members.view(at=chain.now), [block.header for block in chain.blocks], [USDT])


def test_a_stretch_is_what_any_node_shows_of_it():
    chain = FakeChain()
    for amount in (1, 2):
        chain.pay(OURS, amount)
        chain.mine()
    half = chain.node("half", hides=lambda log: int(log.data, 16) == 1)
    other = chain.node("other", hides=lambda log: int(log.data, 16) == 2)

    assert sorted(one.amount for one in between(chain, half, other)) == [1, 2]
    with pytest.raises(NoNode):  # one that shows a log of another block has no say
        between(chain, half, chain.node("liar", adds=lambda header: [replace(chain.blocks[1].logs[0], number=99)]))


def test_a_stretch_needs_a_second_node_unless_there_is_none(chain):
    assert [one.amount for one in between(chain, chain.node())] == [5]
    with pytest.raises(NoNode):
        between(chain, chain.node(), chain.node("mute", down={"logs_between"}))


def test_what_is_too_much_for_a_node_is_read_in_parts(chain, monkeypatch):
    small, whole = chain.node(), chain.node().logs_between
    asked = []

    def few(first, last, tokens):
        asked.append((first, last))
        if last - first > 1:
            raise RefusedByNode("more than two blocks")
        return whole(first, last, tokens)

    monkeypatch.setattr(small, "logs_between", few)

    assert [one.amount for one in between(chain, small)] == [5]
    assert asked == [(0, 3), (0, 1), (2, 3)]

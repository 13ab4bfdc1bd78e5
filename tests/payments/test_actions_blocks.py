"""Blocks are written down one upon the other, and taken back one by one."""

from dataclasses import replace

import pytest

from payments import actions
from payments.actions import blocks
from payments.blocks import Arrival
from payments.models import Chain, ChainBlock, ChainCursor, Payment, Token, Transfer
from tests.payments import keys
from tests.payments.fake_chain import SENDER, USDT, FakeChain
from tests.payments.world import address, make
from ticketing.models import HistoryEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def chain():
    row = Chain.objects.create(number=31337, name="Test chain", enabled=True, small_depth=2, final_depth=4)
    Token.objects.create(chain=row, address=USDT, label="USDT", decimals=6, accepted=True)
    return row


@pytest.fixture
def headers():
    fake = FakeChain()
    fake.mine(6)
    return [block.header for block in fake.blocks]


def stands():
    cursor = ChainCursor.objects.get()
    return cursor.number, list(ChainBlock.objects.order_by("number").values_list("number", flat=True))


def apply(chain, header, found=()):
    return actions.apply_block(chain_id=chain.pk, header=header, found=found)


def test_a_chain_is_begun_once(chain, headers):
    assert [actions.begin_chain(chain_id=chain.pk, header=header) for header in (headers[2], headers[4])] == [True, False]
    assert stands() == (2, [2])


def test_a_block_is_applied_upon_its_parent_and_nowhere_else(chain, headers):
    actions.begin_chain(chain_id=chain.pk, header=headers[2])

    outcomes = [apply(chain, header) for header in (headers[4], headers[3], headers[3], replace(headers[4], parent="0x" + "9" * 64))]

    assert (outcomes, stands()) == ([False, True, False, False], (3, [2, 3]))


def test_only_the_newest_block_is_taken_back_and_never_the_oldest(chain, headers, caplog):
    actions.begin_chain(chain_id=chain.pk, header=headers[2])
    apply(chain, headers[3])

    def back(header):
        return actions.roll_back(chain_id=chain.pk, block=header.hash, at=header.at)

    assert [back(header) for header in (headers[2], headers[5], headers[3], headers[3])] == [False, False, True, False]
    assert (stands(), ChainCursor.objects.get().halted) == ((2, [2]), "")

    # The oldest that we have: nobody can say what came before, so a person must look.
    assert [back(headers[2]), back(headers[2])] == [False, False]
    assert stands() == (2, [2])
    assert ChainCursor.objects.get().halted == "blocks that were final fell out of the chain"
    assert HistoryEntry.objects.filter(subject_id=chain.pk, action="halted").count() == 1
    assert sum(record.levelname == "CRITICAL" for record in caplog.records) == 1


def test_what_is_final_stays_final_and_old_blocks_are_forgotten(chain, headers, monkeypatch):
    monkeypatch.setattr(blocks, "KEPT", 2)
    actions.begin_chain(chain_id=chain.pk, header=headers[0])
    for header in headers[1:]:
        apply(chain, header)

    for final in (3, 1, 99, 99):
        actions.see_head(chain_id=chain.pk, final_number=final, at=headers[6].at if final == 3 else None)
        actions.look_again(chain_id=chain.pk, through=final, found=[])
        if final == 1:
            assert ChainCursor.objects.get().final_number == 3
            assert stands() == (6, [3, 4, 5, 6])

    cursor = ChainCursor.objects.get()
    assert (cursor.final_number, cursor.checked_number, cursor.reached_at) == (6, 6, headers[6].at)
    assert stands() == (6, [4, 5, 6])


def test_blocks_that_nobody_looked_at_again_are_kept(chain, headers, monkeypatch):
    monkeypatch.setattr(blocks, "KEPT", 0)
    actions.begin_chain(chain_id=chain.pk, header=headers[0])
    for header in headers[1:]:
        apply(chain, header)
    actions.see_head(chain_id=chain.pk, final_number=6, at=None)
    actions.look_again(chain_id=chain.pk, through=2, found=[])

    actions.see_head(chain_id=chain.pk, final_number=6, at=None)

    assert stands() == (6, [2, 3, 4, 5, 6])


def test_what_was_missed_is_noted_once_and_only_of_blocks_that_stand(settings):
    settings.WALLET_XPUBS = [keys.xpub()]
    world = make()
    order = world.order()
    world.mine()
    missed = Arrival(world.fake.head.number, world.fake.head.hash, 0, "0x" + "a" * 64, USDT, SENDER, address(order), 7, world.at)
    elsewhere = replace(missed, block="0x" + "e" * 64, index=1)
    ChainCursor.objects.update(final_number=world.fake.head.number, checked_number=-1)

    counts = [actions.look_again(chain_id=world.chain.pk, through=99, found=[missed, elsewhere]) for _ in range(2)]

    assert (counts, ChainCursor.objects.get().checked_number) == ([1, 0], world.fake.head.number)
    assert list(Transfer.objects.values_list("block_hash", "amount", "canonical")) == [(missed.block, 7, True)]
    assert Payment.objects.get().touched_height == missed.number
    assert actions.roll_back(chain_id=world.chain.pk, block=missed.block, at=world.at)
    assert ChainCursor.objects.get().checked_number == missed.number - 1


def test_a_block_that_comes_back_brings_its_transfers_back(settings):
    settings.WALLET_XPUBS = [keys.xpub()]
    world = make()
    order = world.order()
    world.fake.pay(address(order), 7)
    header = world.fake.mine()
    tx = world.fake.blocks[-1].txs[0].hash
    found = [Arrival(header.number, header.hash, 0, tx, USDT, SENDER, address(order), 7, header.at)]

    for _ in range(2):
        assert apply(world.chain, header, found)
        assert Transfer.objects.filter(canonical=True).count() == 1
        assert Payment.objects.get().touched_height == header.number
        Payment.objects.update(touched_height=None)
        assert actions.roll_back(chain_id=world.chain.pk, block=header.hash, at=header.at)
        assert Transfer.objects.filter(canonical=False).count() == 1
        assert Payment.objects.get().touched_height == header.number
        Payment.objects.update(touched_height=None)

    assert Transfer.objects.count() == 1


def test_money_for_an_address_that_nobody_has_is_noted_too(settings):
    settings.WALLET_XPUBS = [keys.xpub()]
    world = make()
    free = receiving_address(5)

    world.fake.pay(free, 7)
    world.mine()

    assert list(Transfer.objects.values_list("address__address", "amount")) == [(free, 7)]


def receiving_address(index):
    from payments.wallet import Wallet

    return Wallet(keys.xpub()).address(index)

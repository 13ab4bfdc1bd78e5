"""The story of an order's money reads from top to bottom."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from payments.models import Transfer
from payments.wallet import checksummed
from tests import factories
from tests.payments import keys
from tests.payments.fake_chain import OTHER_STABLE
from tests.payments.world import CENT, DUE, address, make

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(settings):
    settings.WALLET_XPUBS = [keys.xpub()]
    return make()


def told(words):
    out = StringIO()
    call_command("payment_explain", words, stdout=out)
    return out.getvalue().splitlines()


def test_the_story_is_found_by_reference_transaction_and_address(world):
    order = world.order()
    world.pay(order, 400 * CENT)
    world.pay(order, 7, token=OTHER_STABLE)
    world.fake.reorg(2)
    world.watch()
    world.pay(order, DUE)
    tx = Transfer.objects.get(amount=DUE).tx_hash

    lines = told(order.reference)

    assert told(tx) == told(address(order)) == told(address(order).upper().replace("0X", "0x")) == lines
    assert lines[0] == f"{order.reference}: order confirming, payment confirming"
    inside = " ".join(lines)
    for words in (
        f"asked for 9.21 USDT on Test chain at IDR 16300.00000000, to {checksummed(address(order))}",
        "9.11 is enough",
        "4.00 USDT came on Test chain in block 3, it fell out of the chain again",
        "0.000007 Other came on Test chain in block 4, it fell out of the chain again; this token is not taken",
        "payment: A part of the money was seen (row T2)",
        "payment: Nothing to be seen of the money (row T5)",
        "9.21 USDT came on Test chain in block 6, 1 confirmation",
        "Now: 9.21 of 9.21 USDT seen on Test chain. It waits until enough blocks lie on top.",
    ):
        assert words in inside, words
    moments = [line.strip()[:25] for line in lines[1:-1]]
    assert moments == sorted(moments)


def test_it_says_what_is_waited_for(world):
    order = world.order()
    assert "It waits for the rest until" in told(order.reference)[-1]
    world.pass_deadline(order)
    assert told(order.reference)[-1].endswith("The order is expired; nothing is waited for.")
    world.pay(order, 5)
    assert told(order.reference)[-1].endswith("A person must decide.")
    manual = factories.order(factories.Event.objects.get(), "Carl")
    assert "no chain knows of it" in told(manual.reference)[-1]


def test_money_that_is_nobody_s_and_words_that_mean_nothing(world):
    from payments.wallet import Wallet

    free = Wallet(keys.xpub()).address(6)
    world.fake.pay(free, 3)
    world.mine()
    out = StringIO()

    call_command("payment_explain", free, "--json", stdout=out)

    found = json.loads(out.getvalue())
    assert found["payments"] == [] and "0.000003 USDT came on Test chain" in found["strays"][0]
    with pytest.raises(CommandError, match="Nothing of ours"):
        told("BK-0000000000")

"""Every promise about money is seen to be broken when it is."""

import pytest
from django.db import connection

from orders.models import Order
from payments import invariants
from payments.models import ChainBlock, ChainCursor, Payment, Quote, Transfer
from tests.factories import THEN
from tests.payments import keys
from tests.payments.world import make, pair

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(settings):
    settings.WALLET_XPUBS = [keys.xpub()]
    world = make()
    order = world.order()
    world.pay(order)
    world.mine(2)
    assert pair(order) == ("paid", "settled")
    assert said() == []
    return order


def said():
    return list(invariants.breaches())


def sql(words, *values):
    with connection.cursor() as cursor:
        cursor.execute(words, values)


def test_money_that_left_the_chain_is_missed(order):
    Transfer.objects.update(canonical=False)

    assert said() == [f"payment {order.payment.pk}: settled by a chain, which holds less than is enough"]
    Payment.objects.update(touched_height=1)  # it is being looked at
    assert said() == []


def test_a_missing_quote_a_foreign_state_and_a_lost_address_are_seen(order):
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    sql("ALTER TABLE payments_quote DISABLE TRIGGER append_only")
    Quote.objects.all()._raw_delete("default")
    sql("ALTER TABLE payments_quote ENABLE TRIGGER append_only")
    Payment.objects.update(state="review")
    sql("UPDATE payments_paymentaddress SET is_used = true, used_at = now() WHERE index = 7")

    assert [words.partition(": ")[2] for words in said()] == [
        "in USDT, and nothing was ever quoted",
        "its state is not the last one in its history",
        "shown to somebody, and of no payment; or of a payment, and taken for unused",
    ]


def test_a_chain_that_is_torn_is_seen(order):
    tip = ChainCursor.objects.get().number
    ChainBlock.objects.filter(number=tip - 2).update(hash="0x" + "9" * 64)

    torn = [words.partition(":")[0].partition(" ")[0] + words.partition(":")[2] for words in said()]
    assert torn == [
        "block it does not follow the one before",
        "transfer it counts, and its block is not in the chain",
    ]
    ChainCursor.objects.update(number=tip - 1, final_number=0)
    assert f"chain {ChainCursor.objects.get().chain_id}: its newest block is not where its cursor stands" in said()


def test_places_that_are_held_too_long_by_the_clock_of_the_chain_are_seen(settings):
    settings.WALLET_XPUBS = [keys.xpub()]
    make().order()
    Order.objects.update(expires_at=THEN)
    assert not [words for words in said() if "three minutes" in words]

    ChainCursor.objects.update(at=THEN.replace(hour=23))

    assert [words.partition(": ")[2] for words in said() if "three minutes" in words] == [
        "its places are held, and every chain it could be paid on was read to three minutes after its time"
    ]

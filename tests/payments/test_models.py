"""The rules of money that the database itself holds, whoever writes to it."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from payments.models import Chain, ChainBlock, ChainCursor, Payment, PaymentAddress, Quote, Rate, RateQuote, Token, Transfer
from tests import factories
from tests.factories import THEN

pytestmark = pytest.mark.django_db
OURS = (Chain, Token, PaymentAddress, Rate, RateQuote, Quote, Transfer, ChainBlock, ChainCursor, Payment)
HASH, ADDRESS = "0x" + "1" * 64, "0x" + "1" * 40


@dataclass
class World:
    chain: Chain
    token: Token
    address: PaymentAddress
    rate: Rate
    payment: Payment


@pytest.fixture
def world():
    """One row of each, that breaks no rule."""
    chain = Chain.objects.create(number=56, name="BSC", small_depth=15, large_depth=50, final_depth=50)
    token = Token.objects.create(chain=chain, address="0x" + "55" * 20, label="USDT", decimals=18, accepted=True)
    address = PaymentAddress.objects.create(
        address=ADDRESS, wallet="0a1b2c3d", account=0, index=7, private_key="hd:v1:0a1b2c3d:m/44'/60'/0'/0/7"
    )
    rate = Rate.objects.create(currency="IDR", per_usdt=Decimal(16_300), source="median", fetched_at=THEN)
    RateQuote.objects.create(rate=rate, source="one", per_usdt=Decimal(16_300), quoted_at=THEN)
    payment = factories.order(factories.published()).payment
    Quote.objects.create(payment=payment, chain=chain, token=token, rate=rate, due=10, least=9, quoted_at=THEN, deadline=THEN + HOUR)
    transfer(chain, token, address)
    ChainBlock.objects.create(chain=chain, number=1, hash=HASH, parent="0x" + "0" * 64, at=THEN)
    ChainCursor.objects.create(chain=chain, number=1, hash=HASH, at=THEN, final_number=0)
    return World(chain, token, address, rate, payment)


HOUR = timedelta(hours=1)


def transfer(chain, token, address, **facts):
    facts = {"tx_hash": HASH, "block_number": 1, "block_hash": HASH, "log_index": 0, "amount": 5, "block_at": THEN, **facts}
    return Transfer.objects.create(chain=chain, token=token, address=address, sender="0x" + "2" * 40, **facts)


def refused_by(call):
    try:
        with transaction.atomic():
            call()
    except DatabaseError as error:
        return error.__cause__.diag.constraint_name or str(error.__cause__.diag.message_primary)
    return None


def test_every_rule_is_in_the_database_and_has_a_sentence():
    rules = [rule for model in OURS for rule in model._meta.constraints]
    with connection.cursor() as cursor:
        cursor.execute("SELECT conname FROM pg_constraint UNION SELECT indexname FROM pg_indexes")
        names = {name for (name,) in cursor.fetchall()}

    assert {rule.name for rule in rules} <= names
    assert all(str(rule.violation_error_message).endswith(".") and "%(name)s" not in str(rule.violation_error_message) for rule in rules)


BREACHES = [
    (Chain, {"number": 0}, "chain_number_positive"),
    (Chain, {"name": ""}, "chain_has_name"),
    (Chain, {"small_depth": 0}, "chain_depths_make_sense"),
    (Chain, {"final_depth": 14, "large_depth": None}, "chain_depths_make_sense"),
    (Chain, {"large_depth": 14}, "chain_large_depth_between"),
    (Chain, {"large_depth": 51}, "chain_large_depth_between"),
    (Chain, {"small_amount": -1}, "chain_small_amount_not_negative"),
    (Chain, {"explorer": "javascript:alert(1)"}, "chain_explorer_is_https"),
    (Token, {"address": "0x" + "AA" * 20}, "token_address_shape"),
    (Token, {"decimals": 1}, "token_decimals_within_reason"),
    (Token, {"label": ""}, "token_has_label"),
    (PaymentAddress, {"is_used": True}, "used_address_says_when"),
    (PaymentAddress, {"used_at": THEN}, "used_address_says_when"),
    (ChainBlock, {"hash": "0x1"}, "block_shape"),
    (ChainCursor, {"final_number": 2}, "cursor_shape"),
    (Payment, {"provider": "usdt"}, "usdt_payment_has_address"),
]


@pytest.mark.parametrize(("model", "facts", "rule"), BREACHES)
def test_no_change_breaks_a_rule(world, model, facts, rule):
    assert refused_by(lambda: model.objects.update(**facts)) == rule


@pytest.mark.parametrize(
    ("model", "facts", "rule"),
    [
        (PaymentAddress, {"address": "0x1"}, "address_shape"),
        (PaymentAddress, {"wallet": "Z"}, "address_says_where_it_is_from"),
        (PaymentAddress, {"private_key": "0x" + "4" * 64}, "address_holds_no_key"),
        (PaymentAddress, {"private_key": "sealed:v1:k1:" + "4" * 64}, "address_holds_no_key"),
        (PaymentAddress, {"private_key": ""}, "address_holds_no_key"),
        (PaymentAddress, {"index": 7}, "one_address_per_number"),
        (PaymentAddress, {"address": ADDRESS}, "payments_paymentaddress_address_key"),
        (Rate, {"currency": "EUR"}, "rate_of_known_currency"),
        (Rate, {"per_usdt": 0}, "rate_is_positive"),
        (Rate, {"per_usdt": None}, "accepted_rate_has_value"),
        (Rate, {"source": "guess"}, "rate_source_known"),
        (RateQuote, {"per_usdt": None}, "counted_answer_has_value"),
        (Quote, {"least": 0}, "quote_asks_for_something"),
        (Quote, {"least": 11}, "quote_asks_for_something"),
        (Quote, {"deadline": THEN}, "quote_ends_after_start"),
        (Transfer, {"amount": 0}, "transfer_amount_positive"),
        (Transfer, {"log_index": -1}, "transfer_has_its_place"),
        (Transfer, {"sender": "me"}, "transfer_hashes_shape"),
        (Transfer, {}, "one_transfer_per_log"),
        (Transfer, {"block_hash": "0x" + "2" * 64}, "transaction_stands_in_one_block"),
        (Token, {}, "one_token_per_address"),
        (ChainBlock, {}, "one_block_per_number"),
    ],
)
def test_no_new_row_breaks_a_rule(world, model, facts, rule):
    row = model.objects.get()
    new = {field.attname: getattr(row, field.attname) for field in model._meta.concrete_fields if field.name not in ("id",)}
    if model is PaymentAddress:
        new.update(address="0x" + "3" * 40, index=8)

    assert refused_by(lambda: model.objects.create(**{**new, **facts})) == rule


def test_the_same_transaction_stands_once_but_may_have_fallen_out(world):
    Transfer.objects.update(canonical=False)

    transfer(world.chain, world.token, world.address, block_hash="0x" + "2" * 64, log_index=1)
    transfer(world.chain, world.token, world.address, block_hash="0x" + "2" * 64, log_index=2)

    assert refused_by(lambda: Transfer.objects.filter(log_index=0).update(canonical=True)) == "transaction_stands_in_one_block"
    assert list(Transfer.objects.standing().values_list("log_index", flat=True)) == [1, 2]


def test_k_22_amounts_of_eighteen_decimals_are_kept_to_the_last(world):
    whole = 123_456_789_012 * 10**18 + 1

    made = transfer(world.chain, world.token, world.address, log_index=3, amount=whole)

    assert Transfer.objects.get(pk=made.pk).amount == whole


def test_a_22_a_used_address_is_never_unused_and_its_facts_never_change(world):
    rows = PaymentAddress.objects.all()
    for facts in (
        {"address": "0x" + "9" * 40},
        {"index": 8},
        {"account": 1},
        {"private_key": "hd:v1:00000000:m/1"},
        {"wallet": "00000000"},
    ):
        assert refused_by(lambda facts=facts: rows.update(**facts)) == "facts_never_change"
    assert refused_by(lambda: rows._raw_delete("default")) == "facts_never_change"
    assert rows.update(is_used=True, used_at=THEN) == 1
    assert refused_by(lambda: rows.update(is_used=False, used_at=None)) == "used_address_stays_used"
    assert refused_by(lambda: rows.update(used_at=THEN + HOUR)) == "used_address_stays_used"


def test_a_payment_keeps_its_address_for_life(world):
    other = PaymentAddress.objects.create(
        address="0x" + "3" * 40, wallet="0a1b2c3d", account=0, index=8, private_key="hd:v1:0a1b2c3d:m/44'/60'/0'/0/8"
    )
    rows = Payment.objects.all()
    assert rows.update(provider="usdt", address=world.address) == 1

    assert refused_by(lambda: rows.update(address=other)) == "payment_keeps_its_address"
    assert refused_by(lambda: rows.update(address=None, provider="manual")) == "payment_keeps_its_address"
    assert rows.update(is_over=True) == 1


def test_what_was_seen_said_and_quoted_stays_as_it_is(world):
    assert refused_by(lambda: Transfer.objects.update(amount=6)) == "facts_never_change"
    assert refused_by(lambda: Transfer.objects.all().delete()) == "facts_never_change"
    assert Transfer.objects.update(canonical=False) == 1
    for model in (Rate, RateQuote, Quote):
        assert "append-only" in refused_by(lambda model=model: model.objects.update(created_at=THEN))
        assert "append-only" in refused_by(lambda model=model: model.objects.all()._raw_delete("default"))


def test_a_24_a_25_a_transfer_is_pending_then_confirmed_or_failed(world):
    found = Transfer.objects.get()

    assert [(found.confirmations(tip), found.status(tip - 2)) for tip in (1, 2, 3)] == [(1, "pending"), (2, "pending"), (3, "confirmed")]
    found.accepted = False
    assert found.status(9) == "failed"
    found.accepted, found.canonical = True, False
    assert (found.confirmations(9), found.status(9)) == (0, "failed")


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("payments_payment", "UNIQUE INDEX % (address_id)"),
        ("payments_payment", "(touched_height) WHERE (touched_height IS NOT NULL)"),
        ("payments_paymentaddress", "UNIQUE INDEX % (address)"),
        ("payments_paymentaddress", "(wallet, index) WHERE (NOT is_used)"),
        ("payments_rate", "(currency, fetched_at DESC)"),
        ("payments_quote", "(payment_id, quoted_at DESC)"),
        ("blockchain_transactions", "(to_address)"),
        ("blockchain_transactions", "(tx_hash)"),
        ("blockchain_transactions", "UNIQUE INDEX % (chain_id, block_hash, log_index)"),
    ],
)
def test_a_17_a_23_a_25_indexes_are_there(table, words):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_indexes WHERE tablename = %s AND indexdef LIKE %s", [table, f"%{words}%"])
        assert cursor.fetchone() == (1,)


def test_chains_and_tokens_are_audited(world):
    from ticketing.models import AuditLog

    Chain.objects.update(small_depth=16)

    assert list(
        AuditLog.objects.filter(table__in=["payments_chain", "payments_token"]).values_list("table", "action").order_by("at", "id")
    ) == [
        ("payments_chain", "CREATE"),
        ("payments_token", "CREATE"),
        ("payments_chain", "UPDATE"),
    ]


def test_rows_speak(world):
    quote, moved = Quote.objects.get(), Transfer.objects.get()
    said = [str(row) for row in (world.chain, world.token, world.address, world.rate, RateQuote.objects.get(), quote, moved)]

    assert said == ["BSC", "USDT", ADDRESS, "IDR 16300", "one 16300.00000000", "10", HASH]
    assert [str(ChainBlock.objects.get()), str(ChainCursor.objects.get())] == ["1", "1"]
    assert list(Chain.objects.watched()) == []
    assert list(PaymentAddress.objects.free("0a1b2c3d")) == [world.address]
    assert list(Rate.objects.accepted("IDR")) == [world.rate]

"""Addresses are made from the public key, taken once, and shown only after they were computed anew."""

import json
import threading
import time
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from eth_account import Account

from payments import actions, receiving, tasks
from payments.actions import addresses
from payments.models import PaymentAddress
from tests.factories import THEN
from tests.payments import keys
from ticketing.querysets import RowQuerySet

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def wallet(settings):
    settings.WALLET_XPUBS = [keys.xpub()]


def tamper():
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE payments_paymentaddress DISABLE TRIGGER frozen")
        cursor.execute("UPDATE payments_paymentaddress SET address = %s WHERE index = 0", ["0x" + "e" * 40])
        cursor.execute("ALTER TABLE payments_paymentaddress ENABLE TRIGGER frozen")


def test_a_21_addresses_are_the_wallet_s_own_in_their_order():
    assert (actions.derive_addresses(count=3), actions.derive_addresses(count=2)) == (3, 2)

    rows = PaymentAddress.objects.order_by("index")
    assert [receiving.shown(row) for row in rows] == [Account.from_key(keys.private_key(index)).address for index in range(5)]
    assert [(row.account, row.is_used, row.private_key.partition(":m")[2]) for row in rows][4] == (0, False, "/44'/60'/0'/0/4")


def test_two_who_make_the_same_addresses_make_them_once(monkeypatch):
    """As when the sweep and the command look at the same last number."""
    real = addresses._address

    def meanwhile(wallet, index):
        monkeypatch.setattr(addresses, "_address", real)
        actions.derive_addresses(count=2)
        return real(wallet, index)

    monkeypatch.setattr(addresses, "_address", meanwhile)

    actions.derive_addresses(count=3)

    assert list(PaymentAddress.objects.order_by("index").values_list("index", flat=True)) == [0, 1, 2]


def test_the_pool_is_filled_and_a_site_without_a_wallet_needs_none(settings, monkeypatch):
    monkeypatch.setattr("payments.actions.addresses.POOL", 4)
    tasks.fill_pool()
    actions.take_address(at=THEN)

    assert (actions.fill_pool(), actions.fill_pool(), PaymentAddress.objects.count()) == (1, 0, 5)

    settings.WALLET_XPUBS = []
    assert actions.fill_pool() == 0
    for refused in (lambda: actions.take_address(at=THEN), lambda: actions.derive_addresses(count=1)):
        with pytest.raises(actions.NoAddress):
            refused()


def test_an_address_is_taken_once_and_an_empty_pool_is_a_refusal(monkeypatch, caplog):
    actions.derive_addresses(count=2)

    taken = [actions.take_address(at=THEN) for _ in range(2)]

    assert [(address.index, address.is_used, address.used_at) for address in taken] == [(0, True, THEN), (1, True, THEN)]
    with pytest.raises(actions.NoAddress, match="cannot be taken at the moment") as refused:
        actions.take_address(at=THEN)
    assert refused.value.status == 503
    assert "no address is left" in caplog.text

    actions.derive_addresses(count=1)
    caplog.clear()
    monkeypatch.setattr(RowQuerySet, "locked", lambda rows, *, skip=False: rows.none())  # others are taking it
    with pytest.raises(actions.NoAddress):
        actions.take_address(at=THEN)
    assert "no address is left" not in caplog.text


def test_the_lowest_number_is_taken_first():
    """Wallets stop looking for money after some twenty numbers without any."""
    wallet = receiving.wallet()
    for index in (2, 0, 1):
        PaymentAddress.objects.create(
            address=wallet.address(index), wallet=wallet.fingerprint, account=0, index=index, private_key=wallet.way(index)
        )
        time.sleep(0.002)  # ids are in order of time, to the millisecond

    assert [actions.take_address(at=THEN).index for _ in range(3)] == [0, 1, 2]


def test_a_rotated_wallet_gives_new_addresses_and_still_knows_the_old(settings):
    actions.derive_addresses(count=1)
    old = actions.take_address(at=THEN)
    settings.WALLET_XPUBS = [keys.xpub(1), keys.xpub(0)]
    actions.derive_addresses(count=1)

    new = actions.take_address(at=THEN)

    assert (new.account, receiving.shown(new)) == (1, Account.from_key(keys.private_key(0, 1)).address)
    assert receiving.shown(old) == Account.from_key(keys.private_key(0)).address
    settings.WALLET_XPUBS = [keys.xpub(1)]
    with pytest.raises(receiving.NotOurs):
        receiving.shown(old)


def test_an_address_that_somebody_changed_is_neither_taken_nor_shown(caplog):
    actions.derive_addresses(count=2)
    tamper()

    with pytest.raises(receiving.NotOurs):
        receiving.shown(PaymentAddress.objects.get(index=0))
    with pytest.raises(actions.NoAddress):
        actions.take_address(at=THEN)
    assert [record.levelname for record in caplog.records if "not our wallet's" in record.message] == ["CRITICAL"]
    assert not PaymentAddress.objects.filter(is_used=True).exists()


def test_nothing_that_is_kept_opens_an_address(settings):
    """Search what web and workers hold for the keys of the wallet that they know."""
    actions.derive_addresses(count=5)
    with connection.cursor() as cursor:
        cursor.execute("SELECT json_agg(a)::text FROM payments_paymentaddress a")
        dump = cursor.fetchone()[0] + str(settings.WALLET_XPUBS) + str({name: getattr(settings, name) for name in dir(settings)})

    secrets = [keys.private_key(index).hex() for index in range(5)] + [keys.node(*path)[0].hex() for path in PATHS]
    assert not [secret for secret in secrets if secret in dump]
    assert keys.WORDS not in dump and "xprv" not in dump


PATHS = [(), (44 + keys.HARDENED,), (44 + keys.HARDENED, 60 + keys.HARDENED), (44 + keys.HARDENED, 60 + keys.HARDENED, keys.HARDENED)]


def test_derive_addresses_says_what_is_ready():
    out = StringIO()
    call_command("derive_addresses", "3", stdout=out)
    call_command("derive_addresses", "3", "--dry-run", "--json", stdout=out)

    assert out.getvalue().splitlines() == ["3 addresses made, 3 ready.", '{"made": 0, "ready": 3}']


def test_verify_xpub_shows_what_the_wallet_shows_and_finds_what_is_not_its_own(settings):
    actions.derive_addresses(count=2)
    out = StringIO()
    call_command("verify_xpub", stdout=out)
    assert "m/44'/60'/0'/0/0  0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266" in out.getvalue()
    assert out.getvalue().endswith("2 addresses known.\n")

    tamper()
    out = StringIO()
    with pytest.raises(CommandError, match="1 of 2 addresses are not this wallet's"):
        call_command("verify_xpub", "--json", stdout=out)
    assert json.loads(out.getvalue())["foreign"] == ["0x" + "e" * 40]

    for keys_, says in (([], "takes no USDT"), (["xpubnonsense"], "WALLET_XPUB: ")):
        settings.WALLET_XPUBS = keys_
        with pytest.raises(CommandError, match=says):
            call_command("verify_xpub")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("locks", [True, False])
def test_many_at_once_take_many_addresses(together, monkeypatch, locks):
    """Nobody waits for who takes one too. The control: without the lock, two are shown one address."""
    actions.derive_addresses(count=12)
    if not locks:
        monkeypatch.setattr(RowQuerySet, "locked", lambda rows, *, skip=False: rows.order_by("pk"))
    real, all_have_one = receiving.shown, threading.Barrier(11 if locks else 12, timeout=9)

    def shown_together(address):
        all_have_one.wait()
        real(address)

    def take(_):
        with transaction.atomic():
            return actions.take_address(at=THEN).index

    with transaction.atomic():
        held = [actions.take_address(at=THEN).index] if locks else []
        monkeypatch.setattr(receiving, "shown", shown_together)
        taken = held + together(take, times=12 - len(held))

    assert (sorted(taken) == list(range(12))) is locks

"""Who hears that a chain is switched, and who sees how well chains are seen."""

from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core import mail as outbox
from django.core.management import call_command

from accounts import roles
from payments import actions, health, tasks
from payments.actions.quoting import offered_tokens
from payments.known import KNOWN
from payments.models import Chain, ChainCursor
from tests import factories
from tests.events.test_pages import text
from tests.factories import THEN
from tests.payments import keys, states
from tests.payments.world import make, pair
from ticketing import mail

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def wallet(settings):
    settings.WALLET_XPUBS = [keys.xpub()]


def test_superadmins_are_told_when_a_chain_is_switched():
    boss = factories.staff("Boss", roles.SUPERADMIN)
    factories.staff("Sari", roles.ADMIN)

    for at in (THEN, THEN + timedelta(seconds=5)):
        actions.enable_chain(number=56, known=KNOWN[56], at=at)
    actions.disable_chain(number=56, at=THEN + timedelta(seconds=9))
    mail.deliver_due()

    told = [(letter.to, letter.subject) for letter in outbox.outbox if "oney is taken" in letter.subject]
    assert sorted(told) == [
        ([boss.email], "Money is taken on BNB Smart Chain from now on"),
        ([boss.email], "No money is taken on BNB Smart Chain any more"),
    ]
    assert "/admin/payments/chain/" in outbox.outbox[-1].body


def test_a_chain_that_is_off_sells_nothing_and_is_read_until_nothing_waits_for_it():
    world, read = make(), {}

    def off():
        actions.disable_chain(number=world.chain.number, at=world.at)

    for made in (states.waiting, states.short, states.seen, states.doubted, states.paid, states.cancelled, states.expired):
        Chain.objects.update(enabled=True)
        order = made(world)
        off()
        read[made.__name__] = [one.number for one in health.chains(world.at)] == [world.chain.number]
        assert offered_tokens(world.at) == []
        if pair(order)[0] not in ("cancelled", "expired"):
            actions.annul(order_id=order.pk, reason="Next", by=None, at=world.at)
        assert not Chain.objects.watched().exists(), made.__name__

    assert read == {
        **dict.fromkeys(("waiting", "short", "seen", "doubted"), True),
        **dict.fromkeys(("paid", "cancelled", "expired"), False),
    }


def test_the_orders_of_a_chain_that_is_off_expire_and_then_it_is_left_alone(client, monkeypatch):
    world = make()
    order = world.order()
    out = StringIO()
    monkeypatch.setattr(tasks, "nodes_of", lambda number: world.nodes)
    monkeypatch.setattr("django.utils.timezone.now", world.clock)
    factories.sign_in(client, factories.staff(role=roles.SUPERADMIN))

    call_command("check_chains", str(world.chain.number), "--disable", stdout=out)
    assert "Read until its orders have ended" in out.getvalue()
    assert "Test chain 31337 switched off block 2" in text(client.get("/admin/payments/chain/"))
    world.fake.mine_until(order.expires_at + timedelta(seconds=121))
    for _ in range(2):
        tasks.watch_chain(world.chain.number)

    assert pair(order) == ("expired", "awaiting")
    assert not Chain.objects.watched().exists()
    assert "Test chain 31337 switched off –" in text(client.get("/admin/payments/chain/"))


def test_staff_read_in_the_admin_how_well_chains_are_seen_and_change_nothing(client):
    world = make()
    Chain.objects.create(number=137, name="Polygon", small_depth=1, final_depth=1)
    one = f"/admin/payments/chain/{world.chain.pk}/change/"

    with time_machine.travel(world.at, tick=False) as clock:
        factories.sign_in(client, factories.staff(role=roles.SUPERADMIN))
        seen = text(client.get("/admin/payments/chain/"))
        assert "0x5555555555555555555555555555555555555555" in text(client.get(one))
        assert client.post(one, {"name": "Mine"}).status_code == 403
        bahasa = text(client.get("/admin/payments/chain/", headers={"accept-language": "id"}))
        ChainCursor.objects.update(halted="blocks that were final fell out of the chain")
        halted = text(client.get("/admin/payments/chain/", headers={"accept-language": "id"}))
        ChainCursor.objects.update(halted="")
        clock.shift(timedelta(minutes=6))
        lost = text(client.get("/admin/payments/chain/"))
        factories.sign_in(client, factories.staff("Moe", roles.MODERATOR))
        assert client.get("/admin/payments/chain/").status_code == 403

    assert "Test chain 31337 seen block 2, nothing final yet, read to its end 0 s ago" in seen
    assert "blok 2, belum ada yang final, terbaca sampai ujung 0 detik lalu" in bahasa
    assert "terhenti di blok 2: blok yang sudah final keluar dari rantai" in halted
    assert "Polygon 137 switched off –" in seen
    assert "Test chain 31337 not seen, not sold" in lost

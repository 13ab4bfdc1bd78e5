"""What operators ask about chains: whether they are what we take them for, how far they were read, how well they are."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from payments import doctor, health, metrics, tasks
from payments.chain.nodes import Nodes
from payments.known import KNOWN
from payments.models import Chain, ChainCursor, Payment, Rate, Token
from payments.models.chain import ADDRESS
from tests.payments import keys
from tests.payments.fake_chain import FakeChain
from tests.payments.world import address, make, pair
from ticketing.celery import app
from ticketing.models import HistoryEntry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def wallet(settings):
    settings.WALLET_XPUBS = [keys.xpub()]


def serve(monkeypatch, nodes):
    for module in ("payments.tasks", "payments.management.commands.scan_chain", "payments.management.commands.check_chains"):
        monkeypatch.setattr(f"{module}.nodes_of", lambda number: nodes)


def run(*words):
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def test_what_we_know_is_of_the_shape_that_the_tables_take():
    import re

    for number, known in KNOWN.items():
        chain = Chain(
            number=number, **{name: getattr(known, name) for name in ("name", "explorer", "small_depth", "large_depth", "final_depth")}
        )
        chain.full_clean()
        assert all(re.fullmatch(ADDRESS, token.address) for token in known.tokens)
        assert sum(token.accepted for token in known.tokens) == 1


def test_a_chain_that_is_what_we_take_it_for_is_switched_on_once(monkeypatch, settings):
    fake = FakeChain(137)
    fake.mine(12)
    serve(monkeypatch, Nodes(137, [fake.node("one"), fake.node("two")]))

    said = run("check_chains", "137", "--enable")
    run("check_chains", "137", "--enable", "--json")

    assert "137 Polygon" in said and "FAIL" not in said and "6 decimals at 0xc2132d" in said
    assert (Chain.objects.get().enabled, Token.objects.get().decimals) == (True, 6)
    assert HistoryEntry.objects.filter(subject_id=Chain.objects.get().pk).count() == 1
    ChainCursor.objects.create(chain=Chain.objects.get(), number=1, hash="0x" + "1" * 64, at=fake.now, final_number=1, halted="why")
    run("check_chains", "137")
    assert ChainCursor.objects.get().halted == "why"
    assert "Settles again: 137" in run("check_chains", "137", "--resume")
    assert "137 was not halted" in run("check_chains", "137", "--resume")
    assert ChainCursor.objects.get().halted == ""
    assert run("check_chains", "137", "--disable") == "Switched off: 137\n"
    assert run("check_chains", "137", "--disable") == "Switched off: none\n"
    assert list(Chain.objects.watched()) == []


@pytest.mark.parametrize(
    ("number", "faults", "says"),
    [
        (137, {"wrong_id": 1}, "chain              1"),
        (137, {"down": {"head"}}, "is down"),
        (56, {}, "6 decimals at 0x55d3"),
        (4242, {}, "known are 1, 56"),
    ],
)
def test_a_chain_that_is_something_else_is_not(monkeypatch, number, faults, says):
    fake = FakeChain(number)
    fake.mine(12)
    serve(monkeypatch, Nodes(number, [fake.node("one"), fake.node("two", **faults)]))
    out = StringIO()

    with pytest.raises(CommandError, match=f"Not as it should be: {number}"):
        call_command("check_chains", str(number), "--enable", stdout=out)

    assert says in out.getvalue() and not Chain.objects.exists()


def test_one_node_is_enough_to_check_and_none_is_not(monkeypatch, settings):
    serve(monkeypatch, Nodes(137, []))
    with pytest.raises(CommandError):
        run("check_chains", "137")
    settings.RPC_URLS = {}
    with pytest.raises(CommandError, match="RPC_URLS is empty"):
        run("check_chains")


def test_scanning_by_hand_and_by_sweep_do_the_same(monkeypatch):
    world = make(small_depth=2)
    serve(monkeypatch, world.nodes)
    monkeypatch.setattr("django.utils.timezone.now", lambda: world.fake.now)
    order = world.order()
    world.fake.pay(address(order), 921 * 10**4)
    world.fake.mine(2)
    at = ChainCursor.objects.get().number

    assert json.loads(run("scan_chain", "--json", "--dry-run")) == {
        "chains": [{"chain": world.fake.id, "name": "Test chain", "read": 0, "at": at}]
    }
    assert run("scan_chain", str(world.fake.id)) == f"{world.fake.id} Test chain: 2 blocks read, now at {at + 2}\n"
    assert pair(order) == ("paid", "settled")

    world.fake.mine()
    tasks.watch_chain(number=world.fake.id)
    assert ChainCursor.objects.get().number == at + 3
    Chain.objects.update(enabled=False)
    world.fake.mine()
    tasks.watch_chain(number=world.fake.id)
    assert ChainCursor.objects.get().number == at + 3
    with pytest.raises(CommandError, match="No such chain"):
        run("scan_chain", "1")


@pytest.mark.django_db(transaction=True)
def test_the_sweep_nudges_each_chain_by_itself(monkeypatch):
    sent = []
    monkeypatch.setattr(tasks.watch_chain, "apply_async", lambda **facts: sent.append(facts["kwargs"]))
    for number, enabled in ((56, True), (137, True), (1, False)):
        Chain.objects.create(number=number, name="Chain", enabled=enabled, small_depth=1, final_depth=1)

    tasks.watch_chains()

    assert sent == [{"number": 56}, {"number": 137}]


def test_a_chain_without_a_token_is_read_without_asking_for_transfers():
    world = make()
    Token.objects.all().delete()
    world.fake.pay("0x" + "1" * 40, 5)
    world.members[0].asked.clear()

    world.mine()

    assert (ChainCursor.objects.get().number, "logs" in world.members[0].asked) == (3, False)


WATCHING = [tasks.watch_chains, tasks.watch_chain]


def test_the_watch_has_a_queue_of_its_own_that_workers_read():
    from ticketing.local import supervisor
    from ticketing.local.places import here

    own, others = ({app.amqp.router.route({}, task.name)["queue"].name for task in of} for of in (WATCHING, [tasks.fill_pool]))
    assert (own, others) == ({"chain"}, {"celery"})
    _web, worker, _beat = supervisor._parts(here(), 8000, web_workers=1, web_threads=1, worker_concurrency=1)
    assert worker.command[worker.command.index("--queues") + 1] == "celery,chain"


def test_status_says_how_well_each_chain_is_seen(monkeypatch):
    assert "No chain is switched on" in run("chain_status")
    world = make()
    monkeypatch.setattr("django.utils.timezone.now", lambda: world.fake.now)

    assert run("chain_status").startswith(f"ok   {world.fake.id} Test chain: block 2, nothing final yet, read to its end 0 s ago")
    assert json.loads(run("chain_status", "--json"))["chains"][0]["is_well"] is True

    world.fake.mine(seconds=301)
    with pytest.raises(CommandError, match="No payments are taken on Test chain"):
        run("chain_status")
    ChainCursor.objects.update(halted="blocks that were final fell out of the chain", reached_at=world.fake.now)
    assert health.chains(world.fake.now)[0].says == "halted at block 2: blocks that were final fell out of the chain"
    ChainCursor.objects.all().delete()
    assert "never read" in health.chains(world.fake.now)[0].says


def test_the_doctor_looks_at_wallet_pool_rate_and_chains(settings, monkeypatch):
    world = make()
    monkeypatch.setattr("django.utils.timezone.now", lambda: world.fake.now)

    found = {one.name: (one.state, one.says) for one in doctor.checks()}
    assert found["wallet"][0] == "pass" and found["wallet"][1].endswith("first address 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266")
    assert (found["addresses"], found["rate"], found["chain Test chain"][0]) == (
        ("warn", "8 ready"),
        ("fail", "none was ever accepted"),
        "pass",
    )
    world.rate()
    assert {one.name: one.state for one in doctor.checks()}["rate"] == "pass"
    assert Rate.objects.count() == 1
    for given, words in (([], ("pass", "none: this site takes no USDT")), (["xpubx"], ("fail", "It has a typo: its checksum is wrong."))):
        settings.WALLET_XPUBS = given
        (only,) = doctor.checks()
        assert (only.state, only.says) == words


def test_figures_say_the_same(monkeypatch):
    world = make()
    world.pay(world.order())
    monkeypatch.setattr("django.utils.timezone.now", lambda: world.fake.now + timedelta(seconds=7))

    found = {figure.name: figure.value for figure in metrics.figures()}

    assert found == {"chain_block": 3, "chain_final_block": -1, "chain_unseen_seconds": 7, "chain_well": 1, "payments_confirming": 1}
    assert Payment.objects.get().touched_height is None

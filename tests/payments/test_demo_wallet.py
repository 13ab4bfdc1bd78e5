"""The demo's wallet, its chain, and the watcher between them: what a newcomer tries, all the way to the tickets."""

from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from orders.models import Order
from payments import actions, demo, purse
from payments.known import KNOWN, known
from payments.models import Chain, ChainCursor, PaymentAddress, Rate, Token, Transfer
from payments.pages.purse import payee
from tests.events.test_pages import text
from tests.factories import THEN
from tests.local.local_chain import serving
from tests.payments import keys, world
from tests.payments.town import open_town, town_settings
from tests.promises import kept
from ticketing.history import HistoryEntry
from ticketing.local.chain import play
from ticketing.local.places import LocalProblem, Places
from ticketing.local.wallet import xpub_of

pytestmark = pytest.mark.django_db
WALLET = "/demo/wallet/"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    places = Places(tmp_path_factory.mktemp("chain"))
    with serving(places) as (asking, now):
        yield asking, now, places


@pytest.fixture
def demo_settings(settings):
    return town_settings(settings)


@pytest.fixture
def town(served, settings):
    with open_town(*served, settings, at=THEN) as town, time_machine.travel(town.at):
        yield town


def sent(client, order, way="exact", amount="9.21", **more):
    return client.post(WALLET, {"to": world.address(order), "amount": amount, "way": way, **more})


def test_newcomer_pays_and_has_the_ticket(client, town):
    order = town.order()
    shown = client.get(WALLET, {"to": world.address(order), "amount": "9.21"})
    assert "Still to pay 9.21 USDT" in text(shown)
    assert 'value="9.21"' in shown.content.decode()
    assert order.reference in text(client.get(WALLET))

    answer = sent(client, order)

    assert (answer.status_code, answer["Location"]) == (303, f"/orders/{order.secret}/")
    town.mine()
    town.watch()
    assert world.pair(order) == ("confirming", "confirming")
    town.mine(3)
    town.watch()
    assert world.tickets(order) == 0
    town.mine()
    town.watch()
    assert world.pair(order) == ("paid", "settled")
    assert (world.tickets(order), world.rows(order)) == (1, ["T3", "T4"])
    assert "Still to pay 0.00 USDT" in text(client.get(WALLET, {"to": world.address(order)}))
    assert kept()


def test_each_way_of_paying_ends_as_it_should(client, town):
    paid = {way: town.order(way) for way in purse.WAYS}
    for way, order in paid.items():
        assert sent(client, order, way).status_code == 303
    town.mine(5)
    town.watch()

    assert {way: (*world.pair(order), world.flags(order), world.tickets(order)) for way, order in paid.items()} == {
        "exact": ("paid", "settled", set(), 1),
        "exchange": ("paid", "settled", set(), 1),
        "short": ("pending", "partial", set(), 0),
        "over": ("paid", "settled", {"is_over"}, 1),
        "twice": ("paid", "settled", {"is_over"}, 1),
        "fee": ("paid", "settled", {"is_under"}, 1),
        "late": ("paid", "settled", {"is_late"}, 1),
        "other": ("pending", "awaiting", set(), 0),
    }
    assert world.rows(paid["late"]) == ["T6", "T9b", "T4"]

    short = paid["short"]
    shown = client.get(WALLET, {"to": f"https://tickets.example/orders/{short.secret}/"})
    assert "Has come 4.60 USDT Still to pay 4.61 USDT" in text(shown)
    sent(client, short, amount="4,61")
    town.mine(5)
    town.watch()
    assert (world.pair(short), world.tickets(short)) == (("paid", "settled"), 1)
    assert kept()


def test_coin_with_eighteen_decimals_pays_as_well(client, town):
    Token.objects.update(accepted=Q(decimals=18))
    order = town.order()
    assert "Still to pay 9.21 USDT" in text(client.get(WALLET, {"to": world.address(order)}))

    sent(client, order, "other")
    town.mine(5)
    town.watch()

    assert (*world.pair(order), world.flags(order), world.tickets(order)) == ("paid", "settled", set(), 1)
    assert Transfer.objects.get().amount == 921 * 10**16


def test_whom_to_pay_is_found_in_whatever_is_pasted(town):
    order = town.order()
    address = world.address(order)

    uri = f"ethereum:{play.USDT.address}@31337/transfer?address={address}&uint256=9210000"
    for pasted in (
        address,
        f" {address.upper().replace('X', 'x')} ",
        uri,
        f"/orders/{order.secret}/",
        f"http://x.example/orders/{order.secret}",
    ):
        assert payee(pasted).lower() == address
    for nonsense in ("", "0x12", f"{address}00", "/orders/none/", "\0", "orders", "x" * 500):
        assert payee(nonsense) == ""


def test_what_cannot_be_paid_is_said(client, town):
    order = town.order()
    for wrong, says in (
        ({"to": "nobody"}, "There is no address in this."),
        ({"amount": "much"}, "Enter a number."),
        ({"amount": "-1"}, "greater than or equal to"),
        ({"amount": "0.0000001"}, "decimal places"),
        ({"amount": "NaN"}, "Enter a number."),
        ({"way": "steal"}, "Select a valid choice."),
    ):
        answer = sent(client, order, **wrong)
        assert (answer.status_code, says in text(answer)) == (200, True), wrong
    town.mine()
    town.watch()
    assert world.pair(order) == ("pending", "awaiting")

    stranger = client.post(WALLET, {"to": "0x" + "cd" * 20, "amount": "1", "way": "late"})
    assert (stranger.status_code, stranger["Location"]) == (303, WALLET)


def test_chain_that_does_not_answer_is_said(client, town, settings):
    order = town.order()
    for urls in ({}, {play.NUMBER: ["http://127.0.0.1:9/x"]}, {play.NUMBER: [f"{town.chain_node.url}x"]}):
        settings.RPC_URLS = urls

        answer = sent(client, order)

        assert (answer.status_code, "The demo's chain does not answer yet." in text(answer)) == (503, True)
        assert client.get(WALLET).status_code == 200


def test_nobody_has_this_wallet_outside_of_a_demo(client, town, settings):
    order = town.order()
    assert client.put(WALLET).status_code == 405
    settings.DEMO = False
    client.raise_request_exception = False

    assert {answer.status_code for answer in (client.get(WALLET), sent(client, order, "late"))} == {404}
    actions.run_out(order_id=order.pk, at=town.at)

    order.refresh_from_db()
    assert order.expires_at > town.at


def test_time_runs_out_for_orders_that_nobody_paid_alone(client, town):
    order, partly, left = town.order(), town.order("Part"), town.order("Leo")
    sent(client, partly, "short")
    actions.cancel(order_id=left.pk, at=town.at)
    town.mine()
    town.watch()

    with CaptureQueriesContext(connection) as asked:
        for one in (order, order, partly, left):
            actions.run_out(order_id=one.pk, at=town.at)

    over = {one.buyer_name: one.expires_at < town.at for one in Order.objects.all()}
    assert over == {"Bea": True, "Part": False, "Leo": False}
    locked = [query["sql"] for query in asked if "FOR NO KEY UPDATE" in query["sql"]]
    assert [sql.partition('"')[2].partition('"')[0] for sql in locked[:2]] == ["payments_payment", "orders_order"]
    assert HistoryEntry.objects.filter(action="shortened").values_list("subject_id", "actor").get() == (order.pk, "visitor")


def test_everything_is_ready_before_the_first_visitor_and_stays_as_it_is(town):
    assert Token.objects.filter(accepted=True).values_list("address", "decimals").get() == (play.USDT.address, 6)
    assert Rate.objects.accepted("IDR").first().per_usdt == 16_300
    Chain.objects.update(small_depth=2)

    demo.begin(at=town.at)

    assert (Chain.objects.get().small_depth, Token.objects.count(), PaymentAddress.objects.count()) == (2, 2, actions.addresses.POOL)


def test_lost_chain_stops_the_start_in_one_line(town, settings, tmp_path):
    settings.PLACES = Places(tmp_path)
    assert ChainCursor.objects.exists()

    with pytest.raises(LocalProblem, match="is gone, and the database remembers it"):
        demo.begin(at=town.at)


def test_site_that_is_no_demo_knows_no_chain_of_its_own(settings):
    settings.LOCAL_CHAIN = False

    demo.begin(at=THEN)

    assert not Chain.objects.exists()
    assert play.NUMBER not in KNOWN
    assert (play.NUMBER in known(with_local=False), play.NUMBER in known(with_local=True)) == (False, True)


def test_pages_say_that_the_rate_is_made_up(client, demo_settings):
    said = "Test rate: IDR 16,300"
    assert said in text(client.get("/"))
    demo_settings.DEMO = False
    assert said in text(client.get("/"))
    demo_settings.RATE_PROVIDER = "sources"
    assert said not in text(client.get("/"))


def test_wallet_of_the_demo_is_as_wallets_make_theirs():
    ours, theirs = xpub_of(keys.SEED), keys.xpub()

    from payments.wallet import Wallet

    assert [Wallet(ours).address(index) for index in range(3)] == [Wallet(theirs).address(index) for index in range(3)]
    assert Wallet(ours).fingerprint == Wallet(theirs).fingerprint
    assert Decimal(purse.MOST) == 5

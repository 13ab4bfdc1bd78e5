"""Paying in USDT, as the buyer sees it: every state in words, amounts and codes to the last unit, and what may be done."""

import json
import re
from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest
import time_machine
import zxingcpp
from django.core import mail as outbox
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image
from pypdf import PdfReader

from accounts.models import Promoter
from orders.models import Order
from payments import links
from payments.models import Chain, ChainCursor, Payment, Quote, Token, Transfer
from tests import factories
from tests.events.test_pages import text
from tests.factories import THEN
from tests.payments import keys
from tests.payments.fake_chain import USDT, Sent
from tests.payments.states import STATES
from tests.payments.world import CENT, DUE, address, make, pair
from tests.promises import kept
from ticketing import mail
from ticketing.models import EmailMessage, HistoryEntry

pytestmark = pytest.mark.django_db

ADDRESS = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"  # the first of the wallet of the tests
BSC_USDT = "0x55d398326f99059fF775485246999027B3197955"
OUTLINE = re.compile(r'viewBox="0 0 (\d+) \d+".*?<path d="([^"]+)"', re.DOTALL)


@pytest.fixture(autouse=True)
def wallet(settings):
    settings.WALLET_XPUBS = [keys.xpub()]


@pytest.fixture(autouse=True)
def clock():
    cache.clear()
    with time_machine.travel(THEN, tick=False) as moved:
        yield moved


@pytest.fixture
def world():
    return make(explorer="https://explorer.example")


@pytest.fixture
def reach(world, clock):
    """Bring an order to a state, and the clock to the chain's."""

    def bring(name):
        order = Order.objects.get(pk=STATES[name](world).pk)
        clock.move_to(world.at)
        cache.clear()
        return order

    return bring


def page(client, order, rest="", **options):
    return client.get(f"/orders/{order.secret}/{rest}", **options)


def told(client, order):
    return json.loads(page(client, order, "status/", headers={"Accept": "application/json", "Accept-Language": "id"}).content)["payment"]


def codes(answer):
    """Return what the drawn codes say, read as a camera reads them."""
    found = []
    for side, path in OUTLINE.findall(answer.content.decode()):
        picture = Image.new("1", (int(side) * 4, int(side) * 4), 1)
        for left, top, count in re.findall(r"M(\d+) (\d+)h(\d+)v1", path):
            picture.paste(0, tuple(int(place) * 4 for place in (left, top, int(left) + int(count), int(top) + 1)))
        found += [code.text for code in zxingcpp.read_barcodes(picture.convert("L"), formats=zxingcpp.BarcodeFormat.QRCode)]
    return found


# Links


def test_a_link_says_amount_and_receiver_in_plain_digits_and_checked_letters():
    link = links.wallet_link(token=BSC_USDT.lower(), chain=56, to=ADDRESS.lower(), units=12_340_000_000_000_000_000)

    assert link == f"ethereum:{BSC_USDT}@56/transfer?address={ADDRESS}&uint256=12340000000000000000"
    assert links.wallet_link(token=USDT, chain=1, to=ADDRESS, units=9_210_000).endswith("&uint256=9210000")


def test_a_call_of_a_wallet_says_the_same_as_the_link():
    call = links.transfer_call(to=ADDRESS, units=9_210_000)

    assert call == "0xa9059cbb" + "0" * 24 + ADDRESS[2:].lower() + "0" * 58 + "8c8890"
    assert len(call) == 2 + 8 + 64 + 64


# States

WORDS = {
    "waiting": (
        "Send 9.21 USDT",
        "Your tickets are held until Monday 1 February 2027, 16:30 WIB.",
        "Waiting for your payment",
        "1 USDT = IDR 16,300 is made up",
        "Copy Test chain address",
        "Tron (TRC-20) is not supported",
        "make sure that 9.21 USDT arrive",
        "hello@radio.example",
    ),
    "several": ("Send 9.21 USDT", "BNB Smart Chain USDT · low fee · under a minute", "Copy BNB Smart Chain address"),
    "short": ("Send 1.00 USDT more", "What came is safe", "8.21 of 9.21 USDT have come", "Waiting for the rest", "Exact amount 1.00 USDT"),
    "checking": ("The time to pay is over", "Whoever sent in time gets the tickets", "Looking through Test chain", "I already paid"),
    "seen": ("Payment seen", "1 of 3 confirmations", "Please do not send anything more.", "See it on explorer.example"),
    "paid": ("Paid. See you 3 March.", "9.21 USDT", "In USDT 9.21 USDT Rate for 1 USDT IDR 16,300"),
    "under": ("Paid. See you 3 March.", "0.03 USDT were missing. That is so little that we let it be."),
    "over": ("Paid. See you 3 March.", "1.00 USDT more than needed came", "Tell Radio Hujan where to send it"),
    "late": ("Paid. See you 3 March.", "Your money came after the hold had ended"),
    "doubted": (
        "The network took a step back",
        "You need not do anything.",
        "This ticket is paused",
        "The payment fell out of the network 1 Feb",
    ),
    "cancelled": ("Cancelled", "Nothing was paid for this order.", "What comes for a cancelled order is seen and not lost"),
    "expired": ("The hold has ended", "I already paid", "No money came in time", "Then do nothing.", "Buy the same again"),
    "short_at_the_end": (
        "Not all of the money came in time",
        "8.21 of 9.21 USDT came",
        "or your money back",
        "1.00 USDT are missing, at the rate of now.",
    ),
    "too_late": ("Your money came after the hold had ended", "Radio Hujan sees to it", "or your money back"),
    "no_places": ("Your money came in time, but we saw it late", "The places could not be kept so long.", "or your money back"),
    "called_off": ("This event is cancelled", "9.21 USDT of yours are here, and not lost. Radio Hujan sees to it that they go back"),
    "annulled": ("Cancelled", "9.21 USDT of yours are here, and not lost."),
    "after_cancelling": ("Your money came after the order was cancelled", "9.21 USDT of yours are here, and not lost."),
    "stray": ("We see money that does not match 12.00 Other (Test chain)", "12.00 Other does not count", "Send 9.21 USDT"),
    "unseen": ("We cannot see Test chain at the moment", "What you send counts all the same", "Send 9.21 USDT"),
    "changed_address": ("Do not pay yet", "This address is not ours"),
}
TAKING = {"waiting", "several", "short", "stray", "unseen"}
SELDOM = set(STATES) - {"waiting", "several", "short", "checking", "seen", "doubted", "stray", "unseen", "changed_address"}
LOOKS_AGAIN = {"doubted": 10, **dict.fromkeys(SELDOM, 60)}


def test_every_state_has_its_words():
    assert set(WORDS) == set(STATES)


@pytest.mark.parametrize("name", STATES)
def test_a_state_is_said_in_words_with_six_queries(client, reach, name):
    order = reach(name)

    with CaptureQueriesContext(connection) as asked:
        answer = page(client, order)

    shown = text(answer)
    assert [said for said in WORDS[name] if said not in shown] == [], shown
    assert len(asked) <= 6, [query["sql"] for query in asked]
    assert ("Exact amount" in shown, len(codes(answer))) == ((True, 2) if name in {*TAKING, "short_at_the_end"} else (False, 0))
    triggers = re.findall(r'hx-trigger="every (\d+)s, look"', answer.content.decode())
    assert triggers == [str(LOOKS_AGAIN.get(name, 3))]
    assert ("Buy the same again" in shown) == (name in {"expired", "cancelled"})  # nobody whose money is here is asked to pay again
    assert "None" not in shown


def test_amounts_and_codes_are_exact_to_the_last_unit(client, reach):
    order = reach("short")

    answer = page(client, order, headers={"Accept-Language": "id"})

    html = answer.content.decode()
    assert codes(answer) == [f"ethereum:{USDT}@31337/transfer?address={ADDRESS}&uint256={100 * CENT}", ADDRESS]
    assert ('data-copy="1.00"' in html, f'data-copy="{ADDRESS}"' in html) == (True, True)  # a point in every language
    groups = re.search(r'class="value address whole">(.*?)</span><button', html).group(1)
    assert re.sub("<[^>]+>", "", groups) == ADDRESS  # selected by hand, too, it comes in one piece
    assert told(client, order) == {
        "state": "partial",
        "due": "9.21",
        "received": "8.21",
        "remaining": "1.00",
        "confirmations": 0,
        "needed": 3,
        "address": ADDRESS,
        "chain_id": 31337,
        "token": USDT,
    }


def test_money_that_has_come_is_not_asked_for_again_before_it_was_judged(client, world, reach, monkeypatch):
    order = reach("waiting")
    monkeypatch.setattr("payments.chain.watcher._judge", lambda *_, **__: None)

    world.pay(order, DUE - 100 * CENT)
    part = page(client, order)
    world.pay(order, 100 * CENT)
    whole = page(client, order)

    assert ("Send 1.00 USDT more" in text(part), codes(part)[0].endswith(f"={100 * CENT}")) == (True, True)
    assert ("Payment seen" in text(whole), "1 of 3 confirmations" in text(whole), codes(whole)) == (True, True, [])
    assert ("left to pay" in text(whole), pair(order)) == (False, ("pending", "awaiting"))


def test_a_token_of_eighteen_decimals_is_asked_for_in_all_of_them(client, reach):
    order = reach("several")

    shown = codes(page(client, order))

    assert shown[0] == f"ethereum:{BSC_USDT}@56/transfer?address={ADDRESS}&uint256=9210000000000000000"
    assert told(client, order) | {"state": ""} == {
        "state": "",
        "due": "9.21",
        "received": "0.00",
        "remaining": "9.21",
        "confirmations": 0,
        "needed": 15,
        "address": ADDRESS,
        "chain_id": 56,
        "token": BSC_USDT,
    }


def test_scenario_41_an_address_that_was_changed_is_shown_nowhere_and_alarms(client, reach, caplog):
    order = reach("changed_address")

    html = page(client, order).content.decode()

    assert re.findall("0x[0-9a-fA-F]{40}", html) == []
    assert told(client, order)["address"] is None
    assert {record.levelname for record in caplog.records if record.name == "payments.pages.panel"} == {"CRITICAL"}
    assert "ee" * 20 not in caplog.text


def test_after_the_end_the_address_is_hidden_behind_a_question(client, reach):
    order = reach("expired")

    html = page(client, order).content.decode()

    before, details = html.split('id="sent"')
    assert (ADDRESS in before, ADDRESS in details, "<details" in before[-60:]) == (False, True, True)
    assert "copy" not in details


def test_the_rest_of_what_was_short_is_asked_for_at_the_rate_of_now_and_for_a_day(client, world, reach, clock):
    order = reach("short_at_the_end")
    world.rate(15_000)  # 150,000 are 10.00 now

    asked = codes(page(client, order))
    world.fake.mine_until(world.at + timedelta(days=1))
    world.watch()
    world.rate(15_000)
    clock.move_to(world.at)
    over = page(client, order)

    assert asked == [f"ethereum:{USDT}@31337/transfer?address={ADDRESS}&uint256={179 * CENT}", ADDRESS]
    assert (codes(over), "Send the rest, and" in text(over)) == ([], False)


def test_the_demo_wallet_is_offered_in_the_demo_alone(client, reach, settings):
    order = reach("waiting")
    link = f'href="/demo/wallet/?to={ADDRESS}&amp;amount=9.21"'

    assert link not in page(client, order).content.decode()
    settings.DEMO = True
    assert link in page(client, order).content.decode()


def test_a_price_in_usdt_itself_has_no_rate(client, world):
    factories.Event.objects.update(currency="USDT")
    factories.TicketTier.objects.update(price=Decimal("12.34"))

    shown = text(page(client, world.order()))

    assert "Send 12.34 USDT" in shown
    assert ("Rate for 1 USDT" in shown, "is made up" in shown) == (False, False)


def test_the_receipt_names_network_rate_and_transaction(client, reach):
    order = reach("paid")

    answer = page(client, order, "receipt/")

    shown, tx = text(answer), Transfer.objects.get().tx_hash
    for said in ("Network Test chain 9.21 USDT, Monday 1 February 2027, 16:00 WIB", tx, "Rate for 1 USDT IDR 16,300"):
        assert said in shown
    assert f'href="https://explorer.example/tx/{tx}"' in answer.content.decode()
    [sheet] = PdfReader(BytesIO(page(client, order, "receipt.pdf").content)).pages
    paper = " ".join(sheet.extract_text().split())
    for said in ("Network Test chain", "9.21 USDT Monday 1 February 2027, 16:00 WIB", "Rate for 1 USDT IDR 16,300"):
        assert said in paper, paper
    assert tx in paper.replace(" ", "")


def test_what_came_and_what_it_cost_is_written_as_the_reader_does(client, reach):
    order = reach("over")
    EmailMessage.objects.update(language="id")

    bahasa = {"headers": {"Accept-Language": "id"}}
    shown, receipt = text(page(client, order, **bahasa)), text(page(client, order, "receipt/", **bahasa))
    [sheet] = PdfReader(BytesIO(page(client, order, "receipt.pdf", **bahasa).content)).pages
    mail.deliver_due()

    for where in (shown, receipt, " ".join(sheet.extract_text().split())):
        assert ("10,21 USDT" in where, "9,21 USDT" in where, "Rp16.300" in where, "0.21" in where) == (True, True, True, False), where
    assert "1,00 USDT" in shown
    assert any("1,00 USDT" in letter.body for letter in outbox.outbox)
    assert told(client, order)["received"] == "10.21"


# What changes of it


def test_status_hears_of_each_block_on_money_that_was_seen_and_of_nothing_else(client, world, reach):
    waiting = reach("waiting")
    etag = page(client, waiting, "status/")["ETag"]
    world.mine(2)
    with CaptureQueriesContext(connection) as asked:
        same = page(client, waiting, "status/", headers={"If-None-Match": etag})
    assert (same.status_code, len(asked)) == (304, 1)

    seen = []
    for amount in (DUE, 1, 1):
        world.pay(waiting, amount)
        answer = page(client, waiting, "status/", headers={"If-None-Match": etag})
        etag = answer["ETag"]
        seen.append(re.findall(r"(\d) of 3 confirmations|(Paid)\.", text(answer))[:1])
    assert seen == [[("1", "")], [("2", "")], [("", "Paid")]]


def test_status_hears_of_a_network_that_was_chosen_and_of_one_that_is_lost(client, world, reach, clock):
    order = reach("several")
    clock.shift(1)
    etag = page(client, order, "status/")["ETag"]

    client.post(f"/orders/{order.secret}/network/", {"token": str(world.chain.tokens.get(accepted=True).pk)})
    changed = page(client, order, "status/", headers={"If-None-Match": etag})
    ChainCursor.objects.update(reached_at=world.at - timedelta(hours=1))
    lost = page(client, order, "status/", headers={"If-None-Match": changed["ETag"]})

    assert (changed.status_code, lost.status_code) == (200, 200)
    assert "Copy Test chain address" in text(changed)
    assert "We cannot see Test chain" in text(lost)


def test_status_hears_of_another_contact_and_of_a_network_that_is_offered_or_no_more(client, world, reach):
    order = reach("several")
    etag, changes = page(client, order, "status/")["ETag"], []
    for rows, facts in (
        (Promoter.objects, {"contact_email": "kasir@radio.example"}),
        (Promoter.objects, {"name": "Radio Kemarau"}),
        (Promoter.objects, {"payment_text": "BCA 123"}),
        (Chain.objects.filter(number=31337), {"name": "Chain of tests"}),
        (Chain.objects.filter(number=31337), {"enabled": False}),
    ):
        rows.update(**facts)
        cache.clear()
        answer = page(client, order, "status/", headers={"If-None-Match": etag})
        again = page(client, order, "status/", headers={"If-None-Match": answer["ETag"]})
        etag = answer["ETag"]
        changes.append((answer.status_code, again.status_code))

    assert changes == [(200, 304)] * 5


# Networks


def test_another_network_is_the_same_amount_until_the_same_moment(client, world, reach, clock):
    order, token = reach("several"), Token.objects.get(chain=world.chain, accepted=True)
    clock.shift(1)
    world.rate(20_000)  # who goes to and fro gains nothing by it

    said = text(client.post(f"/orders/{order.secret}/network/", {"token": str(token.pk)}, follow=True))
    client.post(f"/orders/{order.secret}/network/", {"token": str(token.pk)})

    first, second = Quote.objects.order_by("quoted_at", "id")
    assert "This is the network that you pay on now." in said
    assert (first.due, second.due, second.least, second.deadline) == (921 * 10**16, DUE, DUE - 10 * CENT, first.deadline)
    assert first.rate_id == second.rate_id
    assert HistoryEntry.objects.filter(subject_id=order.payment.pk, action="network_changed", actor="buyer").count() == 1
    world.pay(order)
    assert pair(order) == ("confirming", "confirming")
    assert kept()


def test_another_network_is_offered_while_the_chosen_one_is_out_of_sight(client, world, reach):
    order = reach("several")
    ChainCursor.objects.filter(chain=order.payment.quotes.get().chain).update(reached_at=world.at - timedelta(hours=1))
    cache.clear()

    shown = page(client, order).content.decode()

    assert "We cannot see BNB Smart Chain at the moment" in shown
    assert f'value="{Token.objects.get(chain=world.chain, accepted=True).pk}" aria-pressed="false"' in shown


def test_a_large_amount_is_said_to_take_longer(client, world, reach):
    order = reach("several")
    Chain.objects.filter(number=56).update(small_amount=9, final_depth=800)
    cache.clear()

    assert "BNB Smart Chain USDT · low fee · about 13 minutes" in text(page(client, order))


def test_a_network_that_is_not_offered_or_too_late_is_refused_in_words(client, world, reach):
    order, other = reach("several"), Token.objects.get(accepted=False)
    token = Token.objects.get(chain=world.chain, accepted=True)

    def choose(chosen):
        return text(client.post(f"/orders/{order.secret}/network/", {"token": str(chosen)}, follow=True))

    assert "There is no such network here." in choose("mainnet")
    assert "We take no payments over this network at the moment" in choose(other.pk)
    Chain.objects.filter(pk=world.chain.pk).update(enabled=False)
    assert "We take no payments over this network at the moment" in choose(token.pk)
    Chain.objects.filter(pk=world.chain.pk).update(enabled=True)
    Payment.objects.filter(order=order).update(state="partial")
    assert "Send the rest on the same network." in choose(token.pk)
    Payment.objects.filter(order=order).update(state="awaiting")
    Order.objects.filter(pk=order.pk).update(expires_at=world.at)
    assert "This order waits for no payment any more." in choose(token.pk)
    assert Quote.objects.count() == 1


def test_networks_are_not_changed_for_ever(client, reach, clock):
    order = reach("several")
    tokens = [str(token.pk) for token in Token.objects.filter(accepted=True).order_by("chain__number")]

    for turn in range(25):
        clock.shift(1)
        said = client.post(f"/orders/{order.secret}/network/", {"token": tokens[(turn + 1) % 2]})

    assert "The network was changed too often." in text(client.get(said["Location"]))
    assert Quote.objects.count() == 20


def test_scenario_54_dust_is_added_up_and_not_listed(client, world, reach):
    order = reach("waiting")
    world.fake.send(*[Sent(USDT, address(order), 1)] * 500)
    world.pay(order, DUE - 500)
    world.mine(2)

    shown, receipt = text(page(client, order)), text(client.get(f"/orders/{order.secret}/receipt/"))

    assert pair(order) == ("paid", "settled") and told(client, order)["received"] == "9.21"
    for said in (shown, receipt):
        assert (said.count("0.000001 USDT"), "9.2095 USDT" in said, "and 496 smaller transfers" in said) == (4, True, True)
    assert client.get(f"/orders/{order.secret}/receipt.pdf").status_code == 200


# Looking for a transaction


def test_scenario_53_a_named_transaction_is_looked_for_and_changes_nothing(client, world, reach):
    mine, other = reach("short"), world.order("Carl")
    theirs = world.fake.pay(other.payment.address.address, DUE).hash
    world.mine()
    own = Transfer.objects.get(address=mine.payment.address)
    before = list(Payment.objects.values()), list(HistoryEntry.objects.values_list("pk", flat=True))

    def look(order, typed):
        return text(client.post(f"/orders/{order.secret}/sent/", {"tx": typed}, follow=True))

    assert "We see 8.21 USDT on Test chain." in look(mine, f" https://explorer.example/tx/{own.tx_hash.upper().replace('0X', '0x')}?a=1 ")
    unknown = "We do not see this transaction at the address of your order."
    assert unknown in look(mine, theirs)
    assert unknown in look(mine, "0x" + "9" * 64)
    for typed in ("", "0x12", "0x" + "9" * 65, "\0", "x" * 500, "<script>"):
        assert "That is no transaction" in look(mine, typed) or "\0" in typed
    world.fake.reorg(2)
    world.watch(2)
    assert "the network took it back" in look(mine, own.tx_hash)
    assert pair(other)[1] == "awaiting"
    assert (list(Payment.objects.filter(order=mine).values("state")), len(before[1]) > 0) == ([{"state": "awaiting"}], True)


def test_looking_for_a_transaction_writes_nothing(client, reach):
    order = reach("short")
    own = Transfer.objects.get()

    with CaptureQueriesContext(connection) as asked:
        client.post(f"/orders/{order.secret}/sent/", {"tx": own.tx_hash})

    assert {query["sql"].split()[0] for query in asked} == {"SELECT"}


def test_doors_of_paying_are_closed_to_strangers_and_other_ways(client, world):
    manual = factories.order(factories.Event.objects.get(), "Carl")

    for rest in ("network/", "sent/"):
        assert client.post(f"/orders/{'x' * 32}/{rest}").status_code == 404
        assert page(client, manual, rest).status_code == 405
    said = client.post(f"/orders/{manual.secret}/network/", {"token": str(Token.objects.first().pk)}, follow=True)
    assert "This order waits for no payment any more." in text(said)
    assert not Quote.objects.exists()


# At the event


def form(**typed):
    tier = factories.tier()
    return {"email": "bea@example.org", "name": "Bea", "key": "form", f"quantity-{tier.pk}": 1, **typed}


def buy(client, **typed):
    return client.post("/events/malam-jazz/reserve/", form(**typed))


def test_an_order_is_paid_in_usdt_unless_the_buyer_chooses_otherwise(client, world):
    world.rate()
    shown = client.get("/events/malam-jazz/").content.decode()
    assert '<input type="hidden" name="way" value="usdt">' in shown

    assert "Send 9.21 USDT" in text(client.get(buy(client, way="usdt")["Location"]))
    assert list(Payment.objects.values_list("provider", flat=True)) == ["usdt"]
    assert "This promoter is not paid directly." in text(buy(client, way="manual", key="b"))
    assert "There is no such way to pay here." in text(buy(client, way="free", key="b"))
    assert "The same field came twice." in text(buy(client, way=["usdt", "manual"], key="b"))
    assert Order.objects.count() == 1
    assert kept()


def test_a_promoter_that_says_how_is_paid_directly_by_whoever_chooses_it(client, world):
    world.rate()
    factories.Event.objects.get().promoter.__class__.objects.update(payment_text="BCA 123 456")
    cache.clear()
    shown = text(client.get("/events/malam-jazz/"))
    assert "How do you want to pay? USDT From any wallet or exchange" in shown

    usdt, manual = buy(client, way="usdt"), buy(client, way="manual")  # the same form, changed, is another order
    unchosen = buy(Client(), key="other", email="carl@example.org")

    assert "Pay IDR 150,000 to Radio Hujan" in text(client.get(manual["Location"]))
    assert "Send 9.21 USDT" in text(client.get(usdt["Location"]))
    assert "Send 9.21 USDT" in text(client.get(unchosen["Location"]))


def out_of_sight():
    ChainCursor.objects.update(reached_at=THEN - timedelta(hours=1))


def halted():
    ChainCursor.objects.update(halted="blocks that were final fell out of the chain")


@pytest.mark.parametrize("fails", [out_of_sight, halted])
def test_scenario_38_a_chain_that_is_not_seen_is_not_sold_and_the_form_is_kept(client, world, fails, monkeypatch):
    monkeypatch.setattr("ticketing.kept.transaction.on_commit", lambda deed, **_: deed())  # no test of this kind commits
    world.rate()
    assert 'value="usdt"' in client.get("/events/malam-jazz/").content.decode()
    fails()

    refused = buy(client, way="usdt")  # the page that was sent still offered it
    cache.clear()
    shown = client.get("/events/malam-jazz/")

    assert refused.status_code == 503
    assert "What you typed is kept: try again in a minute, or pay another way." in text(refused)
    assert "We cannot take payments at the moment" in text(refused)  # what was kept of the offers is forgotten at once
    assert 'value="bea@example.org"' in refused.content.decode()
    assert "We cannot take payments at the moment" in text(shown)
    assert 'name="way"' not in shown.content.decode()
    assert not Order.objects.exists()
    assert kept()


def test_without_a_fresh_rate_nothing_is_quoted_and_the_promoter_is_offered_if_it_takes_money(client, world, clock):
    factories.Event.objects.get().promoter.__class__.objects.update(payment_text="BCA 123 456")
    world.rate()
    clock.move_to(THEN + timedelta(minutes=16))
    ChainCursor.objects.update(reached_at=THEN + timedelta(minutes=16))
    cache.clear()

    refused, shown = buy(client, way="usdt"), client.get("/events/malam-jazz/")

    assert (refused.status_code, "What this costs in USDT is not known at the moment." in text(refused)) == (503, True)
    assert "USDT cannot be taken at the moment. Try again in a minute, or pay Radio Hujan directly" in text(shown)
    assert '<input type="hidden" name="way" value="manual">' in shown.content.decode()


def test_an_empty_pool_closes_usdt_before_anybody_fills_in_a_form(client, world, settings):
    world.rate()
    settings.WALLET_XPUBS = [keys.xpub(7)]  # a wallet of which no address was made yet

    shown, refused = client.get("/events/malam-jazz/"), buy(client, way="usdt")

    assert "We cannot take payments at the moment" in text(shown)
    assert "USDT cannot be taken at the moment." in text(refused)
    assert not Order.objects.exists()


def test_where_no_chain_is_switched_on_everything_is_as_without_a_wallet(client, world):
    Chain.objects.update(enabled=False)

    assert '<input type="hidden" name="way" value="manual">' in client.get("/events/malam-jazz/").content.decode()
    assert "Pay IDR 150,000 to Radio Hujan" in text(client.get(buy(client)["Location"]))


def test_what_costs_nothing_is_not_asked_how_it_is_paid(client, world):
    factories.TicketTier.objects.update(price=0)

    assert 'name="way"' not in client.get("/events/malam-jazz/").content.decode()
    assert "The tickets are yours." in text(client.get(buy(client)["Location"]))
    assert Payment.objects.get().provider == "free"


def test_ways_to_pay_cost_an_event_page_no_query_when_kept(client, world, django_assert_num_queries):
    world.rate()
    client.get("/events/malam-jazz/")

    with django_assert_num_queries(0):
        client.get("/events/malam-jazz/")


def test_a_reserve_in_usdt_costs_twenty_statements_at_most(client, world):
    world.rate()
    client.get("/events/malam-jazz/")
    wish = form(way="usdt")

    with CaptureQueriesContext(connection) as asked:
        assert client.post("/events/malam-jazz/reserve/", wish).status_code == 303

    said = [query["sql"] for query in asked if "SAVEPOINT" not in query["sql"]]
    assert len(said) <= 20, said


def test_what_ran_out_is_bought_again_in_the_same_way(client, reach):
    order = reach("expired")
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page(client, order).content.decode()))

    assert fields["way"] == "usdt"

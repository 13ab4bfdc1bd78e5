"""The order's page: where it stands in words, what changes of it, and what a buyer may do with it."""

import json
import re
from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

import events.actions
import orders.actions
import payments.actions
from orders.models import Order, Ticket
from tests import factories
from tests.events.test_pages import text
from tests.factories import THEN
from tests.promises import kept
from ticketing import statuses

pytestmark = pytest.mark.django_db

FREE = [{"name": "Regular", "price": Decimal(0), "quantity": 10}]
REFUNDED = {"refund_until_hours": 48, "refund_percent": Decimal(80)}


@pytest.fixture(autouse=True)
def moment():
    cache.clear()
    with time_machine.travel(THEN):  # it ticks, so that history keeps its order
        yield


def page(client, order, rest="", **options):
    return client.get(f"/orders/{order.secret}/{rest}", **options)


def do(client, order, deed):
    return client.post(f"/orders/{order.secret}/{deed}", follow=True)


# The page


def test_a_held_order_says_how_to_pay_and_until_when(client):
    team = factories.promoter(payment_text="BCA 123 456\nRadio Hujan PT")
    order = factories.order(factories.published(team, **REFUNDED))

    answer = page(client, order)

    html, shown = answer.content.decode(), text(answer)
    assert ('data-copy="150000"' in html, f'data-copy="{order.reference}"' in html) == (True, True)
    for said in (
        "Pay IDR 150,000 to Radio Hujan",
        "Your tickets are held until Wednesday 3 February 2027, 16:00 WIB.",
        "BCA 123 456 Radio Hujan PT",
        f"Write this with it {order.reference}",
        "You can hold the tickets longer 3 times.",
        "1 × Regular IDR 150,000 Total IDR 150,000",
        "Tickets held 1 Feb, 16:00",
        "Cancel the order",
    ):
        assert said in shown
    assert "left to pay" not in shown  # two days are no seconds


def test_the_last_minute_warns_and_offers_more_time(client):
    order = factories.order(factories.published())
    late = order.expires_at - timedelta(seconds=45)

    with time_machine.travel(order.expires_at - timedelta(minutes=5), tick=False):
        calm, etag = page(client, order).content.decode(), page(client, order, "status/")["ETag"]
    with time_machine.travel(late, tick=False):
        low = page(client, order).content.decode()
        assert page(client, order, "status/", headers={"If-None-Match": etag}).status_code == 200  # the page hears of it

    assert ('id="low" hidden' in calm, 'role="timer">5:00<' in calm) == (True, True)
    assert ('id="low" hidden' in low, 'role="timer">0:45<' in low, 'class="clock no-print low"' in low) == (False, True, True)
    assert 'data-until="2027-02-03T16:00:00+07:00" data-now="2027-02-03T15:59:15+07:00"' in low
    assert 'http-equiv="refresh"' in low


def test_a_paid_order_shows_its_tickets_and_what_happened(client):
    order = factories.order(factories.published())
    payments.actions.settle_by_hand(order_id=order.pk, reason="Seen.", by=None, at=THEN + timedelta(hours=1))

    shown = text(page(client, order))

    assert "Paid. See you 3 March." in shown
    assert Ticket.objects.get().code in shown
    assert "Tickets held 1 Feb, 16:00 Paid, tickets issued 1 Feb, 17:00" in shown
    assert "How to pay" not in shown


def test_a_hold_that_is_over_says_so_before_the_sweep_came_and_is_bought_again_in_one_tap(client):
    order = factories.order(factories.published())

    with time_machine.travel(order.expires_at, tick=False):
        ended = page(client, order)
        payments.actions.expire_overdue(at=order.expires_at)
        swept = page(client, order)
        fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', swept.content.decode()))
        again = client.post(f"/events/{order.event.slug}/reserve/", fields)

    assert "The hold has ended" in text(ended)
    assert "The hold has ended" in text(swept)
    assert "The hold ended 3 Feb, 16:00" in text(swept)
    made = Order.objects.exclude(pk=order.pk).get()
    assert again["Location"] == f"/orders/{made.secret}/"
    assert (made.buyer_email, made.buyer_name, made.quantity) == (order.buyer_email, order.buyer_name, order.quantity)
    assert kept()


def test_an_order_of_an_event_that_was_called_off_says_so_and_why(client):
    order = factories.paid(factories.published())
    events.actions.cancel(event_id=order.event_id, reason="The hall was flooded.", by=None, at=THEN)

    before = text(page(client, order))
    payments.actions.follow_cancelled_events(at=THEN)
    after = text(page(client, order))

    assert "This event is cancelled The hall was flooded." in before
    assert "Cancelled IDR 150,000 goes back to you." in after
    assert "Buy the same again" not in after


def test_an_event_that_is_over_says_thank_you(client):
    order = factories.paid(factories.published())

    with time_machine.travel(order.event.ends_at, tick=False):
        shown = text(page(client, order))

    assert "Thank you for coming" in shown
    assert "Give back" not in shown


def test_money_that_was_seen_stops_the_clock(client):
    from django.db import transaction

    order = factories.order(factories.published())
    with transaction.atomic():
        statuses.move(order.payment, "confirming", at=THEN, by="system")
        statuses.move(order, "confirming", at=THEN, by="system")

    shown = text(page(client, order))

    assert "Payment seen" in shown
    assert "held until" not in shown


def test_b_1_another_ones_secret_is_not_there_on_any_address(client):
    order, other = factories.paid(factories.published()), factories.paid(factories.published(title="Other"))
    code = other.tickets.get().code

    for secret in ("x" * 32, order.secret[:-1], order.reference, str(order.pk), "%00", "é"):
        for rest in ("", "status/", "cancel/", "receipt/", "receipt.pdf", f"cancel/{code}/"):
            assert client.get(f"/orders/{secret}/{rest}").status_code in (404, 400), (secret, rest)
        for rest in ("extend/", "cancel/", f"cancel/{code}/"):
            assert client.post(f"/orders/{secret}/{rest}").status_code in (404, 400), (secret, rest)
    assert client.get(f"/orders/{order.secret}/cancel/{code}/").status_code == 404
    assert client.post(f"/orders/{order.secret}/cancel/{code}/").status_code == 404
    assert Ticket.objects.filter(status="cancelled").count() == 0


def test_d_21_pages_behind_a_secret_are_kept_by_nobody_and_told_to_nobody(client):
    order = factories.paid(factories.published())

    for rest in ("", "status/", "cancel/", "receipt/"):
        answer = page(client, order, rest)
        assert "no-store" in answer["Cache-Control"], rest
        assert (answer["Referrer-Policy"], answer["X-Robots-Tag"]) == ("same-origin", "noindex, nofollow")
    for told in (page(client, order, "status/", headers={"Accept": "application/json"}), page(client, order, "receipt.pdf")):
        assert (told["Referrer-Policy"], "no-store" in told["Cache-Control"]) == ("no-referrer", True)


@pytest.mark.parametrize("make", [factories.order, factories.paid])
def test_a_page_costs_six_queries_at_most(client, make):
    event = factories.published()
    order = make(event, lines={event.tiers.get().pk: 5})

    with CaptureQueriesContext(connection) as asked:
        assert page(client, order).status_code == 200

    assert len(asked) <= 6, [query["sql"] for query in asked]


# What changes of it


def test_status_says_nothing_new_with_one_query_until_something_is(client):
    order = factories.order(factories.published())
    etag = page(client, order, "status/")["ETag"]

    with CaptureQueriesContext(connection) as asked:
        same = page(client, order, "status/", headers={"If-None-Match": etag})
        queries = len(asked)
    payments.actions.settle_by_hand(order_id=order.pk, reason="Seen.", by=None, at=THEN)
    paid = page(client, order, "status/", headers={"If-None-Match": etag})

    assert (same.status_code, same.content, queries) == (304, b"", 1)
    assert paid.status_code == 200
    assert paid.content.decode().lstrip().startswith('<div class="order" id="order"')
    assert "Paid. See you 3 March." in text(paid)
    used = page(client, order, "status/")["ETag"]
    Ticket.objects.update(holder_name="Carl")
    assert page(client, order, "status/", headers={"If-None-Match": used}).status_code == 200
    assert page(client, order, "status/", headers={"If-None-Match": used, "Accept-Language": "id"}).status_code == 200


def test_status_is_read_by_programs_too(client):
    order = factories.paid(factories.published())

    told = json.loads(page(client, order, "status/", headers={"Accept": "application/json, text/plain, */*"}).content)

    assert told == {
        "reference": order.reference,
        "status": "paid",
        "payment": {"state": "settled"}
        | dict.fromkeys(["due", "received", "remaining", "confirmations", "needed", "address", "chain_id", "token"]),
        "tickets": [order.tickets.get().code],
    }


# Deeds


def test_u_07_one_tap_holds_the_places_longer_three_times(client):
    order = factories.order(factories.published())

    with time_machine.travel(THEN + timedelta(hours=1), tick=False):
        said = [text(do(client, order, "extend/")) for _ in range(4)]

    assert "Your tickets are held longer." in said[0]
    assert "You can hold the tickets longer 2 times." in said[0]
    assert "You can hold the tickets once more." in said[1]
    assert "Hold them longer" not in said[2]
    assert "This order was extended as often as it may be." in said[3]
    order.refresh_from_db()
    assert (order.extensions, order.expires_at) == (3, THEN + timedelta(days=2, hours=1))


def test_gets_change_nothing(client):
    order = factories.paid(factories.published(**REFUNDED))

    assert page(client, order, "extend/").status_code == 405
    for rest in ("cancel/", f"cancel/{order.tickets.get().code}/"):
        assert page(client, order, rest).status_code == 200
    order.refresh_from_db()
    assert (order.status, order.tickets.get().status) == ("paid", "valid")


def test_an_unpaid_order_is_cancelled_after_being_asked(client):
    order = factories.order(factories.published())

    asked = text(page(client, order, "cancel/"))
    done = text(do(client, order, "cancel/"))
    again = do(client, order, "cancel/")

    assert "Nothing was paid yet, so nothing has to come back." in asked
    assert "The order is cancelled." in done
    assert "Buy the same again" in done
    assert again.status_code == 200
    assert (Order.objects.get().status, factories.tier().reserved) == ("cancelled", 0)
    assert kept()


def test_u_18_the_page_says_what_comes_back_before_it_asks(client):
    event = factories.published(**REFUNDED)
    order = factories.paid(event, lines={event.tiers.get().pk: 3})
    first, *_ = order.tickets.order_by("code")

    asked = text(page(client, order, f"cancel/{first.code}/"))
    done = text(do(client, order, f"cancel/{first.code}/"))

    assert "Comes back to you IDR 120,000" in asked
    assert "80% of their price comes back." in asked
    assert "Radio Hujan pays it back." in asked
    assert "The ticket is given back." in done
    assert "1 given back" in done
    assert "Goes back to you IDR 120,000" in done
    assert "Comes back to you IDR 240,000" in text(page(client, order, "cancel/"))
    all_back = text(do(client, order, "cancel/"))
    assert "Cancelled IDR 360,000 goes back to you." in all_back
    assert set(order.tickets.values_list("status", flat=True)) == {"cancelled"}
    assert (factories.tier().sold, kept()) == (0, True)


def test_what_cannot_be_given_back_says_why_and_stays(client):
    order = factories.paid(factories.published())
    code = order.tickets.get().code

    asked, done = text(page(client, order, "cancel/")), text(do(client, order, f"cancel/{code}/"))

    assert "This cannot be given back Tickets are not refunded." in asked
    assert "These tickets can no longer be given back." in done
    assert ("Back to the order" in asked, "Keep it" in asked) == (True, False)
    assert "Give back" not in text(page(client, order))
    assert order.tickets.get().status == "valid"


def test_an_order_whose_tickets_were_all_passed_on_offers_nothing_to_show_or_print(client):
    order = factories.paid(factories.published())
    ticket = order.tickets.get()
    paper, told = reverse("seats:order-pdf", args=[order.secret]), 'data-told="Paid. See you 3 March. They are on their way'
    before = page(client, order).content.decode()

    orders.actions.pass_on(ticket_id=ticket.pk, name="Dewi", email="dewi@example.org", language="en", at=THEN, by="holder")
    after = page(client, order).content.decode()

    assert (paper in before, told in before, client.get(paper).status_code) == (True, True, 404)
    assert (paper in after, "All tickets were passed on" in after, "on their way" in after) == (False, True, False)


def test_a_free_place_may_be_given_back_whatever_the_policy(client):
    event = factories.published(tiers=FREE)
    order = factories.paid(event, lines={event.tiers.get().pk: 2})

    assert "others would like to come" in text(page(client, order))
    chosen = text(client.get(f"/events/{event.slug}/?quantity-{event.tiers.get().pk}=2"))
    for shown in (chosen, text(page(client, order))):
        assert "2 × Regular Free Total Free" in shown
    assert "Regular 2 Free Free" in text(page(client, order, "receipt/"))
    assert "Regular 2 Free Free Total Free" in on_paper(client, order)[0]
    assert "Thank you for giving the places back." in text(do(client, order, "cancel/"))


def test_a_used_ticket_says_so(client):
    from django.db import transaction

    order = factories.paid(factories.published(**REFUNDED))
    ticket = order.tickets.get()
    with transaction.atomic():
        statuses.move(ticket, "used", at=THEN, by="system", used_at=THEN)

    assert "The ticket was used at the door." in text(page(client, order, f"cancel/{ticket.code}/"))
    assert "A ticket that was used at the door cannot be given back." in text(do(client, order, "cancel/"))


# The receipt


def test_u_24_the_receipt_says_who_sold_what_to_whom_for_how_much(client):
    event = factories.published(fee_percent=Decimal(10), tax_percent=Decimal(11))
    order = factories.paid(event, lines={event.tiers.get().pk: 2})

    shown = text(page(client, order, "receipt/"))

    for said in (
        f"Receipt Order {order.reference}",
        "Sold by Radio Hujan hello@radio.example",
        "Bought by Bea bea@example.org",
        "Regular 2 IDR 150,000 IDR 300,000",
        "Service fee IDR 30,000 Tax IDR 33,000 Total IDR 363,000",
        "paid to the promoter",
    ):
        assert said in shown, said


def on_paper(client, order):
    return [" ".join(sheet.extract_text().split()) for sheet in PdfReader(BytesIO(page(client, order, "receipt.pdf").content)).pages]


def test_u_24_the_receipt_on_paper_says_the_same(client):
    event = factories.published(fee_percent=Decimal(10), tax_percent=Decimal(11), refund_until_hours=24)
    order = factories.order(event, lines={event.tiers.get().pk: 2})
    assert "Order, not paid" in on_paper(client, order)[0]
    payments.actions.settle_by_hand(order_id=order.pk, reason="Seen", by=None, at=THEN)
    payments.actions.annul_seat(ticket_id=order.tickets.first().pk, reason="Camera", by=None, at=THEN)

    [shown] = on_paper(client, order)

    for said in (
        f"Receipt Order {order.reference}",
        "Radio Hujan, hello@radio.example",
        "Bea, bea@example.org",
        "Malam Jazz",
        "Wednesday 3 March 2027, 16:00 WIB",
        "Regular (1 given back) 2 IDR 150,000 IDR 300,000",
        "Service fee IDR 30,000 Tax IDR 33,000 Total IDR 363,000 Goes back to you IDR 181,500",
    ):
        assert said in shown, said
    assert order.secret not in shown
    assert "Regular (1 given back) 2" in text(page(client, order, "receipt/"))


def test_a_long_receipt_goes_on_over_the_page(client):
    tiers = [{"name": f"Block {number:02}", "price": Decimal(50_000), "quantity": 9} for number in range(60)]
    event = factories.published(tiers=tiers, max_per_buyer=None)
    order = factories.paid(event, lines={tier.pk: 1 for tier in event.tiers.all()})

    first, second = on_paper(client, order)

    assert "Block 00" in first
    assert "Block 59" in second
    assert "Total IDR 3,000,000" in second

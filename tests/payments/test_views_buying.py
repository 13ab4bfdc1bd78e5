"""From an event to an order: the form, what it makes, and what stands in its way, in words and with everything kept."""

import re
from collections import Counter
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from urllib.parse import parse_qs, quote, urlsplit

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

import events.actions
import payments.actions
from events.models import DiscountCode, TicketTier
from orders.models import Order
from payments.models import Payment
from payments.views import buying
from tests import factories
from tests.events.test_pages import text
from tests.factories import THEN
from tests.promises import kept
from ticketing import limits

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def moment():
    cache.clear()
    with time_machine.travel(THEN):  # it ticks, so that history keeps its order
        yield


def form(event, lines=None, **typed):
    lines = {event.tiers.order_by("position").first().pk: 2} if lines is None else lines
    return {"email": "bea@example.org", "name": "Bea", "key": "form", **{f"quantity-{pk}": n for pk, n in lines.items()}, **typed}


def buy(client, event, lines=None, **typed):
    return client.post(f"/events/{event.slug}/reserve/", form(event, lines, **typed))


def value(response, name):
    return re.search(rf'name="{name}"[^>]* value="([^"]*)"', response.content.decode()).group(1)


# The good case


def test_one_post_from_the_event_page_makes_order_hold_and_payment(client):
    event = factories.published()
    page = client.get(event.get_absolute_url())
    assert f'action="/events/{event.slug}/reserve/"' in page.content.decode()

    answer = buy(client, event, key=value(page, "key"))

    order = Order.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, f"/orders/{order.secret}/")
    assert (order.status, order.total, order.quantity) == ("pending", 300_000, 2)
    assert (order.buyer_email, order.buyer_name, order.auth_method, order.user) == ("bea@example.org", "Bea", "guest", None)
    assert Payment.objects.get().provider == "manual"
    assert "Pay IDR 300,000 to Radio Hujan" in text(client.get(answer["Location"]))
    assert kept()


def test_the_buyer_is_known_again_by_a_cookie_of_our_own_and_not_by_its_value(client):
    event = factories.published()

    answer = buy(client, event)

    cookie = answer.cookies["buyer"]
    assert (cookie["httponly"], cookie["samesite"], len(cookie.value)) == (True, "Lax", 32)
    order = Order.objects.get()
    assert (len(order.buyer_key), cookie.value in order.buyer_key, len(order.source_key)) == (64, False, 64)
    buy(client, event, key="other")
    assert Order.objects.values("buyer_key").distinct().count() == 1


def test_a_reserve_costs_twelve_statements_at_most(client):
    event = factories.published(capacity=50)
    client.get(event.get_absolute_url())
    wish = form(event)

    with CaptureQueriesContext(connection) as asked:
        assert client.post(f"/events/{event.slug}/reserve/", wish).status_code == 303

    said = [query["sql"] for query in asked if "SAVEPOINT" not in query["sql"]]
    assert len(said) <= 12, said


def test_who_comes_too_late_costs_four_statements_and_sees_what_others_see(client):
    event = factories.published(
        tiers=[{"name": "Regular", "price": Decimal(1), "quantity": 2}, {"name": "Balcony", "price": Decimal(2), "quantity": 9}]
    )
    event.tiers.filter(name="Regular").update(sold=2)
    first, wish = buy(client, event), form(event, key="2", email="carl@example.org")

    with CaptureQueriesContext(connection) as asked:
        answer = client.post(f"/events/{event.slug}/reserve/", wish)

    said = [query["sql"] for query in asked if "SAVEPOINT" not in query["sql"]]
    assert len(said) == 4, said  # the person and its locks, its orders, the tiers, and holds that are overdue
    assert (first.status_code, answer.status_code, value(answer, "email")) == (409, 409, "carl@example.org")
    assert (value(answer, f"quantity-{factories.tier('Balcony').pk}"), "sold out" in text(answer).lower()) == ("0", True)


def test_the_same_form_sent_again_is_the_same_order_and_a_changed_one_is_another(client):
    event = factories.published()

    first, again = buy(client, event), buy(client, event)
    elsewhere = buy(Client(), event)
    changed = buy(client, event, {factories.tier().pk: 3})

    assert first["Location"] == again["Location"] == elsewhere["Location"]
    assert changed["Location"] != first["Location"]
    assert (Order.objects.count(), factories.tier().reserved) == (2, 5)
    assert kept()


def test_two_tabs_are_two_orders_since_each_page_has_a_key_of_its_own(client):
    event = factories.published()
    keys = {value(client.get(event.get_absolute_url()), "key") for _ in range(2)}

    assert len({buy(client, event, key=key)["Location"] for key in keys}) == 2


def test_a_form_from_elsewhere_or_an_old_one_is_refused_and_orders_nothing():
    event = factories.published()
    stranger = Client(enforce_csrf_checks=True)

    assert buy(stranger, event).status_code == 403
    assert not Order.objects.exists()


def test_a_person_who_is_signed_in_finds_name_and_address_filled_in(client):
    event, alice = factories.published(), factories.person("Alice")
    factories.sign_in(client, alice)

    page = client.get(event.get_absolute_url())
    answer = buy(client, event)

    assert (value(page, "email"), value(page, "name")) == ("alice@example.org", "Alice")
    assert "no-store" in page["Cache-Control"]
    assert answer.status_code == 303
    assert Order.objects.values_list("user", "auth_method", "buyer_email").get() == (alice.pk, "password", "bea@example.org")


@pytest.mark.parametrize(
    ("methods", "mark"),
    [
        ([{"method": "socialaccount"}], "google"),
        ([{"method": "code"}], "magic_link"),
        ([{"method": "password"}, {"method": "mfa"}], "password"),
    ],
)
def test_c_06_an_order_says_how_its_buyer_signed_in(client, methods, mark):
    event = factories.published()
    factories.sign_in(client, factories.person("Alice"))
    session = client.session
    session["account_authentication_methods"] = methods
    session.save()

    buy(client, event)

    order = Order.objects.get()
    assert (order.auth_method, order.google_auth) == (mark, mark == "google")


def test_a_free_order_is_done_at_once(client):
    event = factories.published(tiers=[{"name": "Regular", "price": Decimal(0), "quantity": 10}])

    shown = text(client.get(buy(client, event)["Location"]))

    assert "The tickets are yours. See you 3 March." in shown
    assert shown.count("TIX-") >= 2


def test_what_was_accepted_is_kept_with_the_order(client):
    team = factories.promoter(terms="No cameras.")
    event = factories.published(team)

    page = text(client.get(event.get_absolute_url()))
    buy(client, event)

    assert "By ordering you accept the terms of Radio Hujan No cameras." in page
    consent = Order.objects.get().consent
    assert (list(consent["terms"]), len(consent["terms"]["promoter"]), consent["language"]) == (["promoter"], 64, "en")


# What no page of ours sends

HOSTILE = [
    "-1",
    "2147483648",
    "9223372036854775808",
    "1e400",
    "NaN",
    "Infinity",
    "1.5",
    "１２",
    "٢",
    "0x2",
    "+2",
    "1_0",
    "', 1",
    "two",
    "9" * 5000,
]


def test_i_1_numbers_that_are_none_are_refused_in_words(client):
    event = factories.published()

    for number in HOSTILE:
        answer = buy(client, event, {factories.tier().pk: number})
        assert answer.status_code == 409, number
        assert f"“{number[:20]}” is not a number of tickets" in text(answer)
        assert value(answer, "email") == "bea@example.org"
    for number in ("0", "", " ", "00"):
        assert "Choose at least one ticket." in text(buy(client, event, {factories.tier().pk: number}))
    assert not Order.objects.exists()
    assert (factories.tier().reserved, factories.tier().sold) == (0, 0)


def test_i_1_tiers_that_are_not_of_this_event_are_refused_in_words(client):
    other = factories.published(title="Other", tiers=[{"name": "Elsewhere", "price": Decimal(1), "quantity": 10}])
    event = factories.published()
    tier = factories.tier()
    hidden = TicketTier.objects.create(event=event, name="Press", price=0, quantity=5, hidden=True)

    strange = [other.tiers.get().pk, hidden.pk, "x", str(tier.pk).upper(), f"{{{tier.pk}}}", tier.pk.hex, "", "0" * 36, "%00"]
    for number, pk in enumerate(strange):
        answer = buy(client, event, {pk: 1}, key=f"key-{number}")
        assert (answer.status_code, "There is no such ticket here." in text(answer)) == (409, True), pk
    assert not Order.objects.exists()


def test_i_1_fields_that_come_twice_or_are_not_ours_change_nothing(client):
    event = factories.published()
    name = f"quantity-{factories.tier().pk}"

    for twice in (name, "email", "name", "code", "key"):
        answer = client.post(f"/events/{event.slug}/reserve/", form(event) | {twice: ["2", "3"]})
        assert (answer.status_code, "The same field came twice." in text(answer)) == (409, True), twice
    assert not Order.objects.exists()
    foreign = {
        "total": "1",
        "price": "1",
        "unit_price": "0",
        "currency": "USD",
        "status": "paid",
        "event": "x",
        "provider": "free",
        "at": "2020",
    }
    assert client.post(f"/events/{event.slug}/reserve/", form(event) | foreign).status_code == 303
    assert Order.objects.values_list("total", "currency", "status").get() == (300_000, "IDR", "pending")


def test_i_1_whatever_is_sent_is_answered_in_words_and_every_order_costs_what_it_must(client, settings):
    """Each hostile text in three fields, beside a good choice; sums are added up here anew."""
    settings.RATE_LIMITS, client.raise_request_exception = False, False
    tiers = [{"name": "Regular", "price": Decimal(99_999), "quantity": 900}, {"name": "Pit", "price": Decimal(70_001), "quantity": 900}]
    terms = {"fee_percent": Decimal("3.3"), "fee_fixed": Decimal(500), "tax_percent": Decimal(11)}
    event = factories.published(tiers=tiers, **terms)
    events.actions.add_code(event_id=event.pk, by=None, at=THEN, code="HUJAN", percent=Decimal("12.5"))
    good = {factories.tier().pk: 2, factories.tier("Pit").pk: 3}
    texts = [*HOSTILE, "0", "", "\x00", "\ud800", "{{ 7*7 }}", "%s%n", "<script>", "a@b\nBcc: c@d", "𝟚", "HUJAN", "../../", "null"]
    fields = ["email", "name", "phone", "code", "key", "total", f"quantity-{factories.tier().pk}"]
    tried = [(fields[(place + shift) % len(fields)], typed) for place, typed in enumerate(texts) for shift in (0, 2, 3)]

    statuses = Counter()
    for number, (field, typed) in enumerate(tried):
        sent = form(event, good, key=f"k{number}", email=f"buyer{number}@example.org", code="HUJAN" if number % 2 else "") | {field: typed}
        body = "&".join(f"{quote(str(name))}={quote(str(text), errors='surrogatepass')}" for name, text in sent.items())
        answer = Client().post(f"/events/{event.slug}/reserve/", body, content_type="application/x-www-form-urlencoded")
        assert answer.status_code in {200, 303, 400, 409}, (field, typed, answer.status_code)
        statuses[answer.status_code] += 1

    assert min(statuses[303], statuses[409]) > 15
    for order in Order.objects.prefetch_related("items__tier"):
        cents = Decimal(1)
        unit = {
            item.tier.name: (item.tier.price * (Decimal("0.875") if order.code_id else 1)).quantize(cents, ROUND_HALF_UP)
            for item in order.items.all()
        }
        lines = sum(unit[item.tier.name] * item.quantity for item in order.items.all())
        full = sum(item.tier.price * item.quantity for item in order.items.all())
        fee = (lines * Decimal("0.033") + 500 * order.quantity).quantize(cents, ROUND_HALF_UP)
        tax = (lines * Decimal("0.11")).quantize(cents, ROUND_HALF_UP)
        assert (order.discount, order.subtotal, order.total) == (full - lines, lines, full - order.discount + fee + tax)
    assert kept()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"email": "bea@"}, "Your e-mail : This is no whole address. Check it: name@example.org"),
        ({"email": ""}, "Your e-mail : This field is required."),
        ({"name": "  "}, "Your name : This field is required."),
        ({"name": "x" * 121}, "Your name : Ensure this value has at most 120 characters (it has 121)."),
        ({"email": "a" * 250 + "@example.org"}, "Your e-mail : Ensure this value has at most 254 characters (it has 262)."),
        ({"phone": "9" * 41}, "Phone : Ensure this value has at most 40 characters (it has 41)."),
        ({"code": "X" * 41}, "Discount code : Ensure this value has at most 40 characters (it has 41)."),
    ],
    ids=str,
)
def test_fields_say_what_is_wrong_with_them_and_everything_is_kept(client, typed, said):
    event = factories.published()

    answer = buy(client, event, **typed)

    assert said in text(answer)
    assert 'role="alert" tabindex="-1" autofocus' in answer.content.decode()
    assert value(answer, f"quantity-{factories.tier().pk}") == "2"
    assert value(answer, "key") == "form"
    assert not Order.objects.exists()


def test_names_become_one_line(client):
    buy(client, factories.published(), name="Bea\r\nBcc: all@example.org\t x")

    assert Order.objects.get().buyer_name == "Bea Bcc: all@example.org x"


# What stands in the way, each in its own sentence


def cancelled(event):
    events.actions.cancel(event_id=event.pk, reason="Rain.", by=None, at=THEN)


def closed(event):
    events.actions.close_sales(event_id=event.pk, by=None, at=THEN)


def one_each(event):
    events.actions.update_event(event_id=event.pk, by=None, at=THEN, max_per_buyer=1)


def tiers(**facts):
    return lambda event: event.tiers.filter(name="Regular").update(**facts)


@pytest.mark.parametrize(
    ("happens", "said"),
    [
        (cancelled, "This event is cancelled. No tickets are sold."),
        (closed, "Sales for this event are closed."),
        (tiers(sale_starts_at=THEN + timedelta(days=1)), "“Regular” goes on sale on 2 February 2027, 16:00 (Asia/Jakarta)."),
        (tiers(sale_ends_at=THEN), "“Regular” is no longer on sale."),
        (tiers(sold=100), "“Regular” is sold out."),
        (tiers(sold=99), "Only 1 ticket of “Regular” is left."),
        (tiers(waiting=100), "The places that are left go to those in line."),
        (tiers(min_purchase=4), "Take at least 4 of “Regular” in one order."),
        (one_each, "One person may have 1 ticket for this event, over all orders."),
        (tiers(max_purchase=1), "One order has at most 1 of “Regular”."),
        (tiers(hidden=True), "There is no such ticket here."),
        (tiers(hidden=True, sold=100), "There is no such ticket here."),
    ],
    ids=[
        "cancelled",
        "closed",
        "soon",
        "ended",
        "sold out",
        "short",
        "queued",
        "too few",
        "one each",
        "too many",
        "hidden",
        "hidden and sold out",
    ],
)
def test_d_12_each_refusal_has_its_sentence_and_keeps_the_form(client, happens, said):
    event = factories.published(
        tiers=[{"name": "Regular", "price": Decimal(1), "quantity": 100}, {"name": "Balcony", "price": Decimal(2), "quantity": 9}]
    )
    happens(event)
    cache.clear()

    answer = buy(client, event, {factories.tier().pk: 2}, phone="0812")

    assert answer.status_code == 409
    assert said in text(answer)
    assert not Order.objects.exists()
    if "event" not in said:
        assert (value(answer, "email"), value(answer, "phone")) == ("bea@example.org", "0812")


def test_d_12_a_past_event_says_so(client):
    event = factories.published()

    with time_machine.travel(event.ends_at, tick=False):
        answer = buy(client, event)

    assert (answer.status_code, "This event is over. No tickets are sold any more." in text(answer)) == (409, True)


def test_a_draft_is_not_there_for_strangers_and_sells_nothing_to_its_team(client):
    event = factories.event()

    assert buy(client, event).status_code == 404
    factories.sign_in(client, event.promoter.owner)
    assert "This event is not on sale." in text(buy(client, event))
    assert not Order.objects.exists()


def test_what_is_still_to_be_had_is_offered(client):
    event = factories.published(
        tiers=[{"name": "Regular", "price": Decimal(1), "quantity": 9}, {"name": "Balcony", "price": Decimal(250_000), "quantity": 9}]
    )
    event.tiers.filter(name="Regular").update(sold=6)

    short = buy(client, event, {factories.tier().pk: 5})
    event.tiers.filter(name="Regular").update(sold=9)
    cache.clear()
    out = buy(client, event, {factories.tier().pk: 5})

    assert value(short, f"quantity-{factories.tier().pk}") == "3"
    assert f'href="#quantity-{factories.tier("Balcony").pk}">Balcony, IDR 250,000</a>' in out.content.decode()


def test_the_same_show_at_other_dates_is_offered(client):
    tiers = [{"name": "Regular", "price": Decimal(1), "quantity": 9}]
    event, other, gone, foreign = (
        factories.published(team, tiers=tiers, starts_at=THEN + timedelta(days=days))
        for team, days in ((None, 30), (None, 31), (None, 32), (factories.promoter("Mira", name="Mira"), 33))
    )
    for show in (event, gone):
        show.tiers.update(sold=9)

    answer = buy(client, event).content.decode()

    assert f'href="{other.get_absolute_url()}">Thursday 4 March 2027, 16:00 WIB, Jakarta</a>' in answer
    assert (gone.get_absolute_url() in answer, foreign.get_absolute_url() in answer) == (False, False)


def test_places_whose_time_is_over_are_had_at_once(client):
    event = factories.published(tiers=[{"name": "Regular", "price": Decimal(1), "quantity": 2}])
    buy(client, event)

    assert buy(client, event, key="2", email="carl@example.org").status_code == 409
    with time_machine.travel(THEN + timedelta(days=3), tick=False):
        assert buy(client, event, key="3", email="carl@example.org").status_code == 303
    assert kept()


def test_k_18_where_an_account_is_needed_signing_in_keeps_the_choice(client):
    event = factories.published(require_account=True)

    answer = buy(client, event)

    link = re.search(r'class="button quiet small" href="([^"]*/login/[^"]*)"', answer.content.decode())
    back = parse_qs(urlsplit(link.group(1)).query)["next"][0]
    factories.sign_in(client, factories.person("Alice"))
    assert value(client.get(back), f"quantity-{factories.tier().pk}") == "2"
    assert buy(client, event).status_code == 303


def test_k_17_one_order_each_is_told_to_strangers_without_its_link(client):
    event = factories.published(one_order_per_buyer=True)
    mine = buy(client, event)["Location"]

    stranger, own = buy(Client(), event, key="2"), buy(client, event, key="2")

    assert "you have one already" in text(stranger)
    assert (mine in stranger.content.decode(), "/find-my-tickets/" in stranger.content.decode()) == (False, True)
    assert mine in own.content.decode()
    assert Order.objects.count() == 1


def test_a_third_hold_of_one_browser_is_refused_with_links_to_the_others(client):
    event = factories.published()
    mine = [buy(client, event, key=str(number))["Location"] for number in range(2)]

    answer = buy(client, event, key="3", email="carl@example.org")

    assert "Places are held for you at this event already." in text(answer)
    assert all(link in answer.content.decode() for link in mine)


def test_one_source_holds_less_the_fuller_an_event_is_and_all_it_likes_without_limits(settings):
    event = factories.published(tiers=[{"name": "Regular", "price": Decimal(1), "quantity": 300, "max_purchase": 10}])

    def holds(start, source="192.0.2.1"):
        count = 0
        for number in range(start, start + 9):
            fields = form(event, {factories.tier().pk: 8}, key=str(number), email=f"buyer{number}@example.org")
            answer = Client(REMOTE_ADDR=source).post(f"/events/{event.slug}/reserve/", fields)
            count += answer.status_code == 303
            assert answer.status_code == 303 or "Others where you are hold many of these tickets" in text(answer)
        return count

    assert holds(0) == 3  # 24 of 300, and 32 would be more than a tenth of the 276 that are left
    assert holds(10, "192.0.2.2") == 3
    TicketTier.objects.update(sold=150)
    assert holds(20, "192.0.2.3") == 1  # a first hold, then no more than twelve
    settings.RATE_LIMITS = False
    assert holds(30, "192.0.2.1") == 9


# Codes


def discounted(**terms):
    event = factories.published(
        tiers=[
            {"name": "Regular", "price": Decimal(100_000), "quantity": 10},
            {"name": "Fans", "price": Decimal(50_000), "quantity": 5, "hidden": True},
        ]
    )
    events.actions.add_code(event_id=event.pk, by=None, at=THEN, code="HUJAN", percent=Decimal(10), unlocks_hidden=True, **terms)
    return event


def test_a_code_shows_what_it_does_before_anything_is_ordered(client):
    event = discounted()

    shown = buy(client, event, code="hujan", look="1", email="", name="")

    assert shown.status_code == 200
    assert "How many Fans" in text(shown)
    assert "2 × Regular IDR 200,000 Discount, HUJAN −IDR 20,000 Total IDR 180,000" in text(shown)
    assert "required" not in text(shown)
    part = client.post(f"/events/{event.slug}/reserve/", form(event, code="hujan", look="1"), headers={"HX-Request": "true"})
    assert (part.content.decode().lstrip()[:8], "Total IDR 180,000" in text(part)) == ("<section", True)
    assert not Order.objects.exists()


def test_a_code_makes_the_order_cheaper_and_opens_hidden_tiers(client):
    event = discounted()

    shown = text(client.get(buy(client, event, {factories.tier().pk: 2, factories.tier("Fans").pk: 1}, code="hujan")["Location"]))

    assert Order.objects.values_list("discount", "total").get() == (25_000, 225_000)
    assert "Discount, HUJAN" in shown
    assert "Total IDR 225,000" in shown


@pytest.mark.parametrize("look", ["", "1"])
def test_a_wrong_code_says_so_at_its_field(client, look):
    event = discounted()

    answer = buy(client, event, code="REGEN", look=look)

    assert "Discount code : This code is not known here. Check its letters." in text(answer)
    assert value(answer, "code") == "REGEN"
    assert not Order.objects.exists()


def test_a_refused_order_still_shows_what_its_code_opened(client):
    event = discounted()
    TicketTier.objects.filter(name="Regular").update(sold=10)

    assert "How many Fans" in text(buy(client, event, code="hujan"))


def test_codes_cannot_be_guessed_for_long(client):
    event = discounted()

    answers = [buy(client, event, code=f"GUESS{number}", look="1").status_code for number in range(102)]

    assert answers.count(429) == 2


def test_a_hall_behind_one_address_uses_its_right_code_and_wrong_ones_alone_count(client, monkeypatch):
    event = discounted(max_uses=1)
    monkeypatch.setattr(buying, "CODES", limits.Limit("codes-of-origin", tries=2))

    right = [buy(client, event, code="hujan", look="1").status_code for _ in range(4)]
    bought = [buy(client, event, code="hujan").headers["Location"] for _ in range(3)]  # pressed thrice
    TicketTier.objects.filter(name="Regular").update(sold=8)
    refused = [buy(client, event, code="hujan", key="another").status_code for _ in range(3)]
    wrong = [buy(client, event, code=code, look=look).status_code for code, look in (("REGEN", "1"), ("REGEN", ""), ("hujan", ""))]

    assert (right, len(set(bought)), refused, wrong) == ([200] * 4, 1, [409] * 3, [200, 409, 429])
    DiscountCode.objects.update(max_uses=9)
    assert "Fans" not in text(buy(client, event, code="hujan", key="third"))


def test_gets_are_no_orders(client):
    event = factories.published()

    assert client.get(f"/events/{event.slug}/reserve/").status_code == 405
    assert client.post("/events/nowhere/reserve/", {}).status_code == 404


def test_when_the_offer_ends_meanwhile_the_form_of_yesterday_is_refused_in_words(client):
    event = factories.published()
    made = buy(client, event)
    payments.actions.cancel(order_id=Order.objects.get().pk, at=THEN)

    again = buy(client, event)

    assert again["Location"] == made["Location"]  # the same form is the same order, though it is over
    assert "Cancelled" in text(client.get(again["Location"]))

"""The public pages: what a visitor finds, and what each state of an event and its tiers looks like."""

import gzip
import json
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html import unescape
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from events import actions, pages
from events.models import Event, ReferenceRate, TicketTier
from tests import factories

pytestmark = pytest.mark.django_db

NOW = factories.THEN


@pytest.fixture(autouse=True)
def moment():
    cache.clear()
    with time_machine.travel(NOW, tick=False):
        yield


def text(response):
    bare = re.sub(r"<(script|style).*?</\1>", " ", response.content.decode(), flags=re.S)
    return " ".join(unescape(re.sub("<[^>]+>", " ", bare)).split())


def titles(response):
    return re.findall(r"<h[23]>(?:<a [^>]*>)?([^<]+)</", response.content.decode())


def on(day, **facts):
    return factories.published(starts_at=NOW + timedelta(days=day), **facts)


def home(client, **asked):
    return client.get("/", asked)


# Lists


def test_empty_site_says_so(client):
    assert "Nothing is on sale yet" in text(home(client))


def test_home_shows_the_next_event_large_and_the_others_by_month(client):
    on(20, title="Second")
    on(3, title="First")
    on(40, title="Third")

    response = home(client)

    assert titles(response) == ["First", "Second", "Third"]
    assert re.findall(r"<h2 id=\"month[^>]*>([A-Z]\w+) <span>(\d+)", response.content.decode()) == [("February", "2027"), ("March", "2027")]


def test_drafts_cancelled_deleted_and_past_events_are_not_listed(client):
    factories.event(title="Draft")
    actions.cancel(event_id=on(3, title="Cancelled").pk, reason="Rain.", by=None, at=NOW)
    actions.close_sales(event_id=on(3, title="Closed").pk, by=None, at=NOW)
    past = on(1, title="Past")

    with time_machine.travel(past.ends_at, tick=False):
        assert titles(home(client)) == ["Closed"]
        assert titles(client.get("/events/past/")) == ["Past"]


def test_times_are_the_venues_own_and_say_so_to_machines(client):
    on(3, title="East", timezone="Asia/Jayapura")
    on(4, title="Next", timezone="Asia/Makassar")

    page = home(client).content.decode()

    assert 'datetime="2027-02-04T18:00:00+09:00">Thursday 4 February, 18:00<' in page
    assert 'datetime="2027-02-05T17:00:00+08:00">Fri 5 Feb, 17:00<' in page
    assert "Thursday 4 February 2027, 18:00 WIT" in text(client.get("/events/east/"))


@pytest.mark.parametrize(
    ("zone", "name"), [("Asia/Jakarta", "WIB"), ("Asia/Singapore", "UTC+8"), ("America/Sao_Paulo", "UTC-3"), ("UTC", "UTC")]
)
def test_zone_has_letters_or_an_offset(zone, name):
    assert pages.zone_name(datetime(2027, 1, 1, tzinfo=ZoneInfo(zone))) == name


def test_list_says_the_least_price_with_fees_and_what_is_not_simply_on_sale(client):
    tiers = [{"name": "A", "price": Decimal(100_000), "quantity": 100}, {"name": "B", "price": Decimal(50_000), "quantity": 100}]
    on(3, title="Feature")
    on(4, title="Two", tiers=tiers, tax_percent=Decimal(10))
    free = {"name": "Free", "price": Decimal(0), "quantity": 100}
    on(5, title="Free", tiers=[free])
    on(9, title="Partly", tiers=[*tiers, free])
    few = on(6, title="Few", tiers=[{"name": "A", "price": Decimal(100_000), "quantity": 100}])
    gone = on(7, title="Gone", tiers=[{"name": "A", "price": Decimal(100_000), "quantity": 10}])
    on(8, title="Soon", tiers=[{"name": "A", "price": Decimal(100_000), "quantity": 10, "sale_starts_at": NOW + timedelta(days=2)}])
    TicketTier.objects.filter(event=few).update(sold=91)
    TicketTier.objects.filter(event=gone).update(sold=10)

    page = home(client).content.decode()
    feet = [" ".join(unescape(re.sub("<[^>]+>", " ", foot)).split()) for foot in re.findall(r'<p class="foot">(.*?)</p>', page, re.S)]

    assert feet == [
        "From IDR 55,000",
        "Free",
        "IDR 100,000 9 left",
        "IDR 100,000 Sold out",
        "IDR 100,000 On sale Wed 3 Feb, 16:00",
        "Free to IDR 100,000",
    ]


def test_search_finds_words_and_counts_them(client):
    on(3, title="Malam Jazz", artist="Trio Senja")
    on(4, title="Orkes Kota")

    response = home(client, q="senja")

    assert "1 event for “senja”" in text(response)
    assert titles(response) == ["Malam Jazz"]
    assert 'value="senja"' in response.content.decode()


def test_search_guesses_what_was_meant(client):
    on(3, title="Glasshouse Motel")

    response = home(client, q="glashouse")

    assert "Nothing is called “glashouse”. These are written much like it." in text(response)
    assert titles(response) == ["Glasshouse Motel"]


def test_search_without_anything_alike_says_what_to_do(client):
    on(3, title="Glasshouse Motel")

    shown = text(home(client, q="xylophone"))

    assert "Nothing found for “xylophone” Try another word" in shown


def test_guesses_keep_to_the_filters(client):
    on(3, title="Glasshouse Motel", city="Jakarta")

    assert "Nothing found" in text(home(client, q="glashouse", city="Bandung"))


def test_filters_by_city_and_offers_those_there_are(client):
    on(3, title="Here", city="Bandung")
    on(4, title="There", city="Solo")

    response = home(client, city="Solo")

    assert titles(response) == ["There"]
    assert re.findall(r'<option value="(\w*)"(?: selected)?>', response.content.decode())[:3] == ["", "Bandung", "Solo"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"from": "2027-02-05"}, ["Late in Jayapura", "Early in Jakarta"]),
        ({"to": "2027-02-04"}, ["Evening before"]),
        ({"from": "2027-02-05", "to": "2027-02-05"}, ["Late in Jayapura", "Early in Jakarta"]),
        ({"from": "2027-02-06"}, []),
    ],
)
def test_days_are_those_of_the_venue(client, asked, found):
    factories.published(title="Evening before", starts_at=datetime(2027, 2, 4, 14, tzinfo=UTC), timezone="Asia/Jakarta")  # 4 Feb 21:00
    factories.published(
        title="Late in Jayapura", starts_at=datetime(2027, 2, 4, 15, 30, tzinfo=UTC), timezone="Asia/Jayapura"
    )  # 5 Feb 00:30
    factories.published(title="Early in Jakarta", starts_at=datetime(2027, 2, 5, 16, tzinfo=UTC), timezone="Asia/Jakarta")  # 5 Feb 23:00

    assert [title for title in titles(home(client, **asked)) if title != "Nothing fits"] == found


def test_price_filter_compares_currencies(client):
    for currency, rate in (("IDR", 16_000), ("USD", 1)):
        ReferenceRate.objects.create(currency=currency, per_usdt=rate, quoted_at=NOW)
    for title, price, currency in (
        ("A", 0, "IDR"),
        ("B", 160_000, "IDR"),
        ("C", 160_001, "IDR"),
        ("D", 10, "USD"),
        ("E", 10, "USDT"),
        ("F", 26, "USD"),
    ):
        on(3, title=title, currency=currency, tiers=[{"name": "A", "price": Decimal(price), "quantity": 10}])

    assert sorted(titles(home(client, price="0"))) == ["A"]
    assert sorted(titles(home(client, price="10"))) == ["A", "B", "D", "E"]
    assert sorted(titles(home(client, price="25"))) == ["A", "B", "C", "D", "E"]


def test_hidden_tier_lends_no_price(client):
    on(3, title="Feature")
    tiers = [
        {"name": "A", "price": Decimal(100_000), "quantity": 10},
        {"name": "Press", "price": Decimal(0), "quantity": 10, "hidden": True},
    ]
    on(4, title="Night", tiers=tiers)

    assert "Night Balai Sarbini, Jakarta IDR 100,000" in text(home(client))
    assert titles(home(client, price="0")) == ["Nothing fits"]
    assert "Press" not in text(client.get("/events/night/"))


@pytest.mark.parametrize(
    "asked",
    [
        {"from": "2027-13-45"},
        {"from": "tomorrow", "to": "٢٠٢٧-٠٢-٠٤"},
        {"price": "-1"},
        {"price": "NaN"},
        {"q": "'" * 99},
        {"q": "a & | ! ( ) : * <-> \\"},
        {"q": "%_%"},
        {"city": "x" * 500},
        {"after": "99999999T999999.1"},
        {"after": "20270201T000000.-5"},
        {"after": "20270201T000000.99999999999999999999"},
        {"after": "00010101T000000.0"},
        {"from": "0001-01-01", "to": "9999-12-31"},
        {"from": "9999-12-31", "to": "0001-01-01"},
        {"unknown": "field"},
    ],
    ids=str,
)
def test_whatever_is_asked_is_answered_with_a_page(client, asked):
    on(3, title="Night")

    assert home(client, **asked).status_code == 200


def test_field_that_was_not_understood_says_so_and_the_rest_is_found(client):
    on(3, title="Here", city="Bandung")
    on(4, title="There", city="Solo")

    response = home(client, city="Solo", **{"from": "soon"})

    assert "From : Enter a valid date." in text(response)
    assert "There" in titles(response)
    assert "Here" not in titles(response)


def test_pages_follow_each_other_without_gap_or_repeat_also_within_one_moment(client):
    for number in range(60):
        on(3 if number < 40 else 4, title=f"Night {number}")

    seen, where = [], "/"
    while where:
        response = client.get(where)
        seen += titles(response)
        follow = re.search(r'rel="next" href="([^"]+)"', response.content.decode())
        where = unescape(follow.group(1)) if follow else None
        where = where and f"/{where}"

    assert len(seen) == 60
    assert set(seen) == {f"Night {number}" for number in range(60)}


def test_following_page_keeps_what_was_asked(client):
    for number in range(25):
        on(3, title=f"Night {number}", city="Solo")

    follow = re.search(r'rel="next" href="([^"]+)"', home(client, city="Solo", q="night", junk="x").content.decode()).group(1)

    assert unescape(follow) == "?q=night&city=Solo&after=20270204T090000.24"


def test_past_events_begin_with_the_latest(client):
    on(1, title="Older")
    on(2, title="Newer")

    with time_machine.travel(NOW + timedelta(days=9), tick=False):
        assert titles(client.get("/events/past/")) == ["Newer", "Older"]


# The event's own page


def event_page(client, event, **asked):
    return client.get(event.get_absolute_url(), asked)


def test_event_page_says_what_a_visitor_asks(client):
    event = on(
        3,
        title="Radio Hujan",
        artist="Lampu Trotoar",
        address="Jalan Kereta 17",
        description="One *long* night.",
        doors_open_at=NOW + timedelta(days=3, hours=-1),
        age_limit=18,
        access_notes="Step-free.\nLift.",
        refund_until_hours=48,
    )

    shown = text(event_page(client, event))

    for said in (
        "Thursday 4 February 2027, 16:00 WIB",
        "Radio Hujan Lampu Trotoar",
        "Doors 15:00",
        "Ends 20:00",
        "Where Balai Sarbini Jalan Kereta 17 Jakarta",
        "Age From 18 years",
        "Access Step-free. Lift.",
        "Refunds You can give tickets back until 2 days before the start.",
        "Promoter Radio Hujan",
        "One long night.",
        "Regular IDR 150,000",
    ):
        assert said in shown


def test_several_days_say_their_last_day(client):
    event = factories.published(starts_at=NOW + timedelta(days=3), ends_at=NOW + timedelta(days=5))

    assert "Ends Saturday 6 February, 16:00" in text(event_page(client, event))


def test_prices_include_fee_and_tax_and_say_about_how_much_in_usdt(client):
    ReferenceRate.objects.create(currency="IDR", per_usdt=16_000, quoted_at=NOW)
    team = factories.promoter(fee_percent=Decimal(5), tax_percent=Decimal(10))
    event = on(3, team=team, tiers=[{"name": "A", "price": Decimal(100_000), "quantity": 10}])

    assert "A IDR 115,000 about 7.19 USDT" in text(event_page(client, event))


def test_prices_without_a_rate_say_nothing_of_usdt(client):
    assert "about" not in text(event_page(client, on(3))).split("Tickets", 1)[1].split("Doors")[0]


@pytest.mark.parametrize(
    ("counters", "window", "said"),
    [
        ({}, {}, "Regular IDR 150,000 How many Regular"),
        ({"sold": 190}, {}, "Regular 10 left IDR 150,000 How many Regular"),
        ({"sold": 179}, {}, "Regular IDR 150,000 How many Regular"),
        ({"sold": 200}, {}, "Regular IDR 150,000 Sold out"),
        ({"sold": 198, "reserved": 2}, {}, "Regular IDR 150,000 All held Some may come back within 30 min"),
        ({"sold": 195, "waiting": 5}, {}, "Regular IDR 150,000 Others are in line"),
        ({}, {"sale_starts_at": NOW + timedelta(days=1)}, "Regular IDR 150,000 On sale Tue 2 Feb, 16:00"),
        ({}, {"sale_ends_at": NOW}, "Regular IDR 150,000 Sale has ended"),
    ],
)
def test_each_tier_says_its_state(client, counters, window, said):
    event = on(3, tiers=[{"name": "Regular", "price": Decimal(150_000), "quantity": 200}])
    TicketTier.objects.update(**counters, **window)

    assert said in text(event_page(client, event))


def test_most_that_can_be_taken_is_the_order_limit_or_what_is_left(client):
    event = on(3, tiers=[{"name": "Regular", "price": Decimal(1), "quantity": 20, "max_purchase": 8}])
    assert 'max="8"' in event_page(client, event).content.decode()

    TicketTier.objects.update(sold=15)
    cache.clear()
    assert 'max="5"' in event_page(client, event).content.decode()
    actions.update_event(event_id=event.pk, by=None, at=NOW, max_per_buyer=3)
    cache.clear()
    assert 'max="3"' in event_page(client, event).content.decode()


def test_sum_is_what_the_order_will_cost(client):
    ReferenceRate.objects.create(currency="IDR", per_usdt=16_000, quoted_at=NOW)
    team = factories.promoter(fee_percent=Decimal(5), tax_percent=Decimal(10))
    event = on(
        3,
        team=team,
        tiers=[{"name": "A", "price": Decimal(100_000), "quantity": 10}, {"name": "B", "price": Decimal(50_000), "quantity": 10}],
    )
    chosen = {f"quantity-{tier.pk}": 2 for tier in event.tiers.all()}

    response = event_page(client, event, **chosen)

    assert (
        "2 × A IDR 200,000 2 × B IDR 100,000 Service fee IDR 15,000 Tax IDR 30,000 Total IDR 345,000 "
        "In USDT, at today’s rate about 21.57 USDT" in text(response)
    )
    assert response.content.decode().count('value="2"') == 2


@pytest.mark.parametrize("quantity", ["0", "-1", "1e9", "99999999999", "٢", "NaN", "", "2.5"])
def test_quantities_nobody_can_choose_make_no_sum(client, quantity):
    event = on(3)

    response = event_page(client, event, **{f"quantity-{event.tiers.get().pk}": quantity, "quantity-x": "2"})

    assert "Total" not in text(response)


def test_more_than_is_left_is_what_is_left(client):
    event = on(3, tiers=[{"name": "A", "price": Decimal(10_000), "quantity": 3}])

    assert "3 × A IDR 30,000" in text(event_page(client, event, **{f"quantity-{event.tiers.get().pk}": 9}))


def test_tier_of_another_event_is_not_counted(client):
    event, other = on(3, title="One"), on(3, title="Other")

    assert "Total" not in text(event_page(client, event, **{f"quantity-{other.tiers.get().pk}": 2}))


def test_cancelled_event_says_so_and_why(client):
    event = on(3)
    actions.cancel(event_id=event.pk, reason="The hall was flooded.", by=None, at=NOW)

    shown = text(event_page(client, event))

    assert "This event is cancelled The hall was flooded." in shown
    assert "Add to your calendar" not in shown
    assert ("How many" in shown, "Refunds" in shown) == (False, False)


@pytest.mark.parametrize(
    ("title", "is_long"),
    [("Radio Hujan", False), ("Kepulauan Seribu", False), ("Pertanggungjawaban", True), ("A night " * 6, True)],
    ids=["short", "two words", "long word", "long line"],
)
def test_long_titles_get_smaller_letters(client, title, is_long):
    page = event_page(client, on(3, title=title.strip())).content.decode()

    assert (f'<h1 class="long">{title.strip()}</h1>' in page) == is_long
    assert (f"<h1>{title.strip()}</h1>" in page) != is_long


def test_event_that_is_over_sells_nothing(client):
    event = on(3)

    with time_machine.travel(event.ends_at, tick=False):
        shown = text(event_page(client, event))

    assert "This event is over See what comes next" in shown
    assert "How many" not in shown


def test_closed_sales_say_so(client):
    event = on(3)
    actions.close_sales(event_id=event.pk, by=None, at=NOW)

    assert "Regular IDR 150,000 Sale has ended" in text(event_page(client, event))


def test_draft_is_there_for_its_team_and_staff_alone(client):
    event = factories.event(title="Secret")
    drawn = [
        event.get_absolute_url(),
        reverse("events:calendar", args=["secret"]),
        pages.drawing(event, "poster"),
        pages.drawing(event, "art"),
    ]

    def answers():
        return [client.get(where).status_code for where in drawn]

    assert answers() == [404] * 4
    for stranger in (factories.person(), factories.promoter("Oscar", name="Others").owner):
        factories.sign_in(client, stranger)
        assert answers() == [404] * 4
    for known in (event.promoter.owner, factories.member(event.promoter, "Greta", "gate"), factories.staff()):
        factories.sign_in(client, known)
        assert answers() == [200] * 4
    shown = text(client.get(event.get_absolute_url()))
    assert ("Only your team sees this" in shown, "Regular IDR 150,000 Not on sale yet" in shown) == (True, True)
    assert "private" in client.get(drawn[2])["Cache-Control"]
    client.logout()
    assert answers() == [404] * 4


def test_deleted_event_is_gone(client):
    event = factories.event(title="Gone")
    actions.delete(event_id=event.pk, by=None, at=NOW)
    factories.sign_in(client, event.promoter.owner)

    assert event_page(client, event).status_code == 404


@pytest.mark.parametrize("slug", ["nothing", "-", "x" * 80, "past-"])
def test_unknown_event_is_404(client, slug):
    assert client.get(f"/events/{slug}/").status_code == 404


def test_archived_event_keeps_its_page(client):
    event = on(3)
    with time_machine.travel(event.ends_at, tick=False):
        actions.archive(event_id=event.pk, by=None, at=event.ends_at)

        assert "This event is over" in text(event_page(client, event))


def test_hostile_words_stay_words(client):
    evil = "</script><script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}"
    event = on(
        3, title=evil, artist=evil, venue=evil, city=evil[:80], address=evil, description=evil, access_notes=evil,
        tiers=[{"name": evil[:80], "description": evil, "price": Decimal(1), "quantity": 9}],
    )  # fmt: skip

    for response in (home(client), event_page(client, event), client.get(f"/events/{event.slug}/availability/")):
        page = response.content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "49" not in re.findall(r"\{\{.*?\}\}|alert\(1\)\W*49", page)


def test_machines_read_the_same_facts(client):
    event = on(3, title='Rock & "Roll" </script>', artist="A <b>", tiers=[{"name": "A", "price": Decimal(100_000), "quantity": 9}])

    page = event_page(client, event).content.decode()
    told = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.S).group(1))

    assert (told["name"], told["performer"]["name"], told["startDate"]) == ('Rock & "Roll" </script>', "A <b>", "2027-02-04T16:00:00+07:00")
    assert told["offers"] == [
        {
            "@type": "Offer",
            "name": "A",
            "price": "100000",
            "priceCurrency": "IDR",
            "url": f"http://localhost:8000{event.get_absolute_url()}",
        }
    ]
    assert f'<link rel="canonical" href="http://localhost:8000{event.get_absolute_url()}">' in page


def test_calendar_file_tells_the_same_moment_everywhere(client):
    event = on(3, title="Night; with, all\\signs" + " long" * 20, address="Jalan 1")

    response = client.get(f"/events/{event.slug}/calendar.ics")
    body = response.content.decode()
    unfolded = body.replace("\r\n ", "")

    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert "DTSTART;TZID=Asia/Jakarta:20270204T160000\r\nDTEND;TZID=Asia/Jakarta:20270204T200000\r\n" in unfolded
    entry = Calendar.from_ical(response.content).events[0]
    assert (entry.start, entry.end) == (event.starts_at, event.ends_at)
    assert "SUMMARY:Night\\; with\\, all\\\\signs long" in unfolded
    assert "LOCATION:Balai Sarbini\\, Jalan 1\\, Jakarta\r\n" in unfolded
    assert max(len(line.encode()) for line in body.split("\r\n")) <= 75
    assert "STATUS:CONFIRMED" in unfolded


def test_calendar_cannot_be_given_lines_of_its_own(client):
    event = on(3, title="Night\r\nATTENDEE:evil")

    assert "\r\nATTENDEE" not in client.get(f"/events/{event.slug}/calendar.ics").content.decode()


def test_poster_and_art_are_kept_for_a_year_under_an_address_that_changes_with_the_words(client):
    event = on(3, title="Night")
    for kind in ("poster", "art"):
        where = pages.drawing(event, kind)
        response = client.get(where)
        ElementTree.fromstring(response.content)
        assert (response["Content-Type"], response["Cache-Control"]) == ("image/svg+xml", "public, max-age=31536000, immutable")
        assert client.get(f"/events/night/{kind}-000000000000.svg")["Location"] == where

        actions.update_event(event_id=event.pk, by=None, at=NOW, venue=f"Hall of {kind}")
        event.refresh_from_db()
        assert pages.drawing(event, kind) != where


# Kept parts


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    return lambda: django_capture_on_commit_callbacks(execute=True)


def test_changes_are_seen_at_the_next_visit(client, committed):
    event = on(3, title="Before")
    assert "Before" in text(event_page(client, event))
    assert "Before" in text(home(client))

    with committed():
        actions.update_event(event_id=event.pk, by=None, at=NOW, title="After")

    assert "After" in text(event_page(client, event))
    assert "After" in text(home(client))


def test_what_is_claimed_is_seen_at_the_next_visit(client, committed):
    event = on(3, tiers=[{"name": "Regular", "price": Decimal(1), "quantity": 3}])
    lines = {event.tiers.get().pk: 3}
    assert "How many Regular" in text(event_page(client, event))

    with committed():
        actions.claim(event_id=event.pk, lines=lines, at=NOW)
    assert "All held" in text(event_page(client, event))
    with committed():
        actions.sell(event_id=event.pk, lines=lines)
    assert "Sold out" in text(event_page(client, event))
    assert "See what comes next" in text(event_page(client, event))
    with committed():
        actions.unsell(event_id=event.pk, lines=lines)
    assert "How many Regular" in text(event_page(client, event))
    assert "See what comes next" not in text(event_page(client, event))


def test_a_sale_begins_at_its_time_although_the_page_is_kept(client):
    event = on(3, tiers=[{"name": "Regular", "price": Decimal(1), "quantity": 3, "sale_starts_at": NOW + timedelta(seconds=20)}])
    assert "On sale Mon 1 Feb, 16:00" in text(event_page(client, event))

    with time_machine.travel(NOW + timedelta(seconds=20), tick=False):
        assert "How many Regular" in text(event_page(client, event))


def test_languages_are_kept_apart(client):
    event = on(3)
    event_page(client, event)

    assert "Doors" not in text(client.get(event.get_absolute_url(), headers={"accept-language": "id"}))
    assert "Where Balai" in text(event_page(client, event))


def test_availability_says_nothing_new_with_304(client, committed):
    event = on(3, tiers=[{"name": "Regular", "price": Decimal(1), "quantity": 10}])
    where = f"/events/{event.slug}/availability/"
    first = client.get(where)
    again = client.get(where, headers={"if-none-match": first["ETag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    assert first["Cache-Control"] == "no-cache, private"

    with committed():
        actions.claim(event_id=event.pk, lines={event.tiers.get().pk: 10}, at=NOW)

    assert client.get(where, headers={"if-none-match": first["ETag"]}).status_code == 200


def test_pages_are_served_without_the_cache(client, redis_away):
    event = on(3)

    assert [
        home(client).status_code,
        event_page(client, event).status_code,
        client.get(f"/events/{event.slug}/availability/").status_code,
    ] == [200] * 3


@pytest.mark.parametrize("rows", [2, 23])
@pytest.mark.parametrize(
    ("where", "cold"),
    [
        ("/", 3),
        ("/?q=night", 3),
        ("/?q=nigth", 4),
        ("/?city=Jakarta&price=50&from=2027-02-01", 3),
        ("/events/night-0/", 4),
        ("/events/past/", 1),
    ],
)
def test_pages_cost_few_queries_cold_none_warm_and_no_more_with_rows(client, where, cold, rows, django_assert_num_queries):
    ReferenceRate.objects.create(currency="IDR", per_usdt=16_000, quoted_at=NOW)
    for number in range(rows):
        on(3, title=f"Night {number}", slug=f"night-{number}")

    with django_assert_num_queries(cold):
        client.get(where)
    with django_assert_num_queries(0):
        client.get(where)


def test_availability_costs_no_query_when_kept(client, django_assert_num_queries):
    on(3, slug="night")
    client.get("/events/night/")

    with django_assert_num_queries(0):
        client.get("/events/night/availability/")


def test_titles_are_never_cut_from_the_reader(client):
    event = on(3, title="A" * 140, artist="B" * 140)

    shown = text(event_page(client, event))

    assert "A" * 140 in shown
    assert "B" * 140 in shown
    assert timezone.now() == NOW
    assert Event.objects.count() == 1


def test_event_page_weighs_less_than_100_kb_without_pictures(client):
    event = on(
        3, description="One long night. " * 200, tiers=[{"name": f"Tier {n}", "price": Decimal(n), "quantity": 9} for n in range(1, 9)]
    )
    page = event_page(client, event).content
    files = re.findall(r'(?:href|src)="(/static/[^"]+\.(?:css|js))"', page.decode())
    bodies = [page, *[b"".join(client.get(file)) for file in files]]

    assert len(files) >= 7
    assert sum(len(gzip.compress(body)) for body in bodies) < 40_000  # the promise is 100,000; this is what it is

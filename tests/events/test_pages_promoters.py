"""A promoter's public page."""

import re
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.core.cache import cache

import accounts.actions
from accounts.models import Promoter
from events import actions
from tests import factories
from tests.factories import THEN

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def moment():
    cache.clear()
    with time_machine.travel(THEN, tick=False):
        yield


def on(day, team, **facts):
    return factories.published(team, starts_at=THEN + timedelta(days=day), **facts)


def titles(response):
    return re.findall(r"<h3><a [^>]*>([^<]+)</a>", response.content.decode())


def text(response):
    return " ".join(unescape(re.sub("<[^>]+>", " ", response.content.decode())).split())


def test_page_says_who_it_is_and_shows_its_own_events_alone(client):
    team = factories.promoter(about="Indie nights in **Jakarta**. <script>alert(1)</script>")
    other = factories.promoter("Omar", name="Other")
    on(3, team, title="Second"), on(2, team, title="First"), on(2, other, title="Foreign")
    factories.event(team, title="Draft")
    actions.cancel(event_id=on(4, team, title="Cancelled").pk, reason="Rain.", by=None, at=THEN)

    response = client.get("/by/radio-hujan/")

    assert titles(response) == ["First", "Second"]
    assert "Indie nights in <strong>Jakarta</strong>" in response.content.decode()
    assert "<script>alert" not in response.content.decode()
    assert 'href="mailto:hello@radio.example">' in response.content.decode()
    assert '<link rel="canonical" href="http://localhost:8000/by/radio-hujan/">' in response.content.decode()


def test_past_events_are_counted_and_shown(client):
    team = factories.promoter()
    on(1, team, title="One"), on(2, team, title="Two"), on(30, team, title="Next")
    on(1, factories.promoter("Omar", name="Other"), title="Foreign")

    with time_machine.travel(THEN + timedelta(days=9), tick=False):
        assert "2 past events" in text(client.get("/by/radio-hujan/"))
        assert titles(client.get("/by/radio-hujan/past/")) == ["Two", "One"]
        assert titles(client.get("/by/radio-hujan/")) == ["Next"]


def test_pages_follow_each_other(client):
    team = factories.promoter()
    for number in range(30):
        on(3, team, title=f"Night {number}")

    first = client.get("/by/radio-hujan/")
    follow = unescape(re.search(r'rel="next" href="([^"]+)"', first.content.decode()).group(1))

    assert len({*titles(first), *titles(client.get(f"/by/radio-hujan/{follow}"))}) == 30


def test_unapproved_and_unknown_promoters_have_no_page(client):
    factories.applicant()
    refused = factories.promoter("Omar", name="Other")
    accounts.actions.refuse(promoter_id=refused.pk, reason="No.", by=None, at=THEN)

    for slug in ("radio-hujan", "other", "nothing", "x" * 300):
        assert client.get(f"/by/{slug}/").status_code == 404
        assert client.get(f"/by/{slug}/past/").status_code == 404


def test_event_page_leads_there_while_the_promoter_is_approved(client):
    team = factories.promoter()
    on(3, team, slug="night")
    assert '<a href="/by/radio-hujan/">Radio Hujan</a>' in client.get("/events/night/").content.decode()

    Promoter.objects.update(approved_at=None)
    cache.clear()
    assert "/by/" not in client.get("/events/night/").content.decode()


@pytest.mark.parametrize("rows", [1, 23])
@pytest.mark.parametrize(("where", "cold"), [("/by/radio-hujan/", 4), ("/by/radio-hujan/past/", 3)])
def test_page_costs_four_queries_cold_none_warm_and_no_more_with_rows(client, rows, where, cold, django_assert_num_queries):
    team = factories.promoter()
    for number in range(rows):
        on(3, team, title=f"Night {number}")

    with django_assert_num_queries(cold):
        client.get(where)
    with django_assert_num_queries(0):
        client.get(where)


def test_new_event_is_seen_at_the_next_visit(client, django_capture_on_commit_callbacks):
    team = factories.promoter()
    client.get("/by/radio-hujan/")

    with django_capture_on_commit_callbacks(execute=True):
        on(3, team, title="New")

    assert titles(client.get("/by/radio-hujan/")) == ["New"]


def test_address_is_made_from_the_name_and_free():
    first = factories.promoter()
    second = factories.promoter("Omar", name="Radio Hujan")
    nameless = factories.promoter("Hana", name="夜の音楽")

    assert first.slug == "radio-hujan"
    assert re.fullmatch("radio-hujan-[a-z2-9]{4}", second.slug)
    assert nameless.slug == "promoter"


def test_promoter_opened_by_staff_has_an_address_and_one_who_asks_again_keeps_it():
    opened = accounts.actions.open_promoter(
        owner=factories.person("Nina"), by=None, at=THEN, language="en", name="Nordlys Live", contact_email="n@example.org"
    )
    asked = factories.applicant()
    accounts.actions.refuse(promoter_id=asked.pk, reason="No.", by=None, at=THEN)
    factories.applicant(name="Another name")

    assert opened.slug == "nordlys-live"
    assert Promoter.objects.get(pk=asked.pk).slug == "radio-hujan"

"""What search engines are told: the sitemap and robots.txt."""

import itertools
import re
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree

import pytest
import time_machine
from django.core.cache import cache

from events import actions
from events.views import machines
from tests import factories
from tests.factories import THEN

pytestmark = pytest.mark.django_db
SITE = "http://localhost:8000"


@pytest.fixture(autouse=True)
def moment():
    cache.clear()
    with time_machine.travel(THEN, tick=False):
        yield


def addresses(response):
    assert response["Content-Type"] == "application/xml; charset=utf-8"
    return [found.text.removeprefix(SITE) for found in ElementTree.fromstring(response.content).iter() if found.tag.endswith("}loc")]


def test_sitemap_names_public_events_promoters_and_the_home_page(client):
    factories.published(slug="night")
    factories.event(slug="draft")
    actions.cancel(event_id=factories.published(slug="cancelled").pk, reason="Rain.", by=None, at=THEN)
    factories.applicant("Omar", name="Waiting")

    assert addresses(client.get("/sitemap.xml")) == ["/", "/by/radio-hujan/", "/events/night/"]


def test_past_events_stay_in_it(client):
    event = factories.published(slug="night")

    with time_machine.travel(event.ends_at, tick=False):
        assert "/events/night/" in addresses(client.get("/sitemap.xml"))


def test_entry_says_when_it_changed(client):
    factories.published(slug="night")

    assert re.search(r"/events/night/</loc><lastmod>\d{4}-\d\d-\d\d</lastmod>", client.get("/sitemap.xml").content.decode())


def test_many_events_are_in_several_lists(client, monkeypatch):
    monkeypatch.setattr(machines, "MOST", 2)
    for number in range(5):
        factories.published(slug=f"night-{number}", title=f"Night {number}")

    lists = addresses(client.get("/sitemap.xml"))
    found = [addresses(client.get(where)) for where in lists]

    assert lists == [f"/sitemap-{number}.xml" for number in range(4)]
    assert found[0] == ["/", "/by/radio-hujan/"]
    assert sorted(itertools.chain(*found[1:])) == [f"/events/night-{number}/" for number in range(5)]
    assert [client.get(f"/sitemap-{number}.xml").status_code for number in (4, 10**30)] == [404, 404]


def test_sitemap_costs_few_queries_cold_and_none_warm(client, django_assert_num_queries):
    factories.published()

    with django_assert_num_queries(3):
        client.get("/sitemap.xml")
    with django_assert_num_queries(0):
        client.get("/sitemap.xml")


def test_robots_keep_out_of_what_is_private(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get("/robots.txt")
    told = RobotFileParser()
    told.parse(response.content.decode().splitlines())

    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert told.site_maps() == [f"{SITE}/sitemap.xml"]
    assert [told.can_fetch("bot", where) for where in ("/", "/events/night/", "/by/radio-hujan/", "/static/css/base.css")] == [True] * 4
    private = ("/admin/", "/account/login/", "/orders/secret/", "/tickets/secret/", "/invitations/secret/", "/no-more-letters/secret/")
    assert [told.can_fetch("bot", where) for where in private] == [False] * 6

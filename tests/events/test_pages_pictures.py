"""Pictures on the public pages: their addresses, what browsers may keep, and what a page costs with them."""

import re
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.core.cache import cache

from events import actions, pages, tasks
from events.models import Picture
from tests import factories
from tests.events.test_actions_looks import drawn, upload

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def moment():
    cache.clear()
    with time_machine.travel(factories.THEN, tick=False):
        yield


def images(response):
    return [unescape(found) for found in re.findall(r"<img class=\"poster\"[^>]*>", response.content.decode())]


def test_picture_is_kept_for_a_year_under_an_address_of_its_own(client, django_assert_num_queries):
    digest = drawn(factories.published())

    for width in (480, 960, 1600):
        with django_assert_num_queries(1):
            response = client.get(f"/pictures/{digest}-{width}.webp")
        assert response.content[:4] + response.content[8:12] == b"RIFFWEBP"
        assert response["Content-Type"] == "image/webp"
        assert response["Cache-Control"] == "public, max-age=31536000, immutable"
        assert response["X-Content-Type-Options"] == "nosniff"


def test_unknown_pictures_and_widths_are_404(client):
    event = factories.published()
    digest = drawn(event)
    waiting = upload(event).digest

    for where in (f"{digest}-481", f"{'0' * 32}-480", f"{waiting}-480", f"{Picture.objects.first().pk}-480", f"{digest[:31]}-480", "-480"):
        assert client.get(f"/pictures/{where}.webp").status_code == 404


def test_lists_and_event_page_show_the_picture_in_place_of_the_poster(client):
    factories.published(title="Feature", starts_at=factories.THEN + timedelta(days=1))
    event = factories.published(title="Night", slug="night")
    digest = drawn(event)
    srcset = ", ".join(f"/pictures/{digest}-{width}.webp {width}w" for width in (480, 960, 1600))

    (card,) = images(client.get("/"))
    (band,) = images(client.get("/events/night/"))

    for image in (card, band):
        assert f'src="/pictures/{digest}-960.webp" srcset="{srcset}" sizes="' in image
        assert 'alt="" width="800" height="1000"' in image
    assert f'href="/pictures/{digest}-1600.webp" aria-label="See the whole picture"' in client.get("/events/night/").content.decode()


def test_large_entry_of_the_home_page_shows_the_picture(client):
    digest = drawn(factories.published())

    assert f'<img src="/pictures/{digest}-960.webp" srcset="' in client.get("/").content.decode()


def test_picture_elsewhere_is_on_no_page(client):
    factories.published(slug="night", image_url="https://elsewhere.example/a.jpg")

    assert "elsewhere" not in client.get("/").content.decode() + client.get("/events/night/").content.decode()


@pytest.mark.parametrize(("where", "cold"), [("/", 3), ("/events/night-0/", 4)])
def test_pictures_cost_pages_no_query(client, where, cold, django_assert_num_queries):
    for number in range(3):
        drawn(factories.published(title=f"Night {number}", slug=f"night-{number}"))
    cache.clear()

    with django_assert_num_queries(cold):
        client.get(where)
    with django_assert_num_queries(0):
        client.get(where)


def test_removed_picture_is_gone(client):
    event = factories.published()
    digest = drawn(event)

    actions.remove_picture(event_id=event.pk, by=None, at=factories.THEN)

    assert client.get(f"/pictures/{digest}-480.webp").status_code == 404
    event.refresh_from_db()
    assert client.get(pages.drawing(event, "poster")).status_code == 200


def test_pictures_of_a_rush_are_drawn_in_turn():
    for number in range(tasks.PICTURES + 1):
        upload(factories.published(title=f"Night {number}"))

    tasks.draw_pictures()
    assert Picture.objects.waiting().count() == 1
    tasks.draw_pictures()
    assert Picture.objects.waiting().count() == 0

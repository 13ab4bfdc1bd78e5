"""The card of a shared link, and the painter behind it."""

import datetime
import re
from io import BytesIO

import pytest
import time_machine
from django.core.cache import cache
from PIL import Image

from events import actions, pages, posters
from events.posters import FAMILIES, INKS, raster
from tests import factories
from tests.events.test_actions_looks import drawn
from tests.events.test_pictures import encoded
from tests.factories import THEN

DAY = datetime.date(2027, 2, 13)


@pytest.fixture(autouse=True)
def moment():
    cache.clear()
    with time_machine.travel(THEN, tick=False):
        yield


def card_of(client, event):
    return re.search(r'property="og:image" content="http://localhost:8000([^"]+)"', client.get(event.get_absolute_url()).content.decode())[
        1
    ]


@pytest.mark.django_db
def test_page_names_a_card_of_the_poster(client, django_assert_num_queries):
    event = factories.published(slug="night")
    where = card_of(client, event)

    with django_assert_num_queries(1):
        response = client.get(where)

    image = Image.open(BytesIO(response.content))
    assert (where[:18], where[-4:], image.format, image.size) == ("/events/night/card", ".png", "PNG", (1200, 630))
    assert (response["Content-Type"], response["Cache-Control"]) == ("image/png", "public, max-age=31536000, immutable")
    assert response["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert len(response.content) < 100_000
    assert client.get("/events/night/card-000000000000.png")["Location"] == where


@pytest.mark.django_db
def test_card_of_an_event_with_a_picture_is_the_picture(client):
    event = factories.published(slug="night")
    before = card_of(client, event)
    drawn(event, encoded(Image.new("RGB", (900, 1500), "#c01030")))
    cache.clear()
    where = card_of(client, event)

    response = client.get(where)

    image = Image.open(BytesIO(response.content))
    assert (where[-4:], response["Content-Type"], image.format, image.size) == (".jpg", "image/jpeg", "JPEG", (1200, 630))
    assert [abs(a - b) < 12 for a, b in zip(image.getpixel((600, 300)), (0xC0, 0x10, 0x30), strict=True)] == [True] * 3
    assert client.get(before)["Location"] == where


@pytest.mark.django_db
def test_card_changes_its_address_with_the_words_and_the_poster(client):
    event = factories.published(slug="night")
    seen = {pages.card(event)}

    actions.update_event(event_id=event.pk, by=None, at=THEN, title="Another")
    event.refresh_from_db()
    seen.add(pages.card(event))
    actions.reroll_poster(event_id=event.pk, by=None, at=THEN)
    event.refresh_from_db()

    assert len({*seen, pages.card(event)}) == 3


@pytest.mark.django_db
def test_card_of_a_draft_is_for_its_team(client):
    event = factories.event(slug="draft")

    assert client.get(pages.card(event)).status_code == 404
    factories.sign_in(client, event.promoter.owner)
    assert "private" in client.get(pages.card(event))["Cache-Control"]


@pytest.mark.parametrize("title", ["A", "Radio Hujan", "B" * 140, "夜の音楽", "", "<script>&amp;"])
@pytest.mark.parametrize("family", FAMILIES)
def test_every_title_and_family_makes_a_card(title, family):
    image = posters.card(title, title, DAY, venue=title, choice=posters.Choice("nila", family, "foot", 99))

    assert image.size == (1200, 630)
    assert {INKS["nila"].ground} < {f"#{r:02x}{g:02x}{b:02x}" for _, (r, g, b) in image.getcolors(99999)}


def painted(body, size=20):
    return raster.paint(f'<svg xmlns="http://www.w3.org/2000/svg">{body}</svg>', size, size)


def is_white(image, *points):
    return [image.getpixel(point) == (255, 255, 255) for point in points]


@pytest.mark.parametrize(
    ("body", "inside", "outside"),
    [
        ('<rect x="5" y="5" width="10" height="10" fill="#fff"/>', (6, 6), (4, 4)),
        ('<rect width="100%" height="100%" fill="#fff"/>', (19, 19), None),
        ('<circle cx="10" cy="10" r="5" fill="#fff"/>', (10, 6), (6, 6)),
        ('<path d="M5 5h10v10h-10Z" fill="#fff"/>', (6, 14), (16, 10)),
        ('<path d="M5 10A5 5 0 0 1 15 10Z" fill="#fff"/>', (10, 7), (10, 12)),
        ('<path d="M5 10A5 5 0 0 0 15 10Z" fill="#fff"/>', (10, 12), (10, 7)),
        ('<path d="M5 10a5 5 0 0 0 10 0a5 5 0 0 0-10 0" fill="#fff"/>', (10, 6), (6, 6)),
        ('<path d="M0 0Q20 0 20 20H0Z" fill="#fff"/>', (12, 6), (18, 2)),
        ('<path d="M0 10Q5 0 10 10T20 10" fill="none" stroke="#fff" stroke-width="2"/>', (15, 14), (15, 6)),
        ('<path d="M5 10H15" fill="none" stroke="#fff" stroke-width="4"/>', (4, 10), (2, 10)),
        ('<path d="M5 15V5H15" fill="none" stroke="#fff" stroke-width="4"/>', (3, 3), (8, 8)),
        ('<g transform="translate(10 0)"><rect width="5" height="5" fill="#fff"/></g>', (12, 2), (2, 2)),
        ('<g transform="scale(2 1)"><rect x="5" width="5" height="5" fill="#fff"/></g>', (18, 2), (7, 2)),
        ('<g transform="translate(10 10) rotate(90)"><rect width="5" height="9" fill="#fff"/></g>', (2, 12), (12, 12)),
        ('<g transform="matrix(0 1 -1 0 10 10)"><rect width="5" height="9" fill="#fff"/></g>', (2, 12), (12, 12)),
    ],
)
def test_painter_puts_shapes_where_svg_does(body, inside, outside):
    image = painted(body)

    assert is_white(image, inside) == [True]
    assert outside is None or is_white(image, outside) == [False]

"""Pictures, reminders and promoters' pages in a real browser."""

from datetime import timedelta

import pytest
from django.utils import timezone

from events.models import Reminder, TicketTier
from tests import factories
from tests.browser.conftest import DESK, PHONE
from tests.events.test_actions_looks import drawn


@pytest.fixture
def night():
    """An event with a picture, whose sale starts in two days."""
    now = timezone.now()
    event = factories.published(factories.promoter(about="Indie nights."), title="Night", slug="night")
    TicketTier.objects.update(sale_starts_at=now + timedelta(days=2))
    drawn(event)
    return event


@pytest.mark.parametrize("scripts", [True, False])
def test_reminder_is_asked_and_taken_back_without_scripts_too(visit, night, scripts):
    page = visit("/events/night/", scripts=scripts)
    page.locator("#remind_email").fill("rani@example.org")
    page.get_by_role("button", name="Tell me").click()

    said = page.get_by_text("We write to rani@example.org when the sale starts.")
    said.wait_for()
    top = said.bounding_box()["y"]
    assert 0 <= top <= PHONE["height"]
    page.goto(f"/no-more-letters/{Reminder.objects.get().secret}/")
    page.get_by_role("button", name="No more letters").click()
    page.get_by_role("heading", name="You get no more letters").wait_for()
    assert not Reminder.objects.exists()


@pytest.mark.parametrize("language", ["en", "id"])
def test_pages_are_accessible(visit, accessible, night, language):
    page = visit("/", screen=DESK, language=language)
    for where in ("/events/night/", "/by/radio-hujan/", "/by/radio-hujan/past/", f"/no-more-letters/{'0' * 32}/"):
        page.goto(where)
        accessible(page)


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
def test_nothing_moves_when_the_picture_comes(visit, night, screen):
    page = visit("/events/night/", screen=screen)
    image = page.locator(".band img")
    image.evaluate("image => image.decode()")
    before = image.bounding_box()
    image.evaluate("image => { image.srcset = ''; image.src = ''; }")

    assert image.bounding_box() == before

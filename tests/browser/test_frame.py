"""The frame in a real browser: every page in both themes and both languages, on a phone and on a desk."""

import pytest

from tests.browser.conftest import DESK
from ticketing import identity, mailbox
from ticketing.identity import SiteIdentity

PAGES = {"/": 200, "/demo/components/": 200, "/demo/mailbox/": 200, "/about/terms/": 200, "/nowhere/": 404}


@pytest.fixture(autouse=True)
def terms():
    SiteIdentity.objects.create(terms_en="# Terms\n\nYou **buy** a ticket.", terms_id="# Syarat\n\nAnda **membeli** tiket.")
    identity.forget()
    mailbox.empty()


@pytest.mark.parametrize("language", ["en", "id"])
def test_every_page_is_accessible_and_fits(visit, accessible, language):
    page = visit("/", screen=DESK, language=language)
    for path, status in PAGES.items():
        assert page.goto(path).status == status
        accessible(page)
        assert page.locator("html").get_attribute("lang") == language


def test_language_is_chosen_and_remembered_without_scripts(visit):
    page = visit("/demo/components/?x=1", scripts=False)

    page.get_by_role("link", name="Bahasa Indonesia").click()
    assert page.url.endswith("/demo/components/?x=1")
    page.goto("/")

    assert page.locator("html").get_attribute("lang") == "id"


def test_form_with_errors_takes_the_focus_to_its_summary(visit, accessible):
    page = visit("/demo/components/", screen=DESK)

    page.get_by_role("button", name="Send", exact=True).click()

    assert page.locator(":focus").get_attribute("role") == "alert"
    accessible(page)
    page.get_by_role("link", name="Your e-mail").click()
    assert page.locator(":focus").get_attribute("name") == "email"


def test_keyboard_reaches_the_content_first_and_everything_after(visit):
    page = visit("/demo/components/", screen=DESK)

    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Get 2 tickets"


def test_nothing_moves_for_those_who_ask_for_stillness(visit):
    page = visit("/demo/components/")

    moving = page.evaluate("document.getAnimations().length")

    assert moving == 0

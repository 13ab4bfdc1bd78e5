"""A real browser: Debian's Chromium, driven by Playwright, against a live server with the test's database."""

import os
import shutil

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Page, expect, sync_playwright

from tests.factories import THEN

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
# The second line: it looks for nothing outside this machine.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]
PATIENCE = 60_000  # milliseconds, on a busy machine; nothing waits that long when all is well
PHONE, DESK, SMALLEST = {"width": 390, "height": 844}, {"width": 1280, "height": 800}, {"width": 320, "height": 640}
# What axe would fetch and put into the page, our policy refuses. What it finds is a few lines; its whole report takes
# longer to leave the browser than the looking took.
LOOK = """axe.run({preload: false, resultTypes: ["violations"]}).then(found => found.violations.flatMap(
    rule => rule.nodes.map(node => [rule.id, node.html, node.failureSummary])))"""


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.django_db(transaction=True))
            if not CHROMIUM:
                item.add_marker(pytest.mark.skip(reason="no Chromium here: apt install chromium"))


@pytest.fixture(autouse=True)
def moment():
    """Before the events, in whatever year this runs: the site's clock, not the browser's."""
    with time_machine.travel(THEN):
        yield


@pytest.fixture(scope="session")
def chromium():
    # Playwright runs an event loop in this thread, in which Django would refuse its ORM.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS, timeout=PATIENCE)
        expect.set_options(timeout=PATIENCE)
        yield browser
        browser.close()


@pytest.fixture
def become(live_server, settings):
    """Let a browser's visitor be this person, who signed in elsewhere."""

    def change(context, user) -> None:
        elsewhere = Client()
        elsewhere.force_login(user)
        session = elsewhere.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])

    return change


@pytest.fixture
def visit(chromium, live_server, settings, become):
    """Open a page of the site as a visitor with this screen, theme and language; fail on what its console complains of."""
    settings.DEMO = True
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
    contexts, complaints = [], []

    def open_page(path="/", *, screen=PHONE, theme="light", language="en", scripts=True, fine=(200,), user=None) -> Page:
        context = chromium.new_context(
            base_url=live_server.url,
            viewport=screen,
            color_scheme=theme,
            locale=language,
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        if user:
            become(context, user)
        page = context.new_page()
        # Chromium reports an error page itself as a failed resource; everything else that it says is a fault of ours.
        page.on("console", lambda message: complaints.append(message.text) if message.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        answer = page.goto(path)
        assert answer is not None
        assert answer.status in fine
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [text for text in complaints if "Failed to load resource" not in text] == []


@pytest.fixture
def accessible():
    """Have axe look at a page as it is, then dark and on a small phone, where it must fit; what is found is the test's failure."""

    def look(page: Page, *, smallest=SMALLEST) -> None:
        page.wait_for_load_state()
        page.evaluate(Axe().axe_script)
        assert page.evaluate(LOOK) == [], page.url
        screen = page.viewport_size
        page.set_viewport_size(smallest)
        page.emulate_media(color_scheme="dark")
        assert page.evaluate(LOOK) == [], page.url
        assert page.evaluate("document.documentElement.scrollWidth") <= smallest["width"], page.url
        page.set_viewport_size(screen)
        page.emulate_media(color_scheme="light")

    return look

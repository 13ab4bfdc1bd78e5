"""Tickets and the door in a real browser: on phones, with a camera that sees what we hold before it, and without scripts."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.cache import cache
from PIL import Image
from playwright.sync_api import expect

import payments.actions
from orders import signing
from orders.actions import door
from orders.models import Scan, Ticket
from orders.papers import qr
from tests import factories
from tests.browser.conftest import ARGUMENTS, CHROMIUM, DESK, PHONE
from tests.factories import THEN


@pytest.fixture(autouse=True)
def night(monkeypatch):
    cache.clear()
    monkeypatch.setattr(door, "EARLY", timedelta(days=3000))
    return factories.published(
        title="Radio Hujan", artist="Lampu Trotoar", doors_open_at=THEN + timedelta(days=30), refund_until_hours=1, age_limit=18
    )


@pytest.fixture
def ticket(night):
    return factories.paid(night, "Siti").tickets.get()


@pytest.fixture
def greta(night):
    return factories.member(night.promoter, "Greta", "gate")


def text_of(ticket):
    return signing.signed(ticket.event_id, ticket.serial)


def film(path, text):
    """Write a film of a phone that shows the code, a little askew, as a camera without colour sees it."""
    code = Image.open(BytesIO(qr.png(text))).convert("L").resize((280, 280))
    with path.open("wb") as file:
        file.write(b"YUV4MPEG2 W640 H480 F10:1 Ip A1:1 C420\n")
        for turn in (4, 6, 8, 6):
            scene = Image.new("L", (640, 480), 120)
            scene.paste(code.rotate(turn, expand=True, fillcolor=120), (160, 70))
            file.write(b"FRAME\n" + scene.tobytes() + b"\x80" * (640 * 480 // 2))


@pytest.fixture
def watching(chromium, live_server, settings, tmp_path, ticket):
    """Open the door in a browser whose camera sees the ticket's code."""
    settings.DEMO = True
    film(tmp_path / "phone.y4m", text_of(ticket))
    fake = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
    arguments = [*ARGUMENTS, *fake, f"--use-file-for-fake-video-capture={tmp_path / 'phone.y4m'}"]
    browser = chromium.browser_type.launch(executable_path=CHROMIUM, args=arguments)

    def open_door(user, gate):
        context = browser.new_context(base_url=live_server.url, viewport=PHONE, locale="en", reduced_motion="reduce")
        from django.test import Client

        elsewhere = Client()
        elsewhere.force_login(user)
        session = elsewhere.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        page = context.new_page()
        page.goto(f"/check-in/{ticket.event.slug}/?gate={gate}")
        return page

    yield open_door
    browser.close()


def test_the_camera_lets_in_once_and_the_second_gate_hears_of_it(watching, accessible, ticket, greta):
    north = watching(greta, "North")
    accessible(north)
    north.get_by_role("button", name="Scan with the camera").click()
    verdict = north.get_by_role("alert")
    expect(verdict).to_contain_text("Let in")
    expect(verdict).to_contain_text(ticket.code)
    expect(verdict).to_be_hidden()
    expect(north.locator("#state")).to_contain_text("1 of 1 inside")

    south = watching(greta, "South")
    south.get_by_role("button", name="Scan with the camera").click()
    again = south.get_by_role("alert")
    expect(again).to_contain_text("Used before")
    expect(again).to_contain_text("gate North")
    accessible(south)
    south.keyboard.press("Escape")
    expect(again).to_be_hidden()
    assert list(Scan.objects.order_by("at").values_list("gate", "verdict")) == [("North", "admitted"), ("South", "already")]


def test_a_browser_that_reads_codes_itself_sends_no_pictures(watching, ticket, greta):
    page = watching(greta, "East")
    page.evaluate(
        "text => { window.BarcodeDetector = class { static async getSupportedFormats() { return ['qr_code'] }"
        " async detect() { return [{ rawValue: text }] } } }",
        text_of(ticket),
    )
    with page.expect_request(lambda request: request.method == "POST") as sent:
        page.get_by_role("button", name="Scan with the camera").click()
    expect(page.get_by_role("alert")).to_contain_text("Let in")
    assert "image/jpeg" not in (sent.value.post_data or "")
    assert Scan.objects.get().verdict == "admitted"


def test_a_scanner_that_types_goes_on_typing(visit, accessible, ticket, greta):
    second = factories.paid(ticket.event, "Carl").tickets.get()
    page = visit(f"/check-in/{ticket.event.slug}/?gate=A", user=greta)
    for each in (ticket, second):
        page.keyboard.type(text_of(each).lower())
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text(each.code)
    assert Ticket.objects.filter(status="used").count() == 2
    page.keyboard.type("https://example.org/")
    page.keyboard.press("Enter")
    expect(page.get_by_text("0 tickets found")).to_be_visible()
    accessible(page)


def test_the_door_works_without_scripts(visit, ticket, night):
    page = visit(f"/check-in/{night.slug}/?gate=A", user=night.promoter.owner, scripts=False)
    page.get_by_label("Code, name or e-mail").fill("siti")
    page.get_by_role("button", name="Check").click()
    page.get_by_label("Why without a code?").fill("Her phone is empty.")
    page.get_by_role("button", name=f"Let in {ticket.code}").click()
    assert "Let in" in page.get_by_role("alert").inner_text()
    page.get_by_role("link", name="Next").click()
    page.get_by_text("Take back").first.click()
    page.get_by_label("Why?").fill("Somebody else.")
    page.get_by_role("button", name="Take back", exact=True).click()
    assert "Taken back" in page.get_by_role("alert").inner_text()
    assert Ticket.objects.get().status == "valid"


def test_u_17_a_seat_is_named_and_passed_on_from_a_phone(visit, accessible, ticket):
    page = visit(f"/tickets/{ticket.secret}/")
    page.get_by_role("link", name="Change the name").click()
    page.get_by_label("Name on the ticket").fill("Dewi Sartika")
    page.get_by_role("button", name="Save the name").click()
    expect(page.get_by_text("The name on the ticket is Dewi Sartika.")).to_be_visible()
    page.get_by_role("link", name="Pass the ticket on").click()
    accessible(page)
    page.get_by_label("Name of the new holder").fill("Eka")
    page.get_by_label("E-mail of the new holder").fill("eka@example.org")
    page.get_by_role("button", name="Pass it on for good").click()
    expect(page.get_by_role("heading", name="This link has ended")).to_be_visible()
    expect(page.get_by_text("Eka has the ticket now")).to_be_visible()
    accessible(page)


@pytest.mark.parametrize(("language", "screen"), [("en", PHONE), ("id", DESK)])
def test_the_seats_page_is_accessible_and_its_code_is_read_off_the_screen(visit, accessible, ticket, language, screen):
    import zxingcpp

    page = visit(f"/tickets/{ticket.secret}/", screen=screen, language=language)
    accessible(page)
    shown = Image.open(BytesIO(page.locator(".qr").screenshot()))
    assert [found.text for found in zxingcpp.read_barcodes(shown, formats=zxingcpp.BarcodeFormat.QRCode)] == [text_of(ticket)]
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    payments.actions.annul(order_id=ticket.order_id, reason="x", by=None, at=THEN)
    page.reload()
    accessible(page)
    assert page.locator(".qr").count() == 0


def test_every_verdict_is_accessible(visit, accessible, ticket, greta, night):
    page = visit(f"/check-in/{night.slug}/", user=greta, screen=DESK)
    accessible(page)
    for code, words in ((text_of(ticket), "Let in"), (text_of(ticket), "Used before"), ("A" * 144, "Do not let in")):
        page.get_by_label("Code").fill(code)
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text(words)
        accessible(page)
        page.get_by_role("link", name="Next").click()

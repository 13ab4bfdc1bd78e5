"""PDFs and calendars, read back as a reader's own programs do."""

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pypdfium2
import pytest
import time_machine
import zxingcpp
from django.core.cache import cache
from icalendar import Calendar
from pypdf import PdfReader

import events.actions
import payments.actions
from orders import signing
from orders.models import Ticket
from orders.papers import letters, pdf
from orders.papers.facts import Facts
from tests import factories
from tests.factories import THEN

pytestmark = pytest.mark.django_db
NEXT_DAY = {"starts_at": THEN + timedelta(days=31), "ends_at": THEN + timedelta(days=31, hours=4)}


@pytest.fixture(autouse=True)
def moment():
    cache.clear()
    with time_machine.travel(THEN, tick=False):
        yield


@pytest.fixture
def sold():
    event = factories.published(
        title="Radio Hujan", artist="Ñandú & Łucja", refund_until_hours=1, doors_open_at=THEN + timedelta(days=30), age_limit=18
    )
    return factories.paid(event, lines={event.tiers.get().pk: 3})


@pytest.fixture
def ticket(sold):
    Ticket.objects.update(holder_name="Siti Nurhalizah Ångström")
    return sold.tickets.order_by("code").first()


def code_of(ticket):
    return signing.signed(ticket.event_id, ticket.serial)


def words(content: bytes) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(content)).pages]


def codes(content: bytes) -> list[list[str]]:
    """Return what a camera reads from each page, drawn at 100 dots an inch."""
    document = pypdfium2.PdfDocument(content)
    pages = [page.render(scale=100 / 72).to_pil() for page in document]
    read = [[found.text for found in zxingcpp.read_barcodes(page, formats=zxingcpp.BarcodeFormat.QRCode)] for page in pages]
    document.close()
    return read


@pytest.mark.parametrize("size", ["", "?size=phone"])
def test_u_16_a_ticket_on_paper_says_all_and_its_code_is_read(client, ticket, size):
    response = client.get(f"/tickets/{ticket.secret}/ticket.pdf{size}")
    (page,) = words(response.content)

    assert response["Content-Type"] == "application/pdf"
    assert "no-store" in response["Cache-Control"]
    for shown in ("Radio Hujan", "Ñandú & Łucja", "Wednesday 3 March 2027, 16:00 WIB", "Balai Sarbini, Jakarta", "16:00", "From 18 years"):
        assert shown in page
    for shown in ("Siti Nurhalizah Ångström", "Regular", ticket.code):
        assert shown in page
    assert ticket.order.reference not in page
    assert codes(response.content) == [[code_of(ticket)]]


def test_an_order_has_one_page_a_seat_and_each_its_own_code(client, sold):
    content = client.get(f"/orders/{sold.secret}/tickets.pdf").content
    tickets = list(sold.tickets.order_by("code"))

    assert codes(content) == [[code_of(ticket)] for ticket in tickets]
    assert [ticket.code in page for ticket, page in zip(tickets, words(content), strict=True)] == [True] * 3


def test_what_was_passed_on_or_cancelled_is_not_the_buyers_to_print(client, sold):
    first, second, third = sold.tickets.order_by("code")
    Ticket.objects.filter(pk=first.pk).update(transfers=1)
    payments.actions.cancel_seat(ticket_id=second.pk, at=THEN)

    assert codes(client.get(f"/orders/{sold.secret}/tickets.pdf").content) == [[code_of(third)]]
    assert client.get(f"/tickets/{second.secret}/ticket.pdf").status_code == 404


def test_u_16_what_is_printed_follows_the_event(client, ticket):
    events.actions.update_event(event_id=ticket.event_id, title="Radio Cerah", **NEXT_DAY, by=None, at=THEN)
    (page,) = words(client.get(f"/tickets/{ticket.secret}/ticket.pdf").content)

    assert "Radio Cerah" in page
    assert "Thursday 4 March 2027" in page


def test_without_tickets_there_is_nothing_to_print(client, sold):
    held = factories.order(sold.event, "Carl")
    for secret in (held.secret, "x" * 32):
        assert client.get(f"/orders/{secret}/tickets.pdf").status_code == 404


def test_fonts_are_in_the_file(client, ticket):
    reader = PdfReader(BytesIO(client.get(f"/tickets/{ticket.secret}/ticket.pdf").content))
    fonts = reader.pages[0]["/Resources"]["/Font"]
    used = [font.get_object() for font in fonts.values()]

    embedded = {font["/BaseFont"] for font in used if "/FontFile2" in font.get("/FontDescriptor", {})}
    assert {name.partition("+")[2] for name in embedded} >= {"Manrope-Regular", "Manrope-Bold", "Manrope-ExtraBold"}


HOSTILE = ["", "A" * 5000, "word " * 900, "日本語のなまえ", "\u202egnirts", "<b>&amp;</b>", "a\nb\tc", "(\\)", "😀", "Ꙥ"]


@pytest.mark.parametrize("draw", [pdf.a4, pdf.phone])
def test_hostile_words_are_drawn_as_words(draw):
    for text in HOSTILE:
        given = dict.fromkeys(
            ("title", "artist", "when", "place", "address", "doors", "tier", "holder", "age", "access", "url", "seller"), text
        )
        found = words(draw([Facts(**given, code="TIX-7H3K9QW2MD-01", payload="A" * 144, ink="nila", seed=1)]))
        assert "TIX-7H3K9QW2MD-01" in found[0]


def test_lines_never_leave_their_room():
    letters.ready()
    for text in HOSTILE:
        for line in letters.lines(text, letters.PLAIN, 10, 100, 3):
            assert letters.width(line, letters.PLAIN, 10) <= 100


def test_a_calendar_has_the_seat_at_the_venues_clock(client, ticket):
    response = client.get(f"/tickets/{ticket.secret}/ticket.ics")
    found = Calendar.from_ical(response.content)
    entry = found.events[0]

    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert found.timezones[0].tz_name == "Asia/Jakarta"
    assert entry["DTSTART"].params["TZID"] == "Asia/Jakarta"
    assert (entry.start, entry.end) == (ticket.event.starts_at, ticket.event.ends_at)
    assert entry["SUMMARY"] == "Radio Hujan"
    assert entry["DESCRIPTION"] == f"Ñandú & Łucja, Ticket {ticket.code}: http://localhost:8000/tickets/{ticket.secret}/"
    assert entry["STATUS"] == "CONFIRMED"


def test_a_calendar_is_brought_up_to_date_not_doubled(client, ticket):
    def entry(where=f"/tickets/{ticket.secret}/ticket.ics"):
        return Calendar.from_ical(client.get(where).content).events[0]

    before = entry()
    events.actions.update_event(event_id=ticket.event_id, **NEXT_DAY, slug="other", by=None, at=THEN)
    after, ordered = entry(), entry(f"/orders/{ticket.order.secret}/calendar.ics")

    assert after["UID"] == before["UID"] == ordered["UID"]
    assert after["SEQUENCE"] == before["SEQUENCE"] + 1
    events.actions.cancel(event_id=ticket.event_id, reason="Flood.", by=None, at=THEN)
    assert (entry()["STATUS"], entry()["SEQUENCE"]) == ("CANCELLED", before["SEQUENCE"] + 2)


def test_an_end_after_the_clocks_changed_is_told_universally(client):
    starts = datetime(2027, 3, 27, 23, 0, tzinfo=UTC)  # Berlin puts its clocks forward at 1:00
    event = factories.published(slug="berlin", timezone="Europe/Berlin", starts_at=starts, ends_at=starts + timedelta(hours=5))
    content = client.get(f"/events/{event.slug}/calendar.ics").content
    entry = Calendar.from_ical(content).events[0]

    assert (entry.start, entry.end) == (event.starts_at, event.ends_at)
    assert b"DTSTART;TZID=Europe/Berlin:20270328T000000" in content
    assert b"DTEND:20270328T040000Z" in content

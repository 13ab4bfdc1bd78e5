"""A seat's own pages, and what people take along from them."""

from io import BytesIO
from xml.etree import ElementTree

import pytest
import time_machine
import zxingcpp
from django.core.cache import cache
from django.template.loader import render_to_string
from PIL import Image

import events.actions
import payments.actions
from orders import signing
from orders.models import DeadCode, Order, Ticket
from tests import factories
from tests.factories import THEN

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def moment():
    cache.clear()
    with time_machine.travel(THEN, tick=False):
        yield


@pytest.fixture
def sold():
    tier = factories.published().tiers.get()
    return factories.paid(tier.event, lines={tier.pk: 2})


@pytest.fixture
def ticket(sold):
    return sold.tickets.order_by("code").first()


def of(ticket, part=""):
    return f"/tickets/{ticket.secret}/{part}"


def code_of(ticket):
    return signing.signed(ticket.event_id, ticket.serial)


def read(picture: bytes) -> list[str]:
    """Of lines in the drawing, a reader may make a bar code of some digits; our door looks for square ones alone."""
    return [found.text for found in zxingcpp.read_barcodes(Image.open(BytesIO(picture)), formats=zxingcpp.BarcodeFormat.QRCode)]


def test_u_16_the_page_shows_the_seat_and_nothing_of_the_order(client, sold, ticket):
    response = client.get(of(ticket))
    page = response.content.decode()

    for shown in (ticket.code, "Malam Jazz", "Regular", "Bea", "Balai Sarbini, Jakarta", "Wednesday 3 March 2027, 16:00 WIB", "Valid"):
        assert shown in page
    other = sold.tickets.exclude(pk=ticket.pk).get()
    for hidden in (sold.reference, sold.secret, sold.buyer_email, "300,000", other.code, other.secret, str(ticket.pk)):
        assert hidden not in page


def test_nobody_keeps_it_and_nobody_is_told_where_it_is(client, sold, ticket):
    for part in ("", "qr.svg", "qr.png", "ticket.pdf", "ticket.ics"):
        response = client.get(of(ticket, part))
        assert response.status_code == 200, part
        assert "no-store" in response["Cache-Control"]
        policy = "no-referrer" if part else "same-origin"
        assert (response["Referrer-Policy"], response["X-Robots-Tag"]) == (policy, "noindex, nofollow")


def test_u_16_the_picture_and_the_drawing_say_the_signed_code(client, ticket):
    assert read(client.get(of(ticket, "qr.png")).content) == [code_of(ticket)]
    drawing = client.get(of(ticket, "qr.svg"))
    assert drawing["Content-Type"] == "image/svg+xml"
    assert ElementTree.fromstring(drawing.content)[0].text == f"Code of ticket {ticket.code}"


@pytest.mark.parametrize("secret", ["x" * 32, "x", "%00", "..%2f", "é" * 32])
def test_a_strangers_secret_is_not_there(client, ticket, secret):
    for part in ("", "qr.svg", "qr.png"):
        assert client.get(f"/tickets/{secret}/{part}").status_code in {400, 404}


def test_b_63_what_is_no_secret_opens_nothing(client, sold, ticket):
    for known in (ticket.code, ticket.serial, str(ticket.pk), sold.reference, sold.secret):
        assert client.get(f"/tickets/{known}/").status_code == 404


def test_a_cancelled_ticket_says_so_and_has_no_code(client, ticket):
    payments.actions.annul(order_id=ticket.order_id, reason="Asked by phone.", by=None, at=THEN)
    page = client.get(of(ticket)).content.decode()

    assert "This ticket is cancelled" in page
    assert "qr.svg" not in page
    assert [client.get(of(ticket, part)).status_code for part in ("qr.svg", "qr.png")] == [404, 404]


def test_a_cancelled_event_says_why(client, ticket):
    events.actions.cancel(event_id=ticket.event_id, reason="The hall is flooded.", by=None, at=THEN)
    page = client.get(of(ticket)).content.decode()

    assert "The event is cancelled" in page
    assert "The hall is flooded." in page
    assert "qr.svg" not in page


def test_a_paused_order_says_so(client, ticket):
    Order.objects.update(gate_hold="Its payment was taken back by the network.")

    assert "This ticket is paused" in client.get(of(ticket)).content.decode()


def test_all_of_it_follows_the_event(client, ticket):
    events.actions.update_event(event_id=ticket.event_id, title="Malam Keroncong", venue="Gedung Baru", by=None, at=THEN)
    page = client.get(of(ticket)).content.decode()

    assert "Malam Keroncong" in page
    assert "Gedung Baru" in page


def test_an_old_link_says_that_it_has_ended_and_tells_nothing(client, ticket):
    old = of(ticket)
    DeadCode.objects.create(ticket=ticket, serial=ticket.serial, secret=ticket.secret, at=THEN)
    Ticket.objects.filter(pk=ticket.pk).update(secret="n" * 32, serial="0" * 32)
    response = client.get(old)

    assert response.status_code == 410
    assert "This link has ended" in response.content.decode()
    assert ticket.code not in response.content.decode()
    assert client.get(f"{old}qr.svg").status_code == 404


def test_each_seat_of_an_order_is_shown_by_its_own_state(sold):
    """The part that the order's page includes for each seat; what was passed on shows neither code nor link."""
    first, second = sold.tickets.select_related("event", "tier", "order").order_by("code")
    second.transfers = 1

    def part(ticket):
        return render_to_string("orders/parts/seat.html", {"seat": {"ticket": ticket, "returnable": True}, "page": {"order": sold}})

    assert [word in part(first) for word in (of(first), of(first, "qr.svg"), of(first, "pass-on/"), "Valid")] == [True] * 4
    assert second.secret not in part(second)
    assert "Its new holder has the only code" in part(second)
    first.status = "cancelled"
    assert "This ticket is cancelled" in part(first)
    assert "qr.svg" not in part(first)

"""The door's pages: for the team alone, with scripts and without, for machines, too."""

from datetime import timedelta
from io import BytesIO
from itertools import count

import pytest
import time_machine
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from orders import signing
from orders.models import Order, Scan, Ticket
from orders.papers import camera, qr
from tests import factories
from tests.factories import THEN
from tests.promises import kept

pytestmark = pytest.mark.django_db
numbers = count()
NIGHT = THEN + timedelta(days=30)
JSON = {"Accept": "application/json"}


@pytest.fixture
def ticket():
    cache.clear()
    return factories.paid(factories.published()).tickets.get()


@pytest.fixture
def team(ticket):
    return ticket.event.promoter


@pytest.fixture
def gate(client, team):
    """A browser in the hands of gate staff, at night."""
    with time_machine.travel(NIGHT, tick=False):
        factories.sign_in(client, factories.member(team, "Greta", "gate"))
        yield client


@pytest.fixture
def supervisor(client, team):
    with time_machine.travel(NIGHT, tick=False):
        factories.sign_in(client, team.owner)
        yield client


def here(ticket, part=""):
    return f"/check-in/{ticket.event.slug}/{part}"


def text_of(ticket):
    return signing.signed(ticket.event_id, ticket.serial)


def sent(client, ticket, code=None, *, json=True, **parts):
    parts = {"gate": "North", "nonce": f"attempt-{next(numbers)}", "code": text_of(ticket) if code is None else code, **parts}
    return client.post(here(ticket, "scan/"), parts, headers=JSON if json else {})


def frame(ticket, text=None, kind="JPEG"):
    """What a camera sends: the code, small and askew, on grey."""
    code = Image.open(BytesIO(qr.png(text or text_of(ticket)))).convert("L").resize((260, 260))
    scene = Image.new("L", (640, 480), 130)
    scene.paste(code.rotate(12, expand=True, fillcolor=130), (180, 60))
    out = BytesIO()
    scene.save(out, kind, **({"quality": 60} if kind == "JPEG" else {}))
    return SimpleUploadedFile("frame", out.getvalue())


def test_the_door_is_its_teams_alone(client, ticket, team):
    pages = [here(ticket), here(ticket, "state/")]
    deeds = [here(ticket, "scan/"), here(ticket, f"admit/{ticket.pk}/"), here(ticket, f"undo/{ticket.pk}/")]
    assert {client.get(page).status_code for page in [*pages, "/check-in/", "/check-in/none/"]} == {302}
    assert {client.post(deed).status_code for deed in deeds} == {302}
    other = factories.promoter("Oscar", name="Other")
    strangers = [factories.person("Zed"), other.owner, factories.member(team, "Fin", "finance"), factories.staff("Mo", "moderator")]
    for user in strangers:
        factories.sign_in(client, user)
        assert [client.get(page).status_code for page in pages] == [404, 404], user
        assert [client.post(deed).status_code for deed in deeds] == [404] * 3, user
    for user in (team.owner, factories.member(team, "Mia", "manager"), factories.member(team, "Greta", "gate"), factories.staff()):
        factories.sign_in(client, user)
        assert [client.get(page).status_code for page in pages] == [200, 200], user
    assert not Scan.objects.exists()


def test_gate_staff_show_their_second_factor_first(client, ticket, team, settings):
    client.force_login(factories.member(team, "Greta", "gate"))

    assert "/totp/activate/" in client.get(here(ticket))["Location"]


def test_a_draft_has_no_door(client, team):
    draft = factories.event(team, slug="draft")
    factories.sign_in(client, team.owner)

    assert client.get(f"/check-in/{draft.slug}/").status_code == 404


def test_doors_lists_where_one_works(gate, ticket):
    factories.published(factories.promoter("Oscar", name="Other"), title="Elsewhere")
    page = gate.get("/check-in/").content.decode()

    assert here(ticket) in page
    assert "Elsewhere" not in page


def test_a_typed_code_lets_in_without_scripts(gate, ticket):
    page = sent(gate, ticket, json=False).content.decode()

    assert 'role="alert"' in page
    assert "Let in" in page
    assert "<b>1</b> of 1 inside" in page
    assert Ticket.objects.get().status == "used"
    assert Scan.objects.values_list("gate", "verdict").get() == ("North", "admitted")
    assert kept()


def test_a_second_gate_hears_when_and_where(gate, ticket):
    sent(gate, ticket)
    assert sent(gate, ticket, nonce="right-after").json()["says"] == "Let in at 16:00, gate North, just now."
    with time_machine.travel(NIGHT + timedelta(minutes=27), tick=False):
        factories.sign_in(gate, factories.person("Greta"))
        said = sent(gate, ticket, gate="South").json()

    assert (said["verdict"], said["state"], said["heading"]) == ("already", "wait", "Used before")
    assert said["says"].replace("\xa0", " ") == "Let in at 16:00, gate North, 27 minutes ago."
    assert said["code"] == ticket.code
    assert 'class="verdict wait"' in said["html"]


def test_machines_read_the_verdict(gate, ticket):
    said = sent(gate, ticket).json()

    assert {key: said[key] for key in ("verdict", "state", "code", "tier", "holder", "gate")} == {
        "verdict": "admitted",
        "state": "ok",
        "code": ticket.code,
        "tier": "Regular",
        "holder": "",
        "gate": "North",
    }


def test_a_retry_of_the_same_page_counts_once(gate, ticket):
    for _ in range(2):
        assert sent(gate, ticket, nonce="the-same-one").json()["verdict"] == "admitted"
    assert Scan.objects.count() == 1


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_frame_from_the_camera_is_read_here(gate, ticket, kind):
    said = sent(gate, ticket, "", frame=frame(ticket, kind=kind)).json()

    assert said["verdict"] == "admitted"
    again = sent(gate, ticket, "", frame=frame(ticket, kind=kind), seen=said["seen"])
    assert again.json() == {"verdict": "", "seen": said["seen"]}
    assert sent(gate, ticket, "", frame=frame(ticket, kind=kind)).json()["verdict"] == "already"


def test_a_frame_without_a_code_says_nothing(gate, ticket, monkeypatch):
    grey = BytesIO()
    Image.new("L", (640, 480), 90).save(grey, "JPEG")
    for content in (grey.getvalue(), b"no picture", b"\x89PNG\r\n\x1a\n" + b"x" * 50, b"<svg/>"):
        assert sent(gate, ticket, "", frame=SimpleUploadedFile("frame", content)).status_code == 204
    monkeypatch.setattr(camera, "LARGEST", 1000)
    assert sent(gate, ticket, "", frame=frame(ticket)).status_code == 204
    assert not Scan.objects.exists()


def test_a_strange_code_before_the_camera_is_told_and_kept(gate, ticket):
    said = sent(gate, ticket, "", frame=frame(ticket, "HTTPS://EXAMPLE.ORG/MENU")).json()

    assert (said["verdict"], said["state"], said["heading"]) == ("unknown", "bad", "Do not let in")
    assert sent(gate, ticket, "HTTPS://EXAMPLE.ORG/MENU", camera="on").json()["verdict"] == "unknown"
    assert Scan.objects.count() == 2


SAID = {
    "another event": lambda ticket: Ticket.objects.update(event=factories.published(slug="other", title="Elsewhere")),
    "Elsewhere": lambda ticket: Ticket.objects.update(event=factories.published(slug="other", title="Elsewhere")),
    "taken back by the network": lambda ticket: Order.objects.update(gate_hold="Payment was taken back by the network."),
    "was passed on or issued again": lambda ticket: factories.orders.actions.reissue(ticket_id=ticket.pk, at=THEN, by=None),
}


@pytest.mark.parametrize("words", SAID)
def test_each_refusal_is_said_in_words(gate, ticket, words):
    text = text_of(ticket)
    SAID[words](ticket)
    said = sent(gate, ticket, text).json()

    assert words in said["says"] or said["says"].startswith("This ticket is for")
    assert said["state"] != "ok"


def test_why_an_order_is_held_is_said_in_the_language_of_the_gate(gate, ticket):
    Order.objects.update(gate_hold="The event is over.")  # any sentence that is translated

    answer = gate.post(
        here(ticket, "scan/"), {"gate": "A", "nonce": "attempt-held", "code": text_of(ticket)}, headers=JSON | {"accept-language": "id"}
    )

    assert answer.json()["says"] == "Acara sudah selesai."


def test_too_early_and_too_late(gate, ticket):
    with time_machine.travel(NIGHT - timedelta(hours=7)):
        factories.sign_in(gate, factories.person("Greta"))
        assert sent(gate, ticket).json()["says"] == "The doors open on Wednesday 3 March, 16:00."
    with time_machine.travel(NIGHT + timedelta(hours=5)):
        factories.sign_in(gate, factories.person("Greta"))
        assert sent(gate, ticket).json()["says"] == "The event is over."


def test_gate_staff_find_by_the_whole_code_alone(gate, ticket):
    page = sent(gate, ticket, ticket.code, json=False).content.decode()
    assert f"admit/{ticket.pk}/" in page
    for words in ("Bea", "bea@example.org", ticket.code[:-4], ticket.secret, "%", "_"):
        page = sent(gate, ticket, words, json=False).content.decode()
        assert "0 tickets found" in page, words
        assert str(ticket.pk) not in page


def test_supervisors_find_by_name_and_let_in_with_a_reason(supervisor, ticket):
    for words in ("bea", "BEA@example.org", ticket.order.reference, ticket.code.lower()):
        assert f"admit/{ticket.pk}/" in sent(supervisor, ticket, words, json=False).content.decode(), words
    where, given = here(ticket, f"admit/{ticket.pk}/"), {"gate": "North", "nonce": "by-hand-1"}
    assert supervisor.post(where, given).status_code == 400
    assert Ticket.objects.get().status == "valid"
    page = supervisor.post(where, {**given, "reason": "Phone is empty."}).content.decode()

    assert "Let in" in page
    assert Scan.objects.values_list("by_hand", "reason", "by").get() == (True, "Phone is empty.", ticket.event.promoter.owner_id)


def test_other_events_tickets_are_not_found_and_not_let_in_here(supervisor, ticket):
    other = factories.paid(factories.published(slug="other"), "Carl").tickets.get()
    assert "0 tickets found" in sent(supervisor, ticket, "Carl", json=False).content.decode()
    for deed in ("admit", "undo"):
        given = {"gate": "", "nonce": "by-hand-1", "reason": "x"}
        assert supervisor.post(here(ticket, f"{deed}/{other.pk}/"), given).status_code == 404


def test_an_admission_is_taken_back_from_the_list(gate, ticket):
    sent(gate, ticket)
    page = gate.get(here(ticket)).content.decode()
    assert f"undo/{ticket.pk}/" in page
    said = gate.post(here(ticket, f"undo/{ticket.pk}/"), {"gate": "North", "nonce": "take-back-1", "reason": "Wrong one."}).content.decode()

    assert "Taken back" in said
    assert "<b>0</b> of 1 inside" in said
    again = gate.post(here(ticket, f"undo/{ticket.pk}/"), {"gate": "North", "nonce": "take-back-2", "reason": "Wrong one."})
    assert (again.status_code, "nothing to take back" in again.content.decode()) == (409, True)


@pytest.mark.parametrize("parts", [{"nonce": ""}, {"nonce": "x y"}, {"nonce": "é" * 9}, {"gate": "x" * 41}, {"code": "x" * 2001}])
def test_hostile_input_gets_a_sentence(gate, ticket, parts):
    for json in (True, False):
        assert sent(gate, ticket, json=json, **{"code": "x", **parts}).status_code == 400
    assert not Scan.objects.exists()


def test_nobody_keeps_it_and_the_camera_is_allowed_here_alone(gate, ticket):
    response = gate.get(here(ticket))

    assert "no-store" in response["Cache-Control"]
    assert response["Permissions-Policy"].startswith("camera=(self)")
    assert gate.get("/")["Permissions-Policy"].startswith("camera=()")


def test_a_scan_costs_few_statements(gate, ticket, django_assert_max_num_queries):
    sent(gate, ticket, "x", json=False)
    with django_assert_max_num_queries(16):
        sent(gate, ticket)
    with django_assert_max_num_queries(12):
        gate.get(here(ticket, "state/"))


def test_supervisors_issue_a_ticket_again_and_gate_staff_do_not(supervisor, ticket, team):
    old, where = text_of(ticket), here(ticket, f"reissue/{ticket.pk}/")
    assert where in sent(supervisor, ticket, "bea", json=False).content.decode()
    page = supervisor.post(where, {"gate": "North"}).content.decode()
    assert f"Ticket {ticket.code} is issued again." in page
    assert sent(supervisor, ticket, old).json()["verdict"] == "replaced"
    other = factories.paid(factories.published(slug="other"), "Carl").tickets.get()
    assert supervisor.post(here(ticket, f"reissue/{other.pk}/")).status_code == 404
    factories.sign_in(supervisor, factories.member(team, "Greta", "gate"))
    assert where not in sent(supervisor, ticket, ticket.code, json=False).content.decode()
    assert supervisor.post(where).status_code == 403
    factories.sign_in(supervisor, factories.person("Zed"))
    assert supervisor.post(where).status_code == 404

"""The demo's mailbox: letters kept as files, read on a page of their own, unable to harm; gone outside the demo."""

import re
from email.message import EmailMessage as Message

import pytest
from django.core.mail import EmailMultiAlternatives, get_connection
from django.test import Client
from django.utils import translation

from ticketing import demo, mail, mailbox
from ticketing.bases import uuid7
from ticketing.models import EmailMessage, HistoryEntry

LETTER = "01890000-0000-7000-8000-00000000000a"
SCRIPT = '<p>Hello</p><script>alert(1)</script><img src=x onerror="alert(2)"><a href="https://tickets.example.org/">open</a>'


@pytest.fixture(autouse=True)
def _own_language():
    """A request leaves its language behind in the thread; keep that from other tests."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def demo_mode(settings, tmp_path):
    settings.DEMO, settings.MAILBOX_DIR = True, tmp_path / "mailbox"
    settings.EMAIL_BACKEND = "ticketing.mailbox.MailboxBackend"


def deliver(name=LETTER, *, subject="Your tickets", html=SCRIPT, text="See https://tickets.example.org/x"):
    headers = {"Message-ID": f"<{name}@localhost>"} if name else {}
    message = EmailMultiAlternatives(subject, text, to=["Alice <alice@example.org>"], headers=headers)
    message.attach_alternative(html, "text/html")
    message.attach("ticket.pdf", b"%PDF", "application/pdf")
    get_connection().send_messages([message])


def test_delivered_letter_is_listed_and_shown(client):
    deliver()

    listed, shown = client.get("/demo/mailbox/").content.decode(), client.get(f"/demo/mailbox/{LETTER}/").content.decode()

    assert f'<a href="/demo/mailbox/{LETTER}/">' in listed
    assert f'<a href="/demo/mailbox/{LETTER}/" aria-current="page">' in shown
    assert "<h2>Your tickets</h2>" in shown
    assert "Alice &lt;alice@example.org&gt;" in shown
    assert f'<iframe src="/demo/mailbox/{LETTER}/html/"' in shown


def test_links_of_the_plain_text_can_be_followed(client):
    deliver()

    shown = client.get(f"/demo/mailbox/{LETTER}/").content.decode()

    assert '<a href="https://tickets.example.org/x" rel="nofollow">https://tickets.example.org/x</a>' in shown


def test_html_stands_in_a_sandbox_where_no_script_runs(client):
    deliver()

    response = client.get(f"/demo/mailbox/{LETTER}/html/")

    rules = dict((rule.strip() + " ").split(" ", 1) for rule in response["Content-Security-Policy"].split(";"))
    assert {name: value.strip() for name, value in rules.items()} == {
        "default-src": "'none'",
        "style-src": "'unsafe-inline'",
        "img-src": "data: 'self'",
        "frame-ancestors": "'self'",
        "sandbox": "allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation",
    }
    assert (response.content.decode().rstrip("\n"), response["X-Frame-Options"], response["X-Content-Type-Options"]) == (
        SCRIPT,
        "SAMEORIGIN",
        "nosniff",
    )


def test_subject_and_text_are_shown_as_text(client):
    deliver(subject="<script>alert(1)</script>", text="<script>alert(2)</script> javascript:alert(3)")

    pages = [client.get(path).content.decode() for path in ("/demo/mailbox/", f"/demo/mailbox/{LETTER}/")]

    assert [re.findall(r"<script>|href=\"javascript", page) for page in pages] == [[], []]
    assert "&lt;script&gt;alert(2)&lt;/script&gt;" in pages[1]


def test_letters_stand_newest_first():
    names = [str(uuid7()) for _ in range(3)]
    for name in names:
        deliver(name)

    assert [letter.name for letter in mailbox.letters()] == sorted(names, reverse=True)


def test_letter_that_is_sent_again_replaces_itself():
    deliver(subject="first")
    deliver(subject="second")

    assert [letter.subject for letter in mailbox.letters()] == ["second"]


@pytest.mark.parametrize("name", ["", "../../outside", "/outside", "x" * 300])
def test_letter_with_another_id_gets_a_name_of_ours(name, tmp_path):
    deliver(name)

    assert [bool(re.fullmatch(r"[0-9a-f-]{36}", letter.name)) for letter in mailbox.letters()] == [True]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mailbox"]


def test_letters_can_be_read_by_their_owner_alone(settings):
    deliver()

    modes = [oct(path.stat().st_mode & 0o777) for path in (settings.MAILBOX_DIR, *settings.MAILBOX_DIR.iterdir())]
    assert modes == ["0o700", "0o600"]


@pytest.mark.parametrize(
    "name", ["..%2Fx", "%00", f"{LETTER}%00", "x" * 5000, LETTER.upper(), "..", f"{LETTER}.eml", "%ff", f"{LETTER[:-1]}b", "a%0Ab"]
)
@pytest.mark.parametrize("page", ["", "html/"])
def test_name_of_no_letter_is_not_found(client, name, page):
    deliver()

    assert client.get(f"/demo/mailbox/{name}/{page}").status_code in ({400} if "%00" in name else {404})


def test_empty_mailbox_says_so(client):
    assert "No letters yet" in client.get("/demo/mailbox/").content.decode()


def test_mailbox_can_be_emptied(client):
    deliver()

    response = client.post("/demo/mailbox/empty/")

    assert (response.status_code, response["Location"], mailbox.letters()) == (302, "/demo/mailbox/", [])


def test_letter_that_vanishes_while_we_read_is_left_out(settings):
    deliver()
    settings.MAILBOX_DIR.joinpath("01890000-0000-7000-8000-00000000dead.eml").symlink_to("nowhere")

    assert [letter.name for letter in mailbox.letters()] == [LETTER]


def test_only_the_newest_letters_are_listed(monkeypatch):
    monkeypatch.setattr(mailbox, "SHOWN", 2)
    for _ in range(3):
        deliver(str(uuid7()))

    assert len(mailbox.letters()) == 2


def test_letter_without_html_or_of_nonsense_is_shown(client, settings):
    plain = Message()
    plain["Subject"] = "plain"
    plain.set_content("only text")
    settings.MAILBOX_DIR.mkdir()
    for number, content in enumerate([plain.as_bytes(), b"", b"\xff\xfe\0nonsense", b"Content-Type: multipart/mixed; boundary=x\n\n--x"]):
        settings.MAILBOX_DIR.joinpath(f"{number}.eml").write_bytes(content)

    answers = [
        client.get(f"/demo/mailbox/{path}").status_code for path in ("", "0/", "0/html/", "1/", "1/html/", "2/", "2/html/", "3/", "3/html/")
    ]

    assert answers == [200] * 9


@pytest.mark.django_db(transaction=True)
def test_asking_for_a_letter_owes_one_and_the_worker_brings_it(client):
    response = client.post("/demo/mailbox/write/", headers={"accept-language": "id"})
    owed = EmailMessage.objects.values("kind", "to", "language", "sent_at").get()
    sent = mail.deliver_due()

    assert (response.status_code, response["Location"], sent) == (302, "/demo/mailbox/", 1)
    assert owed == {"kind": "ticketing.demo_letter", "to": "you@demo.example", "language": "id", "sent_at": None}
    assert [(letter.name, letter.subject) for letter in mailbox.letters()] == [(str(EmailMessage.objects.get().pk), "Surat dari demo Anda")]


@pytest.mark.django_db
def test_asking_leaves_a_line_in_the_history(now):
    entry = demo.send_letter(language="en", at=now)

    line = HistoryEntry.objects.values("action", "actor", "at").get(pk=entry.pk)
    assert line == {"action": "demo_letter_asked", "actor": "visitor", "at": now}


def test_page_speaks_indonesian(client):
    text = client.get("/demo/mailbox/", headers={"accept-language": "id"}).content.decode()

    assert ('<html lang="id">' in text, "<h1>Kotak surat demo</h1>" in text, "Demo mailbox" in text) == (True, True, False)


@pytest.mark.django_db
def test_strip_leads_to_the_mailbox_from_every_page(client):
    assert '<a href="/demo/mailbox/">Mailbox</a>' in client.get("/").content.decode()


def test_mailbox_is_never_kept(client):
    deliver()

    kept = [client.get(path)["Cache-Control"] for path in ("/demo/mailbox/", f"/demo/mailbox/{LETTER}/", f"/demo/mailbox/{LETTER}/html/")]

    assert kept == ["max-age=0, no-cache, no-store, must-revalidate, private"] * 3


PAGES = ["", f"{LETTER}/", f"{LETTER}/html/", "write/", "empty/"]


@pytest.mark.django_db
@pytest.mark.parametrize("page", PAGES)
def test_outside_the_demo_nothing_is_there(client, settings, page):
    deliver()
    settings.DEMO = False

    answers = [client.get(f"/demo/mailbox/{page}").status_code, client.post(f"/demo/mailbox/{page}").status_code]

    assert (answers, len(mailbox.letters()), "mailbox" in client.get("/").content.decode()) == ([404, 404], 1, False)


@pytest.mark.parametrize(("page", "allowed"), [("", "GET, HEAD"), (f"{LETTER}/", "GET, HEAD"), ("write/", "POST"), ("empty/", "POST")])
def test_looking_changes_nothing_and_deeds_are_posts(client, page, allowed):
    deliver()

    response = client.get(f"/demo/mailbox/{page}") if allowed == "POST" else client.post(f"/demo/mailbox/{page}")

    assert (response.status_code, response["Allow"], len(mailbox.letters())) == (405, allowed, 1)


def test_deeds_need_the_form():
    strict = Client(enforce_csrf_checks=True)
    deliver()

    assert [strict.post(f"/demo/mailbox/{deed}/").status_code for deed in ("write", "empty")] == [403, 403]

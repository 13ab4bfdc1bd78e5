"""Log lines: valid, with the request's id, without anything secret or personal (D11, R27)."""

import json
import logging
import sys
import time
from io import StringIO

import pytest
from django.db import IntegrityError, connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import include, path

from tests.sample.models import Lamp
from ticketing import logs
from ticketing.errors import Busy, DomainError
from ticketing.logs import ConsoleLines, JsonLines, without_secrets
from ticketing.urls import handler400, handler403, handler404, handler500  # noqa: F401  # this module is a map of a site

SECRET = "Q2FuYXJ5c2VjcmV0MTIzNDU2Nzg5MA"
logger = logging.getLogger("ticketing.canary")


def line(formatter, message, *arguments, exc_info=None, **extra):
    record = logger.makeRecord(logger.name, logging.INFO, "", 0, message, arguments, exc_info, extra=extra)
    return formatter.format(record)


def test_line_is_one_json_object():
    with logs.request("0123456789abcdef0123456789abcdef"):
        read = json.loads(line(JsonLines(), "%s went out", "light", lamp="desk", ms=1.5))

    at = read.pop("at")
    assert read == {
        "level": "info",
        "logger": "ticketing.canary",
        "message": "light went out",
        "lamp": "desk",
        "ms": 1.5,
        "request_id": "0123456789abcdef0123456789abcdef",
    }
    assert abs(logs.datetime.fromisoformat(at).timestamp() - time.time()) < 60


def test_console_line_says_the_same():
    with logs.request("0123456789abcdef0123456789abcdef"):
        read = line(ConsoleLines(), "%s went out", "light", lamp="desk", ms=1.5)

    assert read == "info    light went out lamp=desk ms=1.5 request_id=0123456789abcdef0123456789abcdef"


def test_outside_of_a_request_no_id_is_shown():
    assert ("request_id" in line(JsonLines(), "hello"), line(ConsoleLines(), "hello")) == (False, "info    hello")


def test_ids_of_requests_inside_each_other_come_back():
    seen = []

    with logs.request("outer-request"):
        with logs.request(""):
            seen.append(len(logs.request_id.get()))
        seen.append(logs.request_id.get())

    assert [*seen, logs.request_id.get()] == [32, "outer-request", ""]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (f"GET /orders/{SECRET}/status/", "GET /orders/…/status/"),
        ("GET /orders/short", "GET /orders/…"),
        ("/Tickets/abc?next=/waitlist/def", "/Tickets/…?next=/waitlist/…"),
        ("/account/confirm-email/MQ:1x:abc/ and /password/reset/abc-def/", "/account/confirm-email/…/ and /password/reset/…/"),
        ("mail to Alice.B+x@mail.example.co.id, please", "mail to …@…, please"),
        ("next=/a?who=alice%40example.org", "next=/a?who=…@…"),
        ("postgresql://app:hunter2@db/ticketing", "postgresql://app:…@db/ticketing"),
        ("redis://:hunter2@redis:6379/0", "redis://:…@redis:6379/0"),
        ("Authorization: Bearer hunter2", "Authorization: …"),
        ("{'Authorization': 'Basic aHVudGVyMg=='}", "{'Authorization': …"),
        ("Cookie: theme=dark; session=hunter2", "Cookie: …"),
        ("set-cookie=session=hunter2; Path=/", "set-cookie=…"),
        ("password=hunter2&next=/", "password=…&next=/"),
        ("new_password1: hunter2", "new_password1: …"),
        ('{"passwd": "hunter2", "a": 1}', '{"passwd": "…", "a": 1}'),
        ("SECRET_KEY='hunter2'", "SECRET_KEY='…'"),
        ("FIELD_KEYS=hunter2,hunter3", "FIELD_KEYS=…,hunter3"),
        ("csrfmiddlewaretoken=hunter2", "csrfmiddlewaretoken=…"),
        ("?code=123456&access_token=x1", "?code=…&access_token=…"),
        ("x-signature: hunter2", "x-signature: …"),
        ("sessionid=hunter2; client_secret = hunter2", "sessionid=…; client_secret = …"),
        ("ticket TIX-JKT27-0042 was used", "ticket TIX-… was used"),
        (f"token {SECRET} and é{SECRET}", "token … and é…"),
        ("a DETAIL: Failing row contains (1, Alice\nBuyer).\n\nThe above exception", "a DETAIL: …\n\nThe above exception"),
        ("DETAIL:  Key (email)=(alice) already exists.", "DETAIL: …"),
    ],
)
def test_secrets_are_cut(written, shown):
    assert without_secrets(written) == shown


@pytest.mark.parametrize(
    "text",
    [
        "order b6679a15-f4c1-427e-9738-024ecb123326 paid",
        "01a1fe0d-6d8e-7eee-80d8-3e675860a2b6",
        "tx 0x" + "ab12" * 16 + " to 0x" + "Cd34" * 10,
        "KeyError: 'buyer'",
        "status_code=503 encoding: utf-8 unicode: yes",
        'duplicate key value violates unique constraint "one_letter_per_occasion"',
        'File "/srv/django/contrib/staticfiles/storage.py", line 512, in _compressed_manifest_static_files_storage',
        "GET /events/jazz-2027/ took 12.5 ms",
        "2027-02-13T12:00:00+07:00",
    ],
)
def test_what_is_public_survives(text):
    assert without_secrets(text) == text


def test_request_ids_survive_in_lines():
    identifier = logs.new_request_id()

    with logs.request(identifier):
        read = json.loads(line(JsonLines(), "hello"))

    assert read["request_id"] == identifier


def test_extras_of_every_kind_are_cut_too():
    read = json.loads(line(JsonLines(), "x", data={"to": ["alice@example.org"]}, error=ValueError("password=hunter2"), lamp=None, lit=True))

    assert [read[name] for name in ("data", "error", "lamp", "lit")] == ["{'to': ['…@…']}", "password=…", None, True]


@pytest.mark.django_db
def test_traceback_of_the_database_holds_no_values():
    name = " ".join(["Alice", "Buyer"])  # the traceback quotes the lines below
    lamp = Lamp.objects.create(name=name)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE sample_lamp SET status = NULL WHERE id = %s", [lamp.pk])
    except IntegrityError:
        traceback = json.loads(line(JsonLines(), "x", exc_info=sys.exc_info()))["traceback"]

    assert (name in traceback, "violates not-null constraint" in traceback, "DETAIL: …" in traceback) == (False, True, True)


HOSTILE = [
    "a",
    "-a",
    "a.",
    "a@",
    "a@b",
    "a@b.",
    "key ",
    "csrf",
    "password",
    "cookie ",
    "://",
    "://:",
    "/orders/",
    "DETAIL:",
    "TIX-A",
    "x=",
    "é",
    "\n\nThe ",
]


@pytest.mark.parametrize("word", HOSTILE)
@pytest.mark.parametrize(("longest", "seconds"), [(logs.LONGEST, 2), (10_000_000, 30)])
def test_long_hostile_text_costs_no_time(word, longest, seconds, monkeypatch):
    """Also without the limit on its length: no pattern goes back and forth over it, which would take minutes."""
    monkeypatch.setattr(logs, "LONGEST", longest)
    text = word * (1_000_000 // len(word))
    started = time.process_time()

    without_secrets(text)

    assert time.process_time() - started < seconds


def test_long_text_is_cut_between_words():
    shown = without_secrets(f"begin {'word ' * 20_000}password=hunter2 end")

    assert (len(shown) <= logs.LONGEST + 3, shown[:10], shown[-25:]) == (True, "begin word", " word word password=… end")
    assert without_secrets("x" * 50_000) == " … "


def test_nobody_writes_lines_of_their_own():
    forged = "x\ninfo    all is well\x1b[2J\u2028\udcff"

    shown = line(ConsoleLines(), forged, path=forged)

    assert shown == "info    x\\ninfo    all is well\\x1b[2J\\u2028\\udcff path=x\\ninfo    all is well\\x1b[2J\\u2028\\udcff"
    assert json.loads(line(JsonLines(), forged))["message"] == forged
    assert line(JsonLines(), forged).isascii()


def test_traceback_stands_below_the_console_line():
    try:
        raise RuntimeError("token=hunter2")
    except RuntimeError:
        shown = line(ConsoleLines(), "broken", exc_info=sys.exc_info())

    assert (shown.splitlines()[0], shown.splitlines()[-1]) == ("info    broken", "RuntimeError: token=…")


def speak(request, word=""):
    """Log all that a careless view could, then fail."""
    logger.warning(
        "asked %s %s", request.get_full_path(), dict(request.headers), extra={"form": request.POST.dict(), "cookies": request.COOKIES}
    )
    raise RuntimeError(f"cannot read {request.POST.dict()} of {request.path}")


def busy(request):
    raise Busy


def refuse(request, word=""):
    raise DomainError(f"No place for {word}.")


urlpatterns = [
    path("orders/<str:word>/", speak),
    path("tickets/<str:word>/", refuse),
    path("busy/", busy),
    path("fine/", lambda request: HttpResponse(logger.info("fine"))),
    path("", include("ticketing.urls")),
]


@pytest.fixture
def written():
    """Collect what is written, as production writes it, of every logger."""
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)


@pytest.fixture
def visitor():
    return Client(
        raise_request_exception=False, headers={"authorization": f"Bearer {SECRET}", "cookie": f"session={SECRET}", "x-api-key": SECRET}
    )


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_no_canary_comes_out_of_any_request(written, visitor):
    form = {"password": SECRET, "email": f"{SECRET}@example.org", "code": SECRET, "csrfmiddlewaretoken": SECRET}
    places = [f"/orders/{SECRET}/", f"/tickets/{SECRET}/", f"/waitlist/{SECRET}/nowhere", f"/{SECRET}", f"/demo/mailbox/{SECRET}/"]
    for place in places:
        for question in ("", f"?token={SECRET}", f"?email={SECRET}%40example.org&a=%00"):
            visitor.get(place + question)
            visitor.post(place + question, form)
    visitor.get("/", headers={"host": f"{SECRET}.example.org"})
    Client(enforce_csrf_checks=True).post("/", form, headers={"referer": f"https://x/{SECRET}", "origin": f"https://{SECRET}"})

    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    assert (len(lines) > 40, SECRET in written.getvalue()) == (True, False)
    assert [line for line in lines if len(line.get("request_id", "")) != 32] == []


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(("place", "said"), [("/fine/", ["fine", "request"]), ("/busy/", ["request", "Service Unavailable: /busy/"])])
def test_every_line_of_a_request_has_the_id_of_its_response(written, place, said):
    identifier = Client().get(place)["X-Request-ID"]

    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    assert [(line["message"], line["request_id"]) for line in lines] == [(message, identifier) for message in said]


@pytest.mark.urls(__name__)
def test_request_is_logged_by_its_route(written):
    Client(raise_request_exception=False).get(f"/tickets/{SECRET}/?a=b")

    read = json.loads(written.getvalue().splitlines()[-1])
    assert {name: read[name] for name in ("message", "method", "route", "status")} == {
        "message": "request",
        "method": "GET",
        "route": "/tickets/<str:word>/",
        "status": 409,
    }
    assert 0 <= read["ms"] < 60_000


def test_unknown_path_is_logged_short_and_without_secrets(written):
    Client().get(f"/orders/{SECRET}/" + "x/" * 200)

    route = json.loads(written.getvalue().splitlines()[-1])["route"]
    assert (route[:15], len(route)) == ("/orders/…/x/x/x", 100)


@pytest.mark.django_db
def test_machines_that_ask_all_day_are_not_logged(written):
    for place in ("/healthz", "/metrics", "/static/css/components.css"):
        Client().get(place)

    assert [line for line in written.getvalue().splitlines() if '"request"' in line] == []

"""Error pages: every refusal and fault as a page in our look, whatever is broken behind it (house style 3.9)."""

import time

import pytest
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import connection
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.test import Client
from django.urls import include, path
from django.utils import translation
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from tests.sample.models import Lamp
from ticketing import views
from ticketing.errors import Busy, DomainError, TooMany
from ticketing.urls import handler400, handler403, handler404, handler500  # noqa: F401  # this module is a map of a site

HEADINGS = {
    400: ("We could not read that request", "Permintaan itu tidak terbaca"),
    403: ("This page is not open to you", "Halaman ini tidak terbuka untuk Anda"),
    404: ("There is nothing at this address", "Tidak ada apa\u2011apa di alamat ini"),
    405: ("There is nothing at this address", "Tidak ada apa\u2011apa di alamat ini"),
    409: ("That did not go through", "Itu tidak terlaksana"),
    413: ("That was too much to send at once", "Kiriman itu terlalu besar"),
    429: ("Please wait a little", "Mohon tunggu sebentar"),
    500: ("Something broke on our side", "Ada yang rusak di pihak kami"),
    503: ("We are busy right now", "Kami sedang sibuk"),
}


class SoldOut(DomainError):
    """A refusal as an app would define one."""


class Gone(DomainError):
    """A refusal whose status has no page of its own."""

    status = 410


def page(error):
    def view(request):
        raise error

    return view


@require_POST
def deed(request):
    return HttpResponse("done")


def count(request):
    return HttpResponse(Lamp.objects.count())


def remember(request):
    request.session["cart"] = "full"
    return HttpResponse("remembered")


def late(request):
    return TemplateResponse(request, "500.html", {"reference": Lamp.objects.count})


urlpatterns = [
    path("400/", page(BadRequest("c4n4ry"))),
    path("403/", page(PermissionDenied("c4n4ry"))),
    path("409/", page(SoldOut("The last seat is gone. Join the waiting list."))),
    path("410/", page(Gone("The offer has ended."))),
    path("429/", page(TooMany(wait=7))),
    path("500/", page(RuntimeError("c4n4ry"))),
    path("503/", page(Busy())),
    path("count/", count),
    path("deed/", deed),
    path("lazy/", page(SoldOut(gettext_lazy("Too many tries. Please wait a little and try again.")))),
    path("late/", late),
    path("remember/", remember),
    path("", include("ticketing.urls")),
]
pytestmark = pytest.mark.urls(__name__)


@pytest.fixture(autouse=True)
def _own_language():
    """A request leaves its language behind in the thread; keep that from other tests."""
    with translation.override("en"):
        yield


@pytest.fixture
def client(settings):
    # Who is signed in is asked before a page begins; what is looked at here is the error after it.
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if name != "accounts.middleware.SignedIn"]
    return Client(raise_request_exception=False)


def visit(client, status, language="en"):
    """Provoke the page of that status. Nothing here may ask the database: without the mark that opens it, it refuses."""
    headers = {"accept-language": language}
    client.cookies["session"] = "0123456789abcdefghijklmnopqrstuv"
    if status == 405:
        return client.get("/deed/", headers=headers)
    if status == 413:
        return client.post("/deed/", {"text": "x" * 3_000_000}, content_type="application/x-www-form-urlencoded", headers=headers)
    return client.get(f"/{status}/", headers=headers)


@pytest.mark.parametrize("language", ["en", "id"])
@pytest.mark.parametrize("status", HEADINGS)
def test_every_error_is_a_page_in_our_look_and_the_visitors_language(client, status, language):
    response = visit(client, status, language)

    text = response.content.decode()
    heading = HEADINGS[status][language == "id"]
    assert (response.status_code, response["Content-Type"], response["Content-Language"]) == (status, "text/html; charset=utf-8", language)
    assert text.startswith(f'<!doctype html>\n<html lang="{language}">')
    assert [f"<title>{heading} · malam</title>" in text, f"<h1>{heading}</h1>" in text, "/static/css/components.css" in text] == [True] * 3
    assert 'class="button" href="/"' in text


@pytest.mark.parametrize("status", HEADINGS)
def test_no_error_is_kept_or_asks_the_session(client, status):
    response = visit(client, status)

    assert response["Cache-Control"] == "no-store"
    assert "Cookie" not in response.get("Vary", "")
    assert response.cookies == {}


@pytest.mark.django_db
@pytest.mark.parametrize("status", HEADINGS)
def test_no_error_asks_the_database(client, status, django_assert_num_queries):
    with django_assert_num_queries(0):
        visit(client, status)


@pytest.mark.parametrize(("status", "wait"), [(429, "7"), (503, "5"), (409, None), (500, None)])
def test_retry_after_says_when_to_come_back(client, status, wait):
    assert visit(client, status).get("Retry-After") == wait


def test_refusal_becomes_a_page_with_its_own_sentence(client):
    response = client.get("/409/")

    assert (response.status_code, "<p>The last seat is gone. Join the waiting list.</p>" in response.content.decode()) == (409, True)


def test_refusal_of_another_status_has_a_page_too(client):
    response = client.get("/410/")

    assert (response.status_code, "<p>The offer has ended.</p>" in response.content.decode()) == (410, True)


def test_refusal_is_told_in_the_visitors_language(client):
    response = client.get("/lazy/", headers={"accept-language": "id"})

    assert "<p>Terlalu banyak percobaan. Tunggu sebentar, lalu coba lagi.</p>" in response.content.decode()


def test_refusal_says_its_message_as_text():
    assert (str(SoldOut("None left.")), SoldOut("None left.").message, SoldOut.status) == ("None left.", "None left.", 409)


def test_form_that_is_too_old_has_its_own_words():
    response = Client(enforce_csrf_checks=True).post("/deed/")

    text = response.content.decode()
    assert (response.status_code, "This form was open for too long" in text, "Sign in with an account" in text) == (403, True, False)


def test_wrong_method_says_which_are_right(client):
    assert visit(client, 405)["Allow"] == "POST"


@pytest.mark.parametrize("status", [400, 403, 500])
def test_no_error_page_quotes_the_fault(client, status):
    assert "c4n4ry" not in visit(client, status).content.decode()


def test_reference_is_shown_when_there_is_one(rf):
    shown = views.error(rf.get("/"), 500, reference="BK-7").content.decode()

    assert '<p class="soft small">Reference: <code>BK-7</code></p>' in shown


@pytest.fixture
def database_away(transactional_db):
    """Point this thread's connection at a database that is not there."""
    there = {name: connection.settings_dict[name] for name in ("HOST", "PORT")}
    connection.close()
    connection.settings_dict.update(HOST="127.0.0.1", PORT="1")
    yield
    connection.settings_dict.update(there)


@pytest.mark.parametrize("where", ["/count/", "/remember/", "/late/"])
def test_database_that_is_away_is_busy_and_quick(client, database_away, where):
    """In the view, in the session after it, in the template after it."""
    started = time.monotonic()

    response = client.get(where)

    found = (response.status_code, response["Retry-After"], "We are busy right now" in response.content.decode())
    assert (found, time.monotonic() - started < 10) == ((503, "5", True), True)

"""No door sends anybody to another site, no letter's link leads to one, and nobody is signed in by another's form."""

from urllib.parse import quote, urljoin, urlsplit

import pytest
from django.test import Client

from tests.accounts.people import PASSWORD, code, letters, link, person, sign_in, signed_in, text, with_app

pytestmark = pytest.mark.django_db

FORMS = [
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/\\/evil.example",
    "//\\evil.example",
    "https:evil.example",
    "https:/evil.example",
    "https://evil.example",
    "https:///evil.example",
    "http://evil.example",
    "HTTPS://EVIL.EXAMPLE",
    "hTtP:evil.example",
    "ftp://evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "java\nscript:alert(1)",
    "\x01javascript:alert(1)",
    "javascript://testserver/%0aalert(1)",
    "vbscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "blob:https://evil.example/1",
    "file:///etc/passwd",
    "mailto:a@evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "\n//evil.example",
    "\r//evil.example",
    "//evil.example\t",
    "/ /evil.example",
    "//testserver@evil.example",
    "https://testserver@evil.example",
    "https://testserver:pw@evil.example/",
    "//testserver\\@evil.example",
    "https://evil.example\\@testserver",
    "https://testserver.evil.example",
    "https://evil.example#testserver",
    "https://evil.example?testserver",
    "http://localhost/",
    "http://127.0.0.1/",
    "http://[::1]/",
    "http://testserver:8443/",
    "//evil。example",
    "／／evil.example",
    "/／evil.example",
    "//evil.example/é",
    "\u2028//evil.example",
    "\u00a0//evil.example",
    "\ufeff//evil.example",
    "%2f%2fevil.example",
    "/%2f/evil.example",
    "/%5cevil.example",
    "/%09/evil.example",
    "//%65vil.example",
    "%68ttps://evil.example",
    "?next=//evil.example",
    ".evil.example",
    "@evil.example",
    ":evil.example",
    "evil.example",
    "/" + "a" * 100_000,
    "//" + "a" * 5_000 + ".evil.example",
    "https://" + "a" * 5_000 + "@evil.example",
]


def lands(response):
    """Return where a browser would go: it drops tabs and line breaks, and reads backslashes as slashes."""
    where = "".join(c for c in response.url.strip("".join(map(chr, range(33)))) if c not in "\t\r\n").replace("\\", "/")
    return urlsplit(urljoin("http://testserver/account/login/", where))


def stays(response):
    where = lands(response)
    return response.status_code == 302 and where.scheme in {"http", "https"} and where.netloc == "testserver" and len(response.url) < 4000


@pytest.mark.parametrize("place", ["query", "field"])
@pytest.mark.parametrize("url", FORMS)
def test_next_never_leaves_the_host(client, url, place, settings):
    settings.RATE_LIMITS = False
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10_000_000
    settings.ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1", "[::1]"]
    person()
    query, field = (f"?next={quote(url)}", {}) if place == "query" else ("", {"next": url})

    assert stays(client.post(f"/account/login/{query}", {"login": "alice@example.org", "password": PASSWORD, **field}))
    assert signed_in(client)
    assert stays(client.get(f"/account/login/{query}"))  # who is signed in already is sent on
    assert stays(client.post(f"/account/logout/{query}", field))


def test_there_are_60_forms():
    assert len(set(FORMS)) >= 60


@pytest.mark.parametrize("url", FORMS)
def test_next_never_leaves_the_host_after_code_factor_and_password(client, url, settings):
    settings.RATE_LIMITS = False
    query = f"?next={quote(url)}"
    with_app(person())
    client.post(f"/account/login/code/{query}", {"email": "alice@example.org"})

    asked = client.post(f"/account/login/code/confirm/{query}", {"code": letters()[0].secret})
    assert asked.url == "/account/security/authenticate/"
    assert stays(client.post(asked.url + query, {"code": code()}))
    assert stays(client.post(f"/account/reauthenticate/{query}", {"password": PASSWORD}))


def test_next_on_this_site_is_followed(client):
    person()

    response = client.post("/account/login/?next=/account/sessions/%3Fpage%3D2", {"login": "alice@example.org", "password": PASSWORD})

    assert response.url == "/account/sessions/?page=2"


@pytest.mark.parametrize("headers", [{"Host": "localhost"}, {"Host": "127.0.0.1:99"}, {"X-Forwarded-Host": "evil.example"}])
@pytest.mark.parametrize("path", ["/account/password/reset/", "/account/signup/", "/account/login/code/"])
def test_links_keep_the_configured_site_whatever_the_host_says(client, settings, headers, path):
    settings.SITE_URL, settings.ALLOWED_HOSTS = "https://tickets.example.org", ["testserver", "localhost", "127.0.0.1"]
    if path == "/account/password/reset/":
        person()

    client.post(path, {"name": "A", "email": "alice@example.org", "password1": "another horse"}, headers=headers)

    assert link(letters()[0]).startswith("/account/")
    assert "localhost" not in text(letters()[0])


def test_host_that_is_not_ours_is_refused(client):
    person()

    assert client.post("/account/password/reset/", {"email": "alice@example.org"}, headers={"Host": "evil.example"}).status_code == 400
    assert letters() == []


@pytest.mark.parametrize(
    "path",
    [
        "/account/login/",
        "/account/login/code/",
        "/account/login/code/confirm/",
        "/account/signup/",
        "/account/password/reset/",
        "/account/logout/",
        "/account/google/",
        "/account/security/webauthn/login/",
        "/account/security/authenticate/",
        "/account/sessions/",
        "/account/",
    ],
)
def test_forms_of_other_sites_are_refused(path):
    person()
    strict = Client(enforce_csrf_checks=True)

    response = strict.post(path, {"login": "alice@example.org", "password": PASSWORD, "email": "alice@example.org"})

    assert response.status_code == 403
    assert not signed_in(strict)


def test_token_of_another_browser_signs_nobody_in():
    person()
    attacker, victim = Client(enforce_csrf_checks=True), Client(enforce_csrf_checks=True)
    for browser in (attacker, victim):
        browser.get("/account/login/")

    sign_in(victim, csrfmiddlewaretoken=attacker.cookies["csrf"].value)

    assert not signed_in(victim)

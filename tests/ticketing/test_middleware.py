"""What every request passes: ids, safe headers, clean input. Whatever comes in, no fault goes out (R16, R17, D8, D14, D18)."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import include, path
from django.utils import translation
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st

from tests.sample.models import Lamp
from ticketing.local.places import BASE_DIR
from ticketing.models import AuditLog
from ticketing.urls import handler400, handler403, handler404, handler500  # noqa: F401  # this module is a map of a site

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "frame-src": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}
SAFE = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def policy(response):
    return dict(rule.strip().split(" ", 1) for rule in response["Content-Security-Policy"].split(";"))


def with_nonce(request):
    return HttpResponse(f"<script nonce={request.csp_nonce}></script>")


def echo(request):
    """Answer with all that a view may ask a request for."""
    given = [request.GET.dict(), request.POST.dict(), sorted(request.FILES), request.COOKIES, request.headers, request.path]
    return HttpResponse(repr(given))


def light(request):
    return HttpResponse(Lamp.objects.create(name="desk").pk)


urlpatterns = [
    path("echo/", echo),
    path("echo/<str:word>/", lambda request, word: echo(request)),
    path("light/", light),
    path("nonce/", with_nonce),
    path("", include("ticketing.urls")),
]
pytestmark = pytest.mark.urls(__name__)


@pytest.fixture(autouse=True)
def _own_language():
    """A request leaves its language behind in the thread; keep that from other tests."""
    with translation.override("en"):
        yield


@pytest.fixture
def client():
    return Client(raise_request_exception=False)


def is_our_page(response):
    return response.content.startswith(b"<!doctype html>") and b"/static/css/components.css" in response.content


@pytest.mark.parametrize(
    ("where", "status"),
    [
        ("/", 200),
        ("/nonsense/", 404),
        ("/demo/mailbox/write/", 404),
        ("/healthz", 200),
        ("/static/css/components.css", 200),
        ("/static/nothing.css", 404),
        ("/%00", 400),
        ("/admin/login/", 302),
        ("/account/login/", 200),
    ],
)
def test_every_response_has_the_safe_headers(client, where, status, db):
    response = client.get(where)

    assert (response.status_code, policy(response)) == (status, POLICY)
    assert {name: response.get(name) for name in SAFE} == SAFE
    assert "Content-Security-Policy-Report-Only" not in response


def test_responses_to_a_wrong_host_have_the_safe_headers_too(client):
    response = client.get("/", headers={"host": "evil.example"})

    assert (response.status_code, is_our_page(response), policy(response)) == (400, True, POLICY)
    assert {name: response.get(name) for name in SAFE} == SAFE


def test_a_policy_that_only_reports_is_sent_besides(client, settings):
    settings.CONTENT_SECURITY_POLICY_REPORT_ONLY = {"DIRECTIVES": {"default-src": ["'none'"]}}

    response = client.get("/")

    assert (policy(response), response["Content-Security-Policy-Report-Only"]) == (POLICY, "default-src 'none'")


def test_nonce_is_in_the_policy_only_when_the_page_asked_for_it(client):
    first, second = (client.get("/nonce/") for _ in range(2))

    nonces = [re.search(r"nonce=(\S{24})>", response.content.decode())[1] for response in (first, second)]
    policies = [policy(response)["script-src"] for response in (first, second)]
    assert policies == [f"'self' 'nonce-{nonce}'" for nonce in nonces]
    assert nonces[0] != nonces[1]


@pytest.mark.django_db
def test_https_is_for_ever_on_a_public_site(settings):
    settings.SECURE_SSL_REDIRECT, settings.SECURE_SSL_HOST, settings.SECURE_HSTS_SECONDS = True, "tickets.example.org", 31536000
    client = Client()

    plain, secure, health = client.get("/", headers={"host": "evil.example"}), client.get("/", secure=True), client.get("/healthz")

    assert (plain.status_code, plain["Location"]) == (301, "https://tickets.example.org/")
    assert (secure.status_code, secure["Strict-Transport-Security"]) == (200, "max-age=31536000; includeSubDomains; preload")
    assert health.status_code == 200


TEMPLATES = [file for file in (BASE_DIR / "templates").rglob("*.html") if "emails" not in file.parts]


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: str(file.relative_to(BASE_DIR)))
def test_no_template_has_inline_script_or_style(file: Path):
    text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "", file.read_text())

    # What says that it is data is not run, under any policy.
    text = re.sub(r'<script[^>]*\stype="application/(ld\+)?json"', "", text)

    assert re.findall(r"(?i)<style|\sstyle\s*=|\son[a-z]+\s*=|javascript:|<script(?![^>]*\ssrc=)", text) == []


def test_every_response_has_an_id_of_its_own(client):
    identifiers = {client.get("/")["X-Request-ID"] for _ in range(3)}

    assert [bool(re.fullmatch("[0-9a-f]{32}", identifier)) for identifier in identifiers] == [True] * 3


@pytest.mark.parametrize(
    ("proxies", "given", "believed"),
    [
        (0, "abcdef-123456", False),
        (1, "abcdef-123456", True),
        (1, "0123456789abcdef0123456789ABCDEF", True),
        (1, "short", False),
        (1, "x" * 33, False),
        (1, "two lines\n", False),
        (1, "naïve-naïve", False),
    ],
)
def test_a_given_id_is_believed_only_from_a_proxy_and_only_in_form(client, settings, proxies, given, believed):
    settings.PROXY_COUNT = proxies

    assert (client.get("/", headers={"x-request-id": given})["X-Request-ID"] == given) is believed


@pytest.mark.django_db(transaction=True)
def test_writes_carry_the_requests_id(client):
    response = client.get("/light/")

    entry = AuditLog.objects.values("request_id", "record").get(table="sample_lamp")
    assert entry == {"request_id": response["X-Request-ID"], "record": response.content.decode()}
    assert connection.execute_wrappers == []


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "localhost@evil.example",
        "localhost:80:80",
        "localhost/",
        "localhost, evil.example",
        "localhost evil.example",
        "[::1",
        "[evil]",
        "",
        ".",
        "localhost\0",
        "localhost%00",
        "<script>",
        "ｌocalhost",
        "localhost\r\nX: 1",
        "x" * 10_000,
    ],
)
def test_hostile_host_is_refused_with_a_page(client, host):
    response = client.get("/echo/", headers={"host": host})

    assert (response.status_code, is_our_page(response)) == (400, True)


@pytest.mark.parametrize(
    "request_",
    [
        {"path": "/echo/%00/"},
        {"path": "/echo/a%00b/"},
        {"path": "/echo/?a=%00"},
        {"path": "/echo/?%00=a"},
        {"path": "/echo/?a=1&a=%00&a=2"},
        {"path": "/echo/", "data": "a=%00"},
        {"path": "/echo/", "data": "%00=a"},
        {"path": "/echo/", "data": b"a=\0"},
        {"path": "/echo/", "data": {"a": "\0"}, "content_type": None},
        {"path": "/echo/", "HTTP_COOKIE": 'session="\\000aaaaaaaaaaaaaaaa"'},
        {"path": "/echo/", "HTTP_COOKIE": "session=\0"},
    ],
    ids=str,
)
def test_nul_is_refused_with_a_page(client, request_):
    given = {"content_type": "application/x-www-form-urlencoded", **request_}
    if given["content_type"] is None:
        del given["content_type"]

    response = (client.post if "data" in given else client.get)(given.pop("path"), **given)

    assert (response.status_code, is_our_page(response)) == (400, True)


def test_what_only_looks_like_nul_passes(client):
    response = client.post("/echo/?a=%2500", {"b": "%00 \\0"})

    assert (response.status_code, response.content.decode()[:36]) == (200, "[{'a': '%00'}, {'b': '%00 \\\\0'}, [],")


@pytest.mark.parametrize(
    ("where", "status"), [("/echo/%ff%fe/", 200), ("/echo/%ED%A0%80/", 200), ("/echo/?a=%ff&%C0%80=b", 200), ("/%ff/%2e%2e/", 404)]
)
def test_bad_utf8_in_the_address_is_read_as_it_can_be(client, where, status):
    assert client.get(where).status_code == status


@pytest.mark.django_db
@pytest.mark.parametrize(
    "cookie",
    [
        "\xff\xfe",
        "session=\xff",
        "session",
        "=",
        ";;;",
        "=;=;",
        'session="',
        "session=" + "x" * 8000,
        "a=b; " * 2000,
        "session={}",
        "csrf=a\tb",
    ],
)
def test_malformed_cookies_are_read_as_they_can_be(client, cookie):
    assert client.get("/echo/", HTTP_COOKIE=cookie).status_code == 200


@pytest.mark.parametrize("charset", ["zlib", "rot13", "idna", "utf-16", "undefined", "\0", '"', "no-such", "utf-8; charset=zlib"])
def test_charset_of_the_sender_is_not_believed(client, charset):
    answers = [
        client.get("/echo/?a=%C3%A9", CONTENT_TYPE=f"text/plain; charset={charset}"),
        client.generic("POST", "/echo/", b"a=%C3%A9", content_type=f"application/x-www-form-urlencoded; charset={charset}"),
    ]

    assert [(answer.status_code, "{'a': 'é'}" in answer.content.decode()) for answer in answers] == [(200, True)] * 2


@pytest.mark.parametrize("parameter", ["charset*=zlib''%41", "x*=no-such''%41", "x*0*=''", ";;;=", "boundary"])
def test_broken_parameters_of_a_content_type_are_dropped(client, parameter):
    assert client.generic("POST", "/echo/?a=b", b"x", content_type=f"text/plain; {parameter}").status_code == 200


@pytest.mark.parametrize(
    "content_type",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=é",
        "multipart/form-data; boundary=" + "x" * 300,
    ],
)
def test_form_without_a_proper_boundary_is_refused_with_a_page(client, content_type):
    response = client.post("/echo/", b"--x\r\n\r\n--x--", content_type=content_type)

    assert (response.status_code, is_our_page(response)) == (400, True)


def test_file_still_arrives_through_a_clean_content_type(client):
    response = client.post("/echo/", {"poster": BytesIO(b"png")})

    assert (response.status_code, "['poster']" in response.content.decode()) == (200, True)


@pytest.mark.parametrize("length", ["-1", "abc", "1e3", "١", "5 ", "0x5", "9" * 5000])
def test_malformed_length_is_refused_with_a_page(client, length):
    response = client.post("/echo/", "a=b", content_type="application/x-www-form-urlencoded", CONTENT_LENGTH=length)

    assert (response.status_code, is_our_page(response)) == (400, True)


class BrokenLine(BytesIO):
    """A body whose sender is gone."""

    def read(self, *_):
        raise ConnectionResetError


def test_sender_who_leaves_amid_the_body_is_refused(client):
    response = client.generic("POST", "/echo/", b"a=b", content_type="application/x-www-form-urlencoded", **{"wsgi.input": BrokenLine()})

    assert response.status_code == 400


TOO_MUCH = {
    "form": {"data": "a=" + "x" * 2_500_001, "content_type": "application/x-www-form-urlencoded"},
    "fields": {"data": "&".join(f"f{n}=1" for n in range(2000)), "content_type": "application/x-www-form-urlencoded"},
    "fields in parts": {"data": {f"f{n}": "1" for n in range(2000)}},
    "files": {"data": {f"f{n}": BytesIO(b"1") for n in range(101)}},
    "one part": {"data": {"a": "x" * 3_000_000}},
    "file": {"data": {"poster": BytesIO(b"x" * 10_000_000)}},
    "anything": {"data": b"x" * 10_000_001, "content_type": "application/octet-stream"},
}


@pytest.mark.parametrize("what", TOO_MUCH)
def test_too_much_is_413_with_a_page(client, what):
    response = client.post("/echo/", **TOO_MUCH[what])

    assert (response.status_code, is_our_page(response)) == (413, True)


def test_too_many_fields_in_the_address_are_413_with_a_page(client):
    response = client.get("/echo/?" + "&".join(f"f{n}=1" for n in range(2000)), CONTENT_TYPE="text/plain; charset=utf-8")

    assert (response.status_code, is_our_page(response)) == (413, True)


def test_what_is_large_but_allowed_passes(client):
    response = client.post("/echo/", {"poster": BytesIO(b"x" * 9_000_000)})

    assert response.status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "X" * 500, "get ", "\xff"])
def test_unknown_methods_get_a_page(client, method):
    response = client.generic(method, "/")

    assert (response.status_code, is_our_page(response), response["Allow"]) == (405, True, "GET, HEAD")


@pytest.mark.django_db
def test_options_say_nothing_more(client):
    assert (client.options("/").status_code, client.head("/").status_code) == (405, 200)


@pytest.mark.parametrize(
    "where", ["//evil.example/", "///", "/..//..", "/.%2e/%2e%2e/", "/\\evil.example", "/a//b/", "/" + "x" * 60_000, "/x/" * 5000, "/;a=b"]
)
def test_strange_paths_are_pages_and_lead_nowhere_else(client, where):
    response = client.generic("GET", "/", PATH_INFO=where)

    assert (response.status_code, is_our_page(response), response.get("Location")) == (404, True, None)


TEXT = st.text(st.characters(max_codepoint=255), max_size=40)
WORDS = st.one_of(
    TEXT, st.sampled_from(["\0", "%00", "%ff", "\\000", '"', "a" * 5000, "../", "zlib", "utf-16", "charset=idna", "localhost", "=;"])
)
SENT = """
    HTTP_HOST HTTP_COOKIE HTTP_X_FORWARDED_FOR HTTP_X_FORWARDED_PROTO HTTP_X_REQUEST_ID HTTP_ACCEPT_LANGUAGE HTTP_ACCEPT HTTP_REFERER
    HTTP_ORIGIN HTTP_AUTHORIZATION HTTP_RANGE HTTP_IF_NONE_MATCH HTTP_IF_MODIFIED_SINCE CONTENT_TYPE CONTENT_LENGTH QUERY_STRING
"""
HEADERS = st.sampled_from(SENT.split())


@pytest.fixture
def strict_client():
    return Client(enforce_csrf_checks=True, raise_request_exception=False)


@pytest.mark.django_db
@trying(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    method=st.sampled_from(["GET", "POST", "HEAD", "PUT", "OPTIONS"]),
    where=st.sampled_from(["/", "/echo/", "/admin/login/", "/healthz", "/static/css/", "/demo/mailbox/", "/"]),
    tail=WORDS,
    body=st.one_of(TEXT.map(lambda text: text.encode("latin-1")), st.sampled_from([b"a=%00", b"--x\r\n", b"\xff=\xff"])),
    headers=st.dictionaries(HEADERS, WORDS, max_size=5),
    form=st.sampled_from(["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", ""]),
)
def test_nothing_that_is_sent_is_a_fault_of_ours(client, strict_client, settings, method, where, tail, body, headers, form):
    settings.PROXY_COUNT = len(tail) % 2

    answers = [visitor.generic(method, where + tail, body, **{"CONTENT_TYPE": form, **headers}) for visitor in (client, strict_client)]

    assert [answer.status_code for answer in answers if answer.status_code >= 500] == []

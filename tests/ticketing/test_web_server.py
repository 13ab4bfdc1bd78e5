"""The real web server: raw bytes in, never a fault out; files, pools and logs as they are in production (R9, R16, X15)."""

import http.client
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection

from ticketing import heartbeat
from ticketing.local.places import BASE_DIR
from ticketing.local.processes import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

SESSION = "session=0123456789abcdefghijklmnopqrstuv"
CANARY = "Q2FuYXJ5c2VjcmV0MTIzNDU2Nzg5MA"


def free_port():
    """Beside those that the system gives away by itself, so that nobody has it before the server does."""
    for port in random.sample(range(20_000, 32_000), 100):
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise OSError("no port is free")


class Web:
    """One web server on a free port, and what it wrote."""

    def __init__(self, folder: Path, **variables):
        self.port, self.output = free_port(), folder / "web.log"
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(self.port)]
        command += ["--workers", "1", "--blocking-threads", "2", "--no-ws", "--log-level", "warning", "ticketing.wsgi:application"]
        kept = {name: os.environ[name] for name in ("PATH", "STATE_DIR", "REDIS_URL") if name in os.environ}
        environment = {**kept, "ENV_FILE": "", "LOG_FORMAT": "json", "RATE_LIMITS": "on", **variables}
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                command, cwd=BASE_DIR, env=environment, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
            )

    def get(self, path, method="GET", body=None, **headers):
        """Ask as a decent client does; return status, headers, body."""
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        client.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = client.getresponse()
        read = answer.status, dict(answer.getheaders()), answer.read().decode()
        client.close()
        return read

    def say(self, *parts, half_close=False):
        """Send raw bytes; return the status, or 0 where the server left without a word, and the rest of the answer."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as line:
            heard = b""
            try:
                for part in parts:
                    line.sendall(part)
                if half_close:
                    line.shutdown(socket.SHUT_WR)
                line.settimeout(5 if half_close else 60)
                while data := line.recv(65536):
                    heard += data
            except OSError:
                pass  # it may leave while we still talk
        found = re.match(rb"HTTP/1\.[01] (\d{3}) ", heard)
        return int(found[1]) if found else 0, heard

    def answers(self):
        with suppress(OSError):
            return self.get("/healthz")[0] == 200

    def lines(self):
        return self.output.read_text().splitlines()


@contextmanager
def serving(folder, **variables):
    web = Web(folder, **variables)
    try:
        assert wait_until(web.answers, seconds=120), "the server did not start"
        yield web
    finally:
        os.killpg(web.process.pid, signal.SIGTERM)
        web.process.wait(60)


@pytest.fixture(scope="module")
def web(django_db_setup, tmp_path_factory):
    place = connection.settings_dict
    with serving(tmp_path_factory.mktemp("web"), DATABASE_URL=address(place, host=place["HOST"])) as web:
        yield web


def address(place, *, host):
    return f"postgresql://{place['USER']}@/{place['NAME']}?host={quote(host, safe='')}"


@pytest.fixture(autouse=True)
def _it_lives_on(web):
    """Whatever a test sends, the server serves the next visitor."""
    yield
    assert (web.process.poll(), web.get("/")[0]) == (None, 200)


def is_our_page(heard):
    text = heard.lower()
    wanted = (
        b"<!doctype html>",
        b"content-security-policy: ",
        b"x-frame-options: deny",
        b"x-content-type-options: nosniff",
        b"x-request-id: ",
    )
    return all(word in text for word in wanted)


def test_page_is_served_with_safe_headers(web):
    status, headers, text = web.get("/")

    names = {name.lower(): value for name, value in headers.items()}
    assert (status, text.startswith("<!doctype html>"), names["x-frame-options"]) == (200, True, "DENY")
    assert "'nonce-" not in names["content-security-policy"]
    assert re.fullmatch("[0-9a-f]{32}", names["x-request-id"])


@pytest.mark.parametrize("path", ["/static/css/components.css", "/static/img/mark.svg"])
def test_file_is_served_with_safe_headers(web, path):
    status, headers, _ = web.get(path)

    names = {name.lower(): value for name, value in headers.items()}
    wanted = ("x-content-type-options", "cross-origin-resource-policy", "x-frame-options")
    assert (status, [names[name] for name in wanted]) == (200, ["nosniff", "same-origin", "DENY"])


def request(line=b"GET / HTTP/1.1", *headers, host=b"localhost", body=b""):
    fields = [b"Host: " + host, b"Connection: close", *headers]
    return b"\r\n".join([line, *fields, b"", body])


FORM = b"Content-Type: application/x-www-form-urlencoded"
PAGES = {
    "host of another": (400, request(host=b"evil.example")),
    "host with a user": (400, request(host=b"localhost@evil.example")),
    "host of two": (400, request(host=b"localhost, evil.example")),
    "host empty": (400, request(host=b"")),
    "host of bytes": (400, request(host=b"\xff\xfe")),
    "host twice": (400, request(b"GET / HTTP/1.1", b"Host: evil.example")),
    "address in full": (200, request(b"GET http://localhost/ HTTP/1.1")),
    "path of two slashes": (404, request(b"GET //evil.example/ HTTP/1.1")),
    "path of bytes": (404, request(b"GET /%ff%fe/ HTTP/1.1")),
    "path of NUL": (400, request(b"GET /%00 HTTP/1.1")),
    "path that climbs": (404, request(b"GET /static/../../etc/passwd HTTP/1.1")),
    "path that climbs in code": (404, request(b"GET /static/%2e%2e/%2e%2e/etc/passwd HTTP/1.1")),
    "path of 60 kB": (404, request(b"GET /" + b"x" * 60_000 + b" HTTP/1.1")),
    "query of NUL": (400, request(b"GET /?a=%00 HTTP/1.1")),
    "query of bytes": (200, request(b"GET /?%ff=%fe HTTP/1.1")),
    "query of 2,000 fields": (413, request(b"GET /?" + b"&".join(b"f%d=1" % n for n in range(2000)) + b" HTTP/1.1")),
    "query and charset": (200, request(b"GET /?a=%ff HTTP/1.1", b"Content-Type: text/plain; charset=zlib")),
    "cookie of bytes": (200, request(b"GET / HTTP/1.1", b"Cookie: session=\xff\xfe; =; ;;")),
    "cookie of NUL": (400, request(b"GET / HTTP/1.1", b'Cookie: session="\\000aaaaaaaaaa"')),
    "forwarded from anywhere": (200, request(b"GET / HTTP/1.1", b"X-Forwarded-For: \xff, 1.1.1.1" + b", 2.2.2.2" * 500)),
    "language of bytes": (200, request(b"GET / HTTP/1.1", b"Accept-Language: \xff;q=x," + b"id-" * 500)),
    "method unknown": (403, request(b"FROBNICATE / HTTP/1.1")),
    "method in small": (403, request(b"delete / HTTP/1.1")),
    "form of NUL": (400, request(b"POST / HTTP/1.1", FORM, b"Content-Length: 5", body=b"a=%00")),
    "form of bytes": (403, request(b"POST /admin/login/ HTTP/1.1", FORM, b"Content-Length: 4", body=b"a=\xff\xfe")),
    "form of 2,000 fields": (413, request(b"POST / HTTP/1.1", FORM, b"Content-Length: 8000", body=b"f=1&" * 2000)),
    "form in pieces": (403, request(b"POST / HTTP/1.1", FORM, b"Transfer-Encoding: chunked", body=b"3\r\na=b\r\n0\r\n\r\n")),
    "form without boundary": (400, request(b"POST / HTTP/1.1", b"Content-Type: multipart/form-data", b"Content-Length: 3", body=b"--x")),
    "form of another charset": (403, request(b"POST / HTTP/1.1", FORM + b"; charset=utf-16", b"Content-Length: 3", body=b"a=b")),
}


@pytest.mark.parametrize("what", PAGES)
def test_strange_request_gets_a_page_of_ours(web, what):
    expected, sent = PAGES[what]

    status, heard = web.say(sent)

    assert (status, is_our_page(heard)) == (expected, True)


BROKEN = {
    "nothing": b"\r\n\r\n",
    "garbage": b"\x16\x03\x01\x02\x00\x01\xff\xff\xff\r\n\r\n",
    "no version": b"GET /\r\n\r\n",
    "version of tomorrow": request(b"GET / HTTP/9.9"),
    "no host": b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n",
    "old protocol": b"GET / HTTP/1.0\r\n\r\n",
    "raw NUL in the path": request(b"GET /\0 HTTP/1.1"),
    "raw bytes in the path": request(b"GET /\xff HTTP/1.1"),
    "NUL in a header": request(b"GET / HTTP/1.1", b"X-A: a\0b"),
    "line break in a header": request(b"GET / HTTP/1.1", b"X-A: a\rb"),
    "header without a name": request(b"GET / HTTP/1.1", b": a"),
    "length of letters": request(b"POST / HTTP/1.1", FORM, b"Content-Length: abc", body=b"a=b"),
    "length below nothing": request(b"POST / HTTP/1.1", FORM, b"Content-Length: -1", body=b"a=b"),
    "length twice": request(b"POST / HTTP/1.1", FORM, b"Content-Length: 3", b"Content-Length: 4", body=b"a=bc"),
    "length without end": request(b"POST / HTTP/1.1", FORM, b"Content-Length: " + b"9" * 30, body=b"a=b"),
    "length and pieces": request(b"POST / HTTP/1.1", FORM, b"Content-Length: 3", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n"),
    "pieces broken": request(b"POST / HTTP/1.1", FORM, b"Transfer-Encoding: chunked", body=b"zz\r\n"),
    "200 headers": request(b"GET / HTTP/1.1", *[b"X-%d: a" % n for n in range(200)]),
    "10 MB of header": request(b"GET / HTTP/1.1", b"X-A: " + b"x" * 10_000_000),
    "10 MB of path": request(b"GET /" + b"x" * 10_000_000 + b" HTTP/1.1"),
    "tunnel": request(b"CONNECT evil.example:443 HTTP/1.1"),
    "everything": request(b"OPTIONS * HTTP/1.1"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_broken_request_is_refused_and_is_no_fault(web, what):
    status, heard = web.say(BROKEN[what], half_close=True)

    assert (status < 500, b"Traceback" in heard) == (True, False)


@pytest.mark.parametrize(
    "headers",
    [
        {"Content_Type": "application/x-www-form-urlencoded"},
        {"Content_Type": "multipart/form-data; boundary=x"},
        {"Content_Type": "application/octet-stream"},
    ],
    ids=str,
)
def test_10_mb_of_body_are_413_with_a_page(web, headers):
    status, _, text = web.get("/", "POST", b"x" * 10 * 1024 * 1024, **headers)

    assert (status, "That was too much to send at once" in text) == (413, True)


def test_body_that_never_comes_is_no_fault(web):
    sent = request(b"POST / HTTP/1.1", FORM, b"Content-Length: 1000", body=b"a=b")

    status, _ = web.say(sent, half_close=True)

    assert status < 500


def test_web_names_itself_to_the_database_and_has_its_limits(web):
    web.get("/admin/", Cookie=SESSION)

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'ticketing web'")
        assert cursor.fetchone()[0] >= 1


def test_figures_of_the_pool_reach_prometheus(web):
    web.get("/admin/", Cookie=SESSION)

    def told(name):
        web.get("/")  # passes on what was counted, once it is old enough
        return re.search(rf"^{name} [1-9]", web.get("/metrics")[2], re.MULTILINE) is not None

    assert wait_until(lambda: told("ticketing_database_pool_size") and told("ticketing_requests_total"), seconds=60, step=0.2)


def test_readiness_is_told_over_the_wire(web):
    def told():
        """Within a second: on a busy machine not always at the first time."""
        heartbeat.beat("worker")
        inside, outside = web.get("/readyz"), web.get("/readyz", X_Forwarded_For="203.0.113.9")
        states = {name: check["state"] for name, check in json.loads(inside[2])["checks"].items()}
        assert states.keys() == {"database", "redis", "migrations", "worker"}
        return (inside[0], {*states.values()}, outside[0], outside[2]) == (200, {"pass"}, 200, "ok\n")

    assert wait_until(told, seconds=60, step=0.2)


def test_only_our_own_lines_are_written_and_no_secret(web):
    for path in (f"/orders/{CANARY}/", f"/{CANARY}?token={CANARY}", f"/static/{CANARY}.css"):
        web.get(path, Authorization=f"Bearer {CANARY}", Cookie=f"session={CANARY}", Referer=f"https://x/{CANARY}")

    lines = [json.loads(line) for line in web.lines()]
    assert CANARY not in web.output.read_text()
    assert {line["logger"] for line in lines} <= {
        "ticketing.requests",
        "ticketing.hints",
        "ticketing.retries",
        "django.request",
        "psycopg.pool",
    } | {line["logger"] for line in lines if line["logger"].startswith("django.security")}
    assert [line for line in lines if line["logger"] == "ticketing.requests" and len(line["request_id"]) != 32] == []


@pytest.fixture(scope="module")
def orphan(tmp_path_factory):
    """A web server whose database is not there."""
    with serving(tmp_path_factory.mktemp("orphan"), DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing") as web:
        yield web


def test_database_that_is_away_is_a_busy_page_within_three_seconds(orphan):
    started = time.monotonic()

    status, headers, text = orphan.get("/admin/", Cookie=SESSION)

    names = {name.lower(): value for name, value in headers.items()}
    assert (status, names["retry-after"], "We are busy right now" in text) == (503, "5", True)
    assert time.monotonic() - started < 20


def test_what_needs_no_data_is_served_without_a_database(orphan):
    answers = [orphan.get(path)[0] for path in ("/healthz", "/static/img/mark.svg", "/nowhere/", "/readyz")]

    assert answers == [200, 200, 404, 503]


def test_database_that_comes_back_is_found_at_once(django_db_setup, tmp_path):
    """Where the server looks for it, a link brings it back."""
    link = tmp_path / ".s.PGSQL.5432"
    with serving(tmp_path, DATABASE_URL=address(connection.settings_dict, host=str(tmp_path))) as web:
        away = [web.get("/admin/", Cookie=SESSION)[0] for _ in range(2)]
        link.symlink_to(Path(connection.settings_dict["HOST"], link.name))
        started = time.monotonic()

        while (back := web.get("/admin/", Cookie=SESSION)[0]) == 503 and time.monotonic() - started < 20:
            pass

        assert (away, back) == ([503, 503], 302)

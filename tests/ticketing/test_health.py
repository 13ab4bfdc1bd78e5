"""Health: alive, ready, and why not, within a second or so also when something hangs; strangers learn nothing (C-20, K-31)."""

import json
import re
import socket
import time
from concurrent import futures
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client

from ticketing import health, heartbeat, hints
from ticketing.rooms import Finding

WELL = {
    "database": {"state": "pass", "says": "answers"},
    "redis": {"state": "pass", "says": "answers"},
    "migrations": {"state": "pass", "says": "all applied"},
    "worker": {"state": "pass", "says": "alive 0 s ago"},
}
TOKEN = "a-token-for-the-monitor"


@pytest.fixture(autouse=True)
def _always_fresh(monkeypatch):
    monkeypatch.setattr(health, "FRESH_SECONDS", 0)
    monkeypatch.setattr(health, "_latest", (-60, []))


@pytest.fixture(autouse=True)
def hanging(monkeypatch):
    """Whoever answers is waited for, however slow the machine is; name here who will not. The waits asked for are kept."""
    hanging = SimpleNamespace(names=set(), waits=[])

    def wait(asked, timeout):
        hanging.waits.append((len(asked), timeout))
        sooner = [future for name, future in zip(health.CHECKS, asked, strict=True) if name not in hanging.names]
        return futures.wait(sooner, timeout=60)

    monkeypatch.setattr(health, "wait", wait)
    return hanging


@pytest.fixture
def everything_runs(db):
    heartbeat.beat("worker")


@pytest.fixture
def silent():
    """A server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]
    time.sleep(0.2)  # whoever still waited for it notices now, and not during the next test


@pytest.fixture
def database_at():
    """Point every new connection at another place."""
    there = {name: connection.settings_dict[name] for name in ("HOST", "PORT")}
    yield lambda port: connection.settings_dict.update(HOST="127.0.0.1", PORT=str(port))
    connection.settings_dict.update(there)


@pytest.fixture
def redis_at(settings):
    there = settings.REDIS_URL

    def use(url):
        settings.REDIS_URL = url
        hints.client.cache_clear()

    yield lambda port: use(f"redis://127.0.0.1:{port}")
    use(there)


def checks(response):
    """Return what is said inside; seconds may turn between the sign of life and the question."""
    return json.loads(re.sub(rb"alive \d+ s ago", b"alive 0 s ago", response.content))["checks"]


def ask(client):
    response = client.get("/readyz")
    return response.status_code, checks(response)


def test_ready_when_everything_answers(client, everything_runs):
    assert ask(client) == (200, WELL)


def test_without_a_worker_we_are_not_ready(client, db):
    assert ask(client) == (503, {**WELL, "worker": {"state": "fail", "says": "no sign of life in 30 s"}})


def test_missing_migration_is_named(client, everything_runs, transactional_db):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE django_migrations SET app = 'elsewhere' WHERE app = 'sample'")
        answer = ask(client)
        cursor.execute("UPDATE django_migrations SET app = 'sample' WHERE app = 'elsewhere'")

    assert answer == (503, {**WELL, "migrations": {"state": "fail", "says": "not applied: sample.0001_initial, sample.0002_rooms"}})


def test_database_that_is_away_is_said(client, everything_runs, database_at):
    database_at(1)

    refused = {"state": "fail", "says": "OperationalError"}
    assert ask(client) == (503, {**WELL, "database": refused, "migrations": refused})


def test_database_that_hangs_is_said_in_time(client, everything_runs, database_at, silent, hanging):
    database_at(silent)
    hanging.names = {"database", "migrations"}

    hangs = {"state": "fail", "says": "no answer within 1 s"}
    assert ask(client) == (503, {**WELL, "database": hangs, "migrations": hangs})
    assert hanging.waits == [(4, 1)]  # one second for all together


def test_redis_that_is_away_is_said(client, everything_runs, redis_at):
    redis_at(1)

    status, found = ask(client)

    assert (status, found["redis"], found["worker"]["state"]) == (503, {"state": "fail", "says": "ConnectionError"}, "fail")
    assert (found["database"], found["migrations"]) == (WELL["database"], WELL["migrations"])


def test_all_that_hangs_together_takes_no_longer(client, everything_runs, database_at, redis_at, silent, hanging):
    database_at(silent)
    redis_at(silent)
    hanging.names = set(health.CHECKS)

    status, found = ask(client)

    assert (status, [check["state"] for check in found.values()]) == (503, ["fail"] * 4)
    assert hanging.waits == [(4, 1)]


def test_findings_have_a_mend(db):
    assert health.findings()[-1] == Finding("worker", "fail", "no sign of life in 30 s", "Start one: python -m celery -A ticketing worker")


@pytest.mark.django_db(transaction=True)
def test_many_who_ask_at_once_cost_one_look(together, monkeypatch):
    looks = []
    monkeypatch.setattr(health, "FRESH_SECONDS", 60)
    monkeypatch.setattr(health, "CHECKS", {"look": lambda: looks.append(1) or Finding("look", "pass", "fine")})

    answers = together(lambda _: health.recent_findings(), times=8)

    assert (len(looks), answers) == (1, [[Finding("look", "pass", "fine")]] * 8)


def test_page_tells_what_was_found_within_the_last_second(client, db, monkeypatch):
    monkeypatch.setattr(health, "FRESH_SECONDS", 60)
    before = client.get("/readyz").status_code
    heartbeat.beat("worker")

    assert (before, client.get("/readyz").status_code) == (503, 503)


def test_answer_is_asked_anew_after_a_second(everything_runs, monkeypatch):
    monkeypatch.setattr(health, "FRESH_SECONDS", 0.05)
    before = health.recent_findings()
    time.sleep(0.06)
    hints.client().flushdb()

    assert [findings[-1].state for findings in (before, health.recent_findings())] == ["pass", "fail"]


def test_alive_whatever_else_is_broken(client, database_at, redis_at):
    with socket.create_server(("127.0.0.1", 0)) as broken:
        database_at(broken.getsockname()[1])
        redis_at(broken.getsockname()[1])

        response = client.get("/healthz")

        broken.setblocking(False)
        with pytest.raises(BlockingIOError):
            broken.accept()  # nobody was asked
    assert (response.status_code, response.content, response["Content-Type"]) == (200, b"ok\n", "text/plain")


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_machines_may_ask_for_the_head_and_change_nothing(client, everything_runs, path):
    answers = [client.head(path).status_code, client.post(path).status_code]

    assert (answers, "no-store" in client.get(path)["Cache-Control"]) == ([200, 405], True)


INSIDE = [
    {"REMOTE_ADDR": "127.0.0.1"},
    {"REMOTE_ADDR": "::1"},
    {"REMOTE_ADDR": "203.0.113.9", "HTTP_AUTHORIZATION": f"Bearer {TOKEN}"},
    {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "203.0.113.9", "HTTP_AUTHORIZATION": f"Bearer {TOKEN}"},
]
OUTSIDE = [
    {"REMOTE_ADDR": "203.0.113.9"},
    {"REMOTE_ADDR": ""},
    {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "203.0.113.9"},
    {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "127.0.0.1"},
    {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_PROTO": "https"},
    {"REMOTE_ADDR": "127.0.0.1", "HTTP_FORWARDED": "for=127.0.0.1"},
    {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_REAL_IP": "127.0.0.1"},
    {"REMOTE_ADDR": "127.0.0.1", "HTTP_VIA": "1.1 proxy"},
    {"REMOTE_ADDR": "203.0.113.9", "HTTP_X_FORWARDED_FOR": "127.0.0.1"},
    {"REMOTE_ADDR": "203.0.113.9", "HTTP_AUTHORIZATION": "Bearer wrong"},
    {"REMOTE_ADDR": "203.0.113.9", "HTTP_AUTHORIZATION": "Bearer é"},
    {"REMOTE_ADDR": "203.0.113.9", "HTTP_AUTHORIZATION": "Bearer "},
]


@pytest.mark.parametrize("caller", INSIDE, ids=str)
def test_our_own_callers_see_inside(settings, everything_runs, caller):
    settings.METRICS_TOKEN = TOKEN
    client = Client(**caller)

    ready, metrics = client.get("/readyz"), client.get("/metrics")

    assert (ready.json()["ready"], checks(ready), metrics.status_code) == (True, WELL, 200)


@pytest.mark.parametrize("caller", OUTSIDE, ids=str)
@pytest.mark.parametrize("proxies", [0, 1])
def test_strangers_learn_only_whether_we_are_ready(settings, everything_runs, caller, proxies):
    settings.METRICS_TOKEN, settings.PROXY_COUNT = TOKEN, proxies
    client = Client(**caller)

    ready, metrics = client.get("/readyz"), client.get("/metrics")
    hints.client().flushdb()
    later = client.get("/readyz")

    assert [(answer.status_code, answer.content) for answer in (ready, later)] == [(200, b"ok\n"), (503, b"not ok\n")]
    assert metrics.status_code == 404


def test_without_a_token_no_bearer_sees_inside(settings, everything_runs):
    settings.METRICS_TOKEN = ""

    answers = [
        Client(REMOTE_ADDR="203.0.113.9", HTTP_AUTHORIZATION=given).get("/metrics").status_code for given in ("", "Bearer", "Bearer ")
    ]

    assert answers == [404, 404, 404]

"""Figures for Prometheus: text it can read, counted over all processes (C-20, K-33)."""

import json
import re
import time
from types import SimpleNamespace

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import include, path

from ticketing import counters, heartbeat, hints, metrics
from ticketing.rooms import Figure
from ticketing.urls import handler400, handler404, handler500  # noqa: F401  # this module is a map of a site

SAMPLE = re.compile(
    r'(?P<name>[a-z_]+)(?:\{(?P<labels>[a-z]+="(?:[^"\\\n]|\\.)*"(?:,[a-z]+="(?:[^"\\\n]|\\.)*")*)\})? (?P<value>-?[0-9.]+(?:e[+-]?\d+)?)'
)
GAUGES = """
    uptime_seconds heartbeat_age_seconds database_size_bytes database_locks_waiting database_connections
    database_replication_lag_seconds outbox_letters outbox_age_seconds
"""
COUNTERS = """
    database_sequential_scans_total database_index_scans_total database_commits_total database_rollbacks_total database_deadlocks_total
"""


def parsed(text):
    """Read the text as Prometheus would; return the samples and the kinds."""
    samples, kinds, described = {}, {}, set()
    for line in text.splitlines():
        if line.startswith("# HELP "):
            described.add(line.split(" ", 3)[2])
        elif line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert (name in described, name in kinds) == (True, False)
            kinds[name] = kind
        else:
            found = SAMPLE.fullmatch(line)
            assert (found["name"] in kinds, (found["name"], found["labels"]) in samples) == (True, False)
            samples[found["name"], found["labels"]] = float(found["value"])
    return samples, kinds


def slow(request):
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.execute("SELECT 2")
    return HttpResponse("done")


def broken(request):
    raise RuntimeError


urlpatterns = [path("slow/", slow), path("broken/", broken), path("", include("ticketing.urls"))]


@pytest.fixture(autouse=True)
def _nothing_counted_yet(monkeypatch):
    counters._pending.clear()
    monkeypatch.setattr(counters, "FLUSH_SECONDS", 0)


@pytest.fixture
def visitor():
    return Client(raise_request_exception=False)


@pytest.mark.django_db
def test_text_is_what_prometheus_reads(visitor):
    heartbeat.beat("worker")

    response = visitor.get("/metrics")

    samples, kinds = parsed(response.content.decode())
    assert response["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    ours = {f"ticketing_{name}": "gauge" for name in GAUGES.split()} | {f"ticketing_{name}": "counter" for name in COUNTERS.split()}
    assert ours.items() <= kinds.items()  # the apps add theirs
    assert samples["ticketing_heartbeat_age_seconds", 'of="worker"'] < heartbeat.LIFE
    assert samples["ticketing_heartbeat_age_seconds", 'of="beat"'] == heartbeat.LIFE


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_requests_and_their_queries_are_counted(visitor, monkeypatch):
    moments = iter([0, 0.11, 1, 1.09])  # the first query is slow, the second is not
    clock = SimpleNamespace(perf_counter=lambda: next(moments, 2), monotonic=time.monotonic, time=time.time)
    monkeypatch.setattr(counters, "time", clock)
    for place in ("/slow/", "/broken/", "/nowhere/"):
        visitor.get(place)

    samples, kinds = parsed(visitor.get("/metrics").content.decode())
    counted = {name: samples[f"ticketing_{name}_total", None] for name in ("requests", "server_errors", "queries", "slow_queries")}
    assert counted == {"requests": 3, "server_errors": 1, "queries": 2, "slow_queries": 1}
    assert samples["ticketing_query_seconds_total", None] == pytest.approx(0.2)
    assert 0 < samples["ticketing_request_seconds_total", None] < 60
    assert kinds["ticketing_requests_total"] == "counter"


def test_counts_of_all_processes_are_one_sum():
    counters.count("requests", 2)
    counters.flush_if_due()
    counters.count("requests", 3)
    counters.flush_if_due()

    assert counters.totals() == {"requests": 5}


def test_counts_wait_for_their_time(monkeypatch):
    monkeypatch.setattr(counters, "FLUSH_SECONDS", 60)
    monkeypatch.setattr(counters, "_flushed_at", time.monotonic())
    counters.count("requests")

    counters.flush_if_due()

    assert (counters.totals(), dict(counters._pending)) == ({}, {"requests": 1})


def test_counts_wait_while_redis_is_away(monkeypatch):
    hints.report_failure("a test")
    counters.count("requests")
    counters.flush_if_due()
    hints.ask_again()

    counters.flush_if_due()

    assert counters.totals() == {"requests": 1}


def test_queries_that_fail_are_counted_too(db):
    with connection.execute_wrapper(counters.timed), connection.cursor() as cursor, pytest.raises(Exception, match="syntax"):
        cursor.execute("SELEKT")

    assert counters._pending["queries"] == 1


def test_pools_of_live_processes_are_summed():
    now = time.time()
    for process, at, size in (("one 1", now, 4), ("two 1", now - 20, 3), ("one 2", now - 31, 9)):
        hints.client().hset("pools", process, json.dumps({"at": at, "pool_size": size}))

    assert counters.pools() == {"pool_size": 7}


@pytest.mark.django_db
def test_figures_survive_redis(redis_away, visitor):
    samples, _ = parsed(visitor.get("/metrics").content.decode())

    assert samples["ticketing_heartbeat_age_seconds", 'of="worker"'] == heartbeat.LIFE


def test_labels_are_escaped_and_numbers_keep_their_digits(monkeypatch):
    figure = Figure("odd", 1_234_567_890, "Odd", labels=(("of", 'a "b"\\\n'), ("by", "c")))
    monkeypatch.setattr(metrics, "furnished", lambda room: [type("Room", (), {"figures": staticmethod(lambda: [figure])})])

    text = metrics.text()

    assert text == '# HELP ticketing_odd Odd\n# TYPE ticketing_odd gauge\nticketing_odd{of="a \\"b\\"\\\\\\n",by="c"} 1234567890\n'
    assert list(parsed(text)[0].values()) == [1_234_567_890]

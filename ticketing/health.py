"""Is this process able to serve: each thing it needs is asked at the same time, with one second for all."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import cache

import psycopg
from django.db import connections
from django.db.migrations.loader import MigrationLoader

from . import heartbeat, hints
from .rooms import Finding

BUDGET_SECONDS = 1.0
FRESH_SECONDS = 1.0
# A check that hangs keeps its thread; so few can, and then the answer is "fail", as it should be.
_threads = ThreadPoolExecutor(max_workers=8, thread_name_prefix="health")


_asking = threading.Lock()
_latest: tuple[float, list[Finding]] = (-FRESH_SECONDS, [])


def recent_findings() -> list[Finding]:
    """Return how each thing was within the last second: strangers may ask, and every answer costs two connections."""
    global _latest
    with _asking:
        if time.monotonic() - _latest[0] >= FRESH_SECONDS:
            found = findings()
            _latest = (time.monotonic(), found)
        return _latest[1]


def findings() -> list[Finding]:
    asked = {name: _threads.submit(check) for name, check in CHECKS.items()}
    wait(asked.values(), timeout=BUDGET_SECONDS)
    return [_answer(name, future) for name, future in asked.items()]


def _answer(name: str, future: "Future[Finding]") -> Finding:
    if not future.done():
        future.cancel()
        return Finding(name, "fail", f"no answer within {BUDGET_SECONDS:g} s")
    error = future.exception()  # whatever it is, it is why we are not ready
    return Finding(name, "fail", type(error).__name__) if error else future.result()


def _query(sql: str) -> list[tuple]:
    """Ask on a connection of our own: the pool may be what is exhausted."""
    parameters = connections["default"].get_connection_params()
    for ours in ("pool", "cursor_factory", "context", "prepare_threshold"):
        parameters.pop(ours, None)
    with psycopg.connect(**parameters, autocommit=True) as connection:
        return connection.execute(sql).fetchall()


def database() -> Finding:
    _query("SELECT 1")
    return Finding("database", "pass", "answers")


def redis() -> Finding:
    hints.client().ping()
    return Finding("redis", "pass", "answers")


def migrations() -> Finding:
    applied = set(_query("SELECT app, name FROM django_migrations"))
    missing = sorted(f"{app}.{name}" for app, name in _known_migrations() - applied)
    if missing:
        return Finding("migrations", "fail", f"not applied: {', '.join(missing)}", "Run: python manage.py migrate")
    return Finding("migrations", "pass", "all applied")


def worker() -> Finding:
    seconds = heartbeat.last("worker")
    if seconds is None:
        mend = "Start one: python -m celery -A ticketing worker"
        return Finding("worker", "fail", f"no sign of life in {heartbeat.LIFE} s", mend)
    return Finding("worker", "pass", f"alive {seconds} s ago")


CHECKS: dict[str, Callable[[], Finding]] = {"database": database, "redis": redis, "migrations": migrations, "worker": worker}


@cache
def _known_migrations() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None).disk_migrations or ())

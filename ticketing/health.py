"""Is this process able to serve: each thing it needs is asked at the same time, with one second for all."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from functools import cache

import psycopg
from django.db import connections
from django.db.migrations.loader import MigrationLoader

from . import heartbeat, hints
from .rooms import Finding

BUDGET_SECONDS = 1.0
# A check that hangs keeps its thread; so few can, and then the answer is "fail", as it should be.
_threads = ThreadPoolExecutor(max_workers=8, thread_name_prefix="health")


def findings() -> list[Finding]:
    asked = {name: _threads.submit(check) for name, check in CHECKS.items()}
    return [_answer(name, future) for name, future in asked.items()]


def _answer(name: str, future: "Future[Finding]") -> Finding:
    try:
        return future.result(timeout=BUDGET_SECONDS)
    except TooLate:
        future.cancel()
        return Finding(name, "fail", f"no answer within {BUDGET_SECONDS:g} s")
    except Exception as error:  # whatever it is, it is why we are not ready
        return Finding(name, "fail", type(error).__name__)


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

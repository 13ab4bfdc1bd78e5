"""Counts of this process, added up over all processes in Redis every few seconds, for `/metrics`."""

import json
import os
import socket
import threading
import time
from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.db import connection

from . import hints

FLUSH_SECONDS = 5
SLOW_SECONDS = 0.1
POOL_LIFE = 30  # seconds after which a process that says no more is not counted
_KEY, _POOLS = "counters", "pools"

_lock = threading.Lock()
_pending: Counter[str] = Counter()
_flushed_at = 0.0


def count(name: str, by: float = 1) -> None:
    with _lock:
        _pending[name] += by  # type: ignore[assignment]  # seconds are counted too


def timed(execute: Any, sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Wrap a query: how many, how long, how many slow."""
    started = time.perf_counter()
    try:
        return execute(sql, params, many, context)
    finally:
        seconds = time.perf_counter() - started
        count("queries")
        count("query_seconds", seconds)
        if seconds > SLOW_SECONDS:
            count("slow_queries")


def flush_if_due() -> None:
    global _flushed_at
    now = time.monotonic()
    with _lock:
        if now - _flushed_at < FLUSH_SECONDS or hints.away():
            return
        _flushed_at = now
        amounts = dict(_pending)
        _pending.clear()
    hints.ask(lambda redis: _flush(redis, amounts), otherwise=None)


def totals() -> dict[str, float]:
    found: dict[bytes, bytes] = hints.ask(lambda redis: redis.hgetall(_KEY), otherwise={})
    return {name.decode(): float(amount) for name, amount in found.items()}


def pools() -> dict[str, int]:
    """Return the sums over the connection pools of all live web processes."""
    sums: Counter[str] = Counter()
    reported: dict[bytes, bytes] = hints.ask(lambda redis: redis.hgetall(_POOLS), otherwise={})
    for report in map(json.loads, reported.values()):
        if report.pop("at") > time.time() - POOL_LIFE:
            sums.update(report)
    return dict(sums)


def _flush(redis: Any, amounts: Mapping[str, float]) -> None:
    with redis.pipeline(transaction=False) as pipe:
        for name, amount in amounts.items():
            pipe.hincrbyfloat(_KEY, name, amount)
        if connection.settings_dict["OPTIONS"].get("pool") and connection.pool:  # type: ignore[attr-defined]  # PostgreSQL's alone
            stats = connection.pool.get_stats()  # type: ignore[attr-defined]  # the same
            wanted = ("pool_size", "pool_available", "requests_waiting", "connections_errors")
            report = {"at": time.time(), **{name: stats.get(name, 0) for name in wanted}}
            pipe.hset(_POOLS, f"{socket.gethostname()} {os.getpid()}", json.dumps(report)).expire(_POOLS, POOL_LIFE)
        pipe.execute()

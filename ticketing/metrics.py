"""Figures of the ground floor, and the text that Prometheus reads."""

import time
from collections.abc import Iterator

from django.db import connection

from . import counters, heartbeat
from .rooms import Figure, furnished

STARTED = time.time()

HELP = {
    "requests": "Requests answered",
    "request_seconds": "Time spent answering requests",
    "server_errors": "Answers with a status of 500 and more",
    "queries": "Queries of web requests",
    "query_seconds": "Time spent waiting for queries",
    "slow_queries": "Queries that took more than 0.1 s",
}


def text() -> str:
    """Return every app's figures in Prometheus' text format."""
    lines: list[str] = []
    described: set[str] = set()
    for room in furnished("metrics"):
        for figure in room.figures():
            name = f"ticketing_{figure.name}"
            if name not in described:
                lines += [f"# HELP {name} {figure.help}", f"# TYPE {name} {figure.kind}"]
                described.add(name)
            labels = ",".join(f'{key}="{_escaped(value)}"' for key, value in figure.labels)
            lines.append(f"{name}{{{labels}}} {figure.value:.12g}" if labels else f"{name} {figure.value:.12g}")
    return "\n".join(lines) + "\n"


def figures() -> Iterator[Figure]:
    counters.flush_if_due()
    yield Figure("uptime_seconds", time.time() - STARTED, "How long this web process has run")
    for name, amount in sorted(counters.totals().items()):
        yield Figure(f"{name}_total", amount, HELP.get(name, name), "counter")
    for name, amount in sorted(counters.pools().items()):
        yield Figure(f"database_{name}", amount, "Sum over the connection pools of all web processes")
    for name in ("worker", "beat"):
        seconds = heartbeat.last(name)
        yield Figure(
            "heartbeat_age_seconds", heartbeat.LIFE if seconds is None else seconds, "Since the last sign of life", labels=(("of", name),)
        )
    yield from _database()


def _database() -> Iterator[Figure]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_database_size(current_database()), "
            "(SELECT sum(seq_scan) FROM pg_stat_user_tables), (SELECT sum(idx_scan) FROM pg_stat_user_tables), "
            "(SELECT count(*) FROM pg_locks WHERE NOT granted), "
            "(SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()), "
            "d.xact_commit, d.xact_rollback, d.deadlocks, "
            "coalesce((SELECT max(extract(epoch FROM replay_lag)) FROM pg_stat_replication), 0), "
            "(SELECT count(*) FROM ticketing_emailmessage WHERE sent_at IS NULL AND failed_at IS NULL), "
            "coalesce((SELECT extract(epoch FROM now() - min(created_at)) FROM ticketing_emailmessage "
            "WHERE sent_at IS NULL AND failed_at IS NULL), 0) "
            "FROM pg_stat_database d WHERE d.datname = current_database()"
        )
        row = cursor.fetchone()
    shown = (
        Figure("database_size_bytes", row[0], "Size of the database"),
        Figure("database_sequential_scans_total", row[1] or 0, "Sequential scans of tables", "counter"),
        Figure("database_index_scans_total", row[2] or 0, "Index scans", "counter"),
        Figure("database_locks_waiting", row[3], "Sessions that wait for a lock"),
        Figure("database_connections", row[4], "Sessions in this database"),
        Figure("database_commits_total", row[5], "Transactions committed", "counter"),
        Figure("database_rollbacks_total", row[6], "Transactions rolled back", "counter"),
        Figure("database_deadlocks_total", row[7], "Deadlocks", "counter"),
        Figure("database_replication_lag_seconds", float(row[8]), "The slowest standby's lag, 0 without one"),
        Figure("outbox_letters", row[9], "Letters that wait to be sent"),
        Figure("outbox_age_seconds", float(row[10]), "Age of the oldest letter that waits"),
    )
    yield from shown


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")

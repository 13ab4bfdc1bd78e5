"""Holding one thing while no transaction is open: a session lock in PostgreSQL, which dies with its holder."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import connection


@contextmanager
def claimed(subject: UUID) -> Iterator[bool]:
    """Yield whether we hold the subject until the block ends. Nobody waits: who comes second goes on.

    For work that talks to the outside, where a row lock must not be held. A worker that is killed loses its
    connection and so its claim, at once: no lease has to run out. Look at the row again under the claim.
    """
    key = int.from_bytes(subject.bytes[8:], signed=True)  # the random half of a time-ordered UUID
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
        mine = bool(cursor.fetchone()[0])
    try:
        yield mine
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [key])

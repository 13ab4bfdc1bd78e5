"""What must always be true of the ground floor, read from the tables alone."""

from collections.abc import Iterator

from django.db import connection

from . import roles

APPEND_ONLY_TRIGGERS = {"append_only", "append_only_truncate"}


def breaches() -> Iterator[str]:
    """Yield every broken promise, in words."""
    yield from roles.breaches()
    with connection.cursor() as cursor:
        for table in roles.APPEND_ONLY:
            cursor.execute(
                "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal AND tgenabled IN ('O', 'A')", [table]
            )
            missing = APPEND_ONLY_TRIGGERS - {name for (name,) in cursor.fetchall()}
            if missing:
                yield f"{table} can be rewritten: trigger {', '.join(sorted(missing))} is missing or off"
        cursor.execute(
            "SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "WHERE t.tgname IN ('audit', 'touch') AND t.tgenabled NOT IN ('O', 'A')"
        )
        for table, trigger in cursor.fetchall():
            yield f"{table}: trigger {trigger} is off"
        cursor.execute(
            "SELECT count(*) FROM ticketing_emailmessage WHERE sent_at IS NULL AND failed_at IS NULL AND attempts = 0 "
            "AND due_at < now() - interval '5 minutes'"
        )
        (forgotten,) = cursor.fetchone()
        if forgotten:
            yield f"outbox: {forgotten} letters were due 5 minutes ago and never tried"

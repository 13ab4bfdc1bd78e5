"""Operations for migrations: what the database itself keeps true about a table, whoever writes to it."""

from collections.abc import Iterable

from django.db.migrations.operations import RunSQL


def touched(table: str) -> RunSQL:
    """Keep `updated_at`, for writes that bypass the ORM too."""
    return _trigger("touch", table, "BEFORE UPDATE", "ROW", "ticketing_touch()")


def audited(table: str, *, omit: Iterable[str] = (), mask: Iterable[str] = ()) -> RunSQL:
    """Record every change of the table in the audit log.

    Columns in `omit` are left out, and a change of these alone is no change; columns in `mask` (personal or
    secret) are recorded as keyed digests. `updated_at` is always left out.
    """
    arguments = f"'{','.join(['updated_at', *omit])}', '{{{','.join(mask)}}}'"
    return _trigger("audit", table, "AFTER INSERT OR UPDATE OR DELETE", "ROW", f"ticketing_audit({arguments})")


def append_only(table: str) -> RunSQL:
    """Refuse UPDATE, DELETE and TRUNCATE, to the table's owner too."""
    rows = _trigger("append_only", table, "BEFORE UPDATE OR DELETE", "ROW", "ticketing_append_only()")
    whole = _trigger("append_only_truncate", table, "BEFORE TRUNCATE", "STATEMENT", "ticketing_append_only()")
    return RunSQL(f"{rows.sql};\n{whole.sql}", f"{rows.reverse_sql};\n{whole.reverse_sql}")


def _trigger(name: str, table: str, moment: str, each: str, call: str) -> RunSQL:
    return RunSQL(
        f"CREATE TRIGGER {name} {moment} ON {table} FOR EACH {each} EXECUTE FUNCTION {call}",
        f"DROP TRIGGER {name} ON {table}",
    )

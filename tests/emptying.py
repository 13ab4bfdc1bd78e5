"""Empties the tables after a test that committed: as Django does, in a fiftieth of the time.

Django truncates every table, for which PostgreSQL makes new files for each of them and each of their indexes; then it makes
content types and permissions anew. But few tables have rows, and few rows: they are deleted at once.
"""

from django.db import ProgrammingError, connection, transaction
from django.test import TransactionTestCase
from psycopg.errors import InsufficientPrivilege

# They follow from the models alone, and no test changes them.
KEPT = {"django_content_type", "auth_permission"}
# What nobody may delete is deleted, too, and the audit does not hear of it. Only the tests' own PostgreSQL gives this right
# (tests/services.py); on another one, all is truncated.
SET_ASIDE = "SET LOCAL session_replication_role = replica"
_truncate_all = TransactionTestCase._fixture_teardown


def empty(case: TransactionTestCase) -> None:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(SET_ASIDE)
            _delete(cursor)
    except ProgrammingError as error:
        if not isinstance(error.__cause__, InsufficientPrivilege):
            raise
        _truncate_all(case)


def _delete(cursor) -> None:
    tables = sorted(set(connection.introspection.django_table_names(only_existing=True, include_views=False)) - KEPT)
    cursor.execute(f"LOCK TABLE {', '.join(tables)}")  # waits for whoever still writes, as TRUNCATE does
    cursor.execute(" UNION ALL ".join(f"(SELECT '{table}' FROM {table} LIMIT 1)" for table in tables))
    for (table,) in cursor.fetchall():
        cursor.execute(f"DELETE FROM {table}")

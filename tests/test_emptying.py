"""After a test that committed, no row is left that the next one could see."""

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import ProgrammingError, connection

from tests import emptying, factories
from ticketing.audit import AuditLog
from ticketing.models import HistoryEntry

pytestmark = pytest.mark.django_db(transaction=True)


def left() -> set[str]:
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"(SELECT '{table}' FROM {table} LIMIT 1)" for table in tables))
        return {table for (table,) in cursor.fetchall()}


@pytest.mark.parametrize("statement", ["SET LOCAL session_replication_role = replica", "DO $$ BEGIN RAISE insufficient_privilege; END $$"])
def test_every_table_is_empty_afterwards_but_what_follows_from_the_models(statement, monkeypatch):
    made, given = ContentType.objects.count(), Permission.objects.count()
    factories.paid(factories.published())
    factories.staff()
    assert HistoryEntry.objects.exists() and AuditLog.objects.exists()  # which nobody may delete
    monkeypatch.setattr(emptying, "SET_ASIDE", statement)

    emptying.empty(emptying.TransactionTestCase("run"))

    assert left() == emptying.KEPT
    assert (ContentType.objects.count(), Permission.objects.count()) == (made, given)


def test_what_else_goes_wrong_is_not_hidden(monkeypatch):
    with monkeypatch.context() as wrong, pytest.raises(ProgrammingError, match="there_is_no_such_thing"):
        wrong.setattr(emptying, "SET_ASIDE", "SELECT there_is_no_such_thing()")
        emptying.empty(emptying.TransactionTestCase("run"))

"""History: written with the change, never rewritten (A-36)."""

import pytest
from django.db import DatabaseError, connection, transaction

from tests.sample.models import Lamp
from ticketing import history
from ticketing.models import AuditLog, HistoryEntry

pytestmark = pytest.mark.django_db
REWRITES = ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}"]
TABLES = ["ticketing_historyentry", "ticketing_auditlog"]


@pytest.fixture
def recorded(now):
    lamp = Lamp.objects.create(name="desk")
    history.record(lamp, "dusted", at=now, by=history.SYSTEM, details={"cloths": 2})
    return lamp


def test_record_writes_one_line(recorded, now):
    line = HistoryEntry.objects.values("subject_type", "subject_id", "action", "actor", "at", "details").get()

    assert line == {
        "subject_type": "sample.lamp",
        "subject_id": recorded.pk,
        "action": "dusted",
        "actor": "system",
        "at": now,
        "details": {"cloths": 2},
    }


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("rewrite", REWRITES)
def test_a_36_owner_cannot_rewrite_history_or_audit(recorded, table, rewrite):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL app.allow_truncate TO 'off'")
        cursor.execute(rewrite.format(table))

    assert (HistoryEntry.objects.count(), AuditLog.objects.count()) == (1, 1)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("rewrite", REWRITES)
def test_a_36_app_has_no_right_to_rewrite_history_or_audit(recorded, table, rewrite):
    # With the switch of the test database on, so that only the missing right is left to refuse TRUNCATE.
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE ticketing_app")
        cursor.execute(rewrite.format(table))

    assert (HistoryEntry.objects.count(), AuditLog.objects.count()) == (1, 1)


def test_switch_for_test_databases_never_opens_update_or_delete(recorded):
    for rewrite in REWRITES[:2]:
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL app.allow_truncate TO 'on'")
            cursor.execute(rewrite.format("ticketing_historyentry"))


def test_d_15_history_is_indexed_by_subject_action_actor_and_time():
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname FROM pg_indexes WHERE tablename = 'ticketing_historyentry'")
        names = {name for (name,) in cursor.fetchall()}

    assert {"history_subject", "history_action", "history_actor", "history_at"} <= names

"""The audit log: every change of what people edit, whoever makes it (C-10, A-36)."""

from contextlib import suppress
from datetime import datetime
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from tests.sample.models import Lamp
from ticketing import audit, logs
from ticketing.models import AuditLog

pytestmark = pytest.mark.django_db
SOMEBODY = UUID("01890000-0000-7000-8000-000000000001")


def actions(table="sample_lamp"):
    # In no order: rows of one millisecond have none.
    return sorted(AuditLog.objects.filter(table=table).values_list("action", flat=True))


def users():
    return {row.new_values["name"]: row.user for row in AuditLog.objects.filter(table="sample_lamp")}


def digest(text):
    with connection.cursor() as cursor:
        cursor.execute("SELECT ticketing_digest(%s)", [text])
        return cursor.fetchone()[0]


def test_c_10_create_update_and_delete_are_recorded():
    lamp = Lamp.objects.create(name="desk")
    Lamp.objects.filter(pk=lamp.pk).update(name="floor")
    pk = str(lamp.pk)
    lamp.delete()

    assert actions() == ["CREATE", "DELETE", "UPDATE"]
    change = AuditLog.objects.get(action="UPDATE")
    assert (change.record, change.old_values["name"], change.new_values["name"]) == (pk, "desk", "floor")


def test_c_10_raw_sql_is_recorded():
    Lamp.objects.create(name="desk")

    with connection.cursor() as cursor:
        cursor.execute("UPDATE sample_lamp SET name = 'by hand'")

    assert AuditLog.objects.get(action="UPDATE").new_values["name"] == "by hand"


def test_c_10_bulk_create_of_10000_is_recorded():
    Lamp.objects.bulk_create([Lamp(name=f"lamp {n}") for n in range(10_000)])

    assert AuditLog.objects.filter(action="CREATE").count() == 10_000


def test_record_names_user_address_and_request():
    with logs.request("a" * 32), audit.acting(user=lambda: SOMEBODY, ip="192.0.2.7"):
        Lamp.objects.create(name="desk")

    row = AuditLog.objects.get()
    assert (row.user, row.ip, row.request_id) == (SOMEBODY, digest("192.0.2.7"), "a" * 32)


def test_settings_do_not_stay_on_the_connection():
    with transaction.atomic(), audit.acting(user=lambda: SOMEBODY, ip="192.0.2.7"):
        Lamp.objects.create(name="desk")

    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.user', true)")
        inside = cursor.fetchone()[0]

    assert inside == str(SOMEBODY)  # still this transaction, the test's own


@pytest.mark.django_db(transaction=True)
def test_next_transaction_on_the_connection_is_nobodys():
    with audit.acting(user=lambda: SOMEBODY, ip="192.0.2.7"):
        Lamp.objects.create(name="desk")

    Lamp.objects.create(name="floor")

    assert {row.new_values["name"]: row.user for row in AuditLog.objects.all()} == {"desk": SOMEBODY, "floor": None}


def test_returned_values_and_row_counts_survive_the_prefix():
    with audit.acting(user=lambda: SOMEBODY):
        lamp = Lamp.objects.create(name="desk")
        Lamp.objects.create(name="desk")
        changed = Lamp.objects.filter(name="desk").update(name="floor")
        deleted, _ = Lamp.objects.all().delete()

    assert (type(lamp.created_at), changed, deleted) == (datetime, 2, 2)


def test_executemany_is_recorded_as_the_user():
    with audit.acting(user=lambda: SOMEBODY), connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO sample_lamp (name, owner_email, secret, looked_at, status) VALUES (%s, '', '', 0, 'off')", [["a"], ["b"]]
        )

    assert list(AuditLog.objects.values_list("user", flat=True)) == [SOMEBODY, SOMEBODY]


def test_personal_values_are_keyed_digests():
    Lamp.objects.create(name="desk", owner_email="alice@example.org", secret="under the rug")

    values = AuditLog.objects.get().new_values
    assert values["owner_email"] == digest("alice@example.org")
    assert len(values["secret"]) == 32
    assert "alice" not in str(values)


def test_digest_is_keyed_and_even():
    import hashlib

    assert digest("x") == digest("x") != digest("y")
    assert digest("x") not in hashlib.sha256(b"x").hexdigest()


def test_digest_key_is_nobodys_but_the_owners():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_table_privilege('ticketing_app', 'ticketing_digestkey', 'SELECT'), "
            "has_table_privilege('ticketing_readonly', 'ticketing_digestkey', 'SELECT')"
        )
        assert cursor.fetchone() == (False, False)


def test_change_of_omitted_columns_alone_is_no_change():
    lamp = Lamp.objects.create(name="desk")

    Lamp.objects.filter(pk=lamp.pk).update(looked_at=7)

    assert actions() == ["CREATE"]
    assert "looked_at" not in AuditLog.objects.get().new_values


def test_user_rows_hold_no_password_and_no_name():
    user = User.objects.create_user("alice@example.org", "correct horse", name="Alice", phone="+62 811 555")

    row = AuditLog.objects.get(table="accounts_user")
    shown = str(row.new_values)
    assert not any(word in shown for word in ("alice", "Alice", user.password, "+62", "811 555"))
    assert row.new_values["email"] == digest("alice@example.org")


def test_sign_in_alone_writes_no_audit_row(client):
    user = User.objects.create_user("alice@example.org", "correct horse")
    client.force_login(user)

    assert actions("accounts_user") == ["CREATE"]


def test_user_is_asked_at_the_write_and_told_once_a_transaction(django_assert_num_queries):
    with audit.acting(user=lambda: SOMEBODY), transaction.atomic(), django_assert_num_queries(3):
        Lamp.objects.create(name="desk")
        Lamp.objects.create(name="floor")

    assert users() == {"desk": SOMEBODY, "floor": SOMEBODY}


def test_who_was_told_inside_what_was_undone_is_told_again():
    with audit.acting(user=lambda: SOMEBODY), transaction.atomic():
        with suppress(ZeroDivisionError), transaction.atomic():
            Lamp.objects.create(name="desk")
            raise ZeroDivisionError
        Lamp.objects.create(name="floor")

    assert users() == {"floor": SOMEBODY}


def test_another_user_of_the_same_transaction_is_told():
    who = iter([SOMEBODY, None, SOMEBODY])
    with audit.acting(user=lambda: next(who)), transaction.atomic():
        for name in ("desk", "floor", "wall"):
            Lamp.objects.create(name=name)

    assert users() == {"desk": SOMEBODY, "floor": None, "wall": SOMEBODY}


def test_app_role_writes_audit_through_the_trigger():
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE ticketing_app")
        Lamp.objects.create(name="desk")
        cursor.execute("RESET ROLE")

    assert actions() == ["CREATE"]


def test_reading_carries_nothing_of_the_actor():
    with CaptureQueriesContext(connection) as asked, audit.acting(ip="192.0.2.1"):
        assert not Lamp.objects.exists()

    assert [query["sql"] for query in asked if "set_config" in query["sql"]] == []

"""Ids and times of every row (A-02, A-03, D-19, E-08, K-01)."""

import time
from datetime import UTC, datetime

import pytest
from django.apps import apps
from django.db import connection, models

from tests.sample.models import Lamp
from ticketing.bases import uuid7

OURS = [
    model
    for model in apps.get_models()
    if model.__module__.partition(".")[0] in {"ticketing", "accounts", "events", "waitlist", "orders", "payments"} and model._meta.managed
]
# Written once and never changed, so `at` is all there is to know.
WITHOUT_TIMES = {"ticketing.AuditLog", "ticketing.HistoryEntry"}


def made_at(identifier):
    return (identifier.int >> 80) / 1000


def test_uuid7_is_of_version_7_and_of_this_moment():
    before = time.time()

    made = [uuid7() for _ in range(1000)]

    assert {(identifier.version, identifier.variant) for identifier in made} == {(7, "specified in RFC 4122")}
    assert len(set(made)) == 1000
    assert made == sorted(made)
    assert all(before - 0.002 <= made_at(identifier) <= time.time() for identifier in made)


@pytest.mark.django_db
def test_a_02_rows_inserted_by_sql_get_a_time_ordered_id():
    with connection.cursor() as cursor:
        cursor.execute("SELECT ticketing_uuid7() FROM generate_series(1, 1000)")
        made = [identifier for (identifier,) in cursor.fetchall()]
        cursor.execute("SELECT ticketing_uuid7(), pg_sleep(0.0001), ticketing_uuid7(), pg_sleep(0.0001), ticketing_uuid7()")
        apart = cursor.fetchone()[::2]

    assert {(identifier.version, identifier.variant) for identifier in made} == {(7, "specified in RFC 4122")}
    assert len(set(made)) == 1000
    assert list(apart) == sorted(apart)
    assert all(abs(made_at(identifier) - time.time()) < 5 for identifier in made)


@pytest.mark.django_db
def test_a_02_every_table_of_ours_has_the_id_as_its_default():
    for model in OURS:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT data_type, column_default FROM information_schema.columns WHERE table_name = %s AND column_name = 'id'",
                [model._meta.db_table],
            )
            assert cursor.fetchone() == ("uuid", "ticketing_uuid7()"), model


@pytest.mark.django_db
def test_a_03_every_table_of_ours_has_its_times_and_keeps_them():
    for model in OURS:
        if model._meta.label in WITHOUT_TIMES:
            continue
        with connection.cursor() as cursor:
            cursor.execute("SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass", [model._meta.db_table])
            triggers = {name for (name,) in cursor.fetchall()}
        # What may only be added to has no second time.
        assert triggers & {"touch", "append_only"}, model
        assert {"created_at", "updated_at"} <= {field.name for field in model._meta.fields}, model


@pytest.mark.django_db
def test_e_08_every_moment_has_a_time_zone():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns "
            "WHERE table_schema = 'public' AND data_type = 'timestamp without time zone'"
        )
        assert cursor.fetchall() == []


@pytest.mark.django_db
def test_a_03_updated_at_moves_with_writes_that_bypass_the_orm():
    lamp = Lamp.objects.create(name="desk")
    past = datetime(2020, 1, 1, tzinfo=UTC)

    with connection.cursor() as cursor:
        cursor.execute("UPDATE sample_lamp SET updated_at = %s", [past])

    lamp.refresh_from_db()
    assert lamp.updated_at > past
    assert lamp.created_at.tzinfo is not None


@pytest.mark.django_db
def test_d_20_details_are_jsonb():
    columns = [(m._meta.db_table, f.column) for m in OURS for f in m._meta.fields if isinstance(f, models.JSONField)]
    with connection.cursor() as cursor:
        for table, column in columns:
            cursor.execute("SELECT data_type FROM information_schema.columns WHERE table_name = %s AND column_name = %s", [table, column])
            assert cursor.fetchone() == ("jsonb",)
    assert ("ticketing_historyentry", "details") in columns

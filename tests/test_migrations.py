"""Migrations run forward, back to nothing, and forward again (E-07, D-22), and lack nothing."""

import os
import subprocess
import sys
from urllib.parse import urlsplit

import psycopg
import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import RunPython, RunSQL

from ticketing.local.places import BASE_DIR

OURS = ["payments", "orders", "waitlist", "events", "accounts", "ticketing"]
SNAPSHOT = """
SELECT 'column', table_name || '.' || column_name || ' ' || data_type || ' ' || coalesce(column_default, '') || ' ' || is_nullable
  FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL SELECT 'constraint', conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
  FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT 'index', indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT 'trigger', pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT 'function', pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
UNION ALL SELECT 'summary', matviewname || ' ' || definition FROM pg_matviews WHERE schemaname = 'public'
UNION ALL SELECT 'view', viewname || ' ' || definition FROM pg_views WHERE schemaname = 'public'
ORDER BY 1, 2
"""


@pytest.fixture
def scratch():
    """A database of its own, so that a migration that cannot be undone breaks no other test."""
    url = urlsplit(os.environ["DATABASE_URL"])
    name = f"scratch_{os.getpid()}"
    with psycopg.connect(url._replace(path="/postgres").geturl(), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
    try:
        yield url._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(url._replace(path="/postgres").geturl(), autocommit=True) as server:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def migrate(url, *words):
    environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "ticketing.settings"}
    done = subprocess.run([sys.executable, "manage.py", "migrate", *words], cwd=BASE_DIR, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def snapshot(url):
    with psycopg.connect(url) as database:
        return database.execute(SNAPSHOT).fetchall()


def roles(url):
    with psycopg.connect(url) as database:
        rows = database.execute(
            "SELECT g.name, count(p) FROM auth_group g LEFT JOIN auth_group_permissions p ON p.group_id = g.id GROUP BY 1"
        )
        return dict(rows.fetchall())


@pytest.mark.slow
def test_e_07_forward_back_to_nothing_and_forward_again(scratch):
    migrate(scratch)
    before = snapshot(scratch)

    migrate(scratch, "ticketing", "zero")  # everything of ours stands on it
    left = [line for _, line in snapshot(scratch) if any(f"{app}_" in line for app in OURS)]
    migrate(scratch)

    assert left == []
    assert snapshot(scratch) == before
    assert any("ticketing_uuid7" in line for _, line in before)
    # C-09: the groups are there. Those of staff may something; what promoters and the gate may follows from their teams.
    assert {name for name, count in roles(scratch).items() if count} == {"superadmin", "admin", "moderator"}
    assert (roles(scratch)["promoter"], roles(scratch)["gate"]) == (0, 0)


@pytest.mark.django_db
def test_models_have_no_change_without_a_migration(capsys):
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_d_22_every_hand_written_operation_can_be_undone():
    loader = MigrationLoader(None)
    ours = {key: migration for key, migration in loader.disk_migrations.items() if key[0] in OURS}
    operations = [
        operation for migration in ours.values() for operation in migration.operations if isinstance(operation, RunSQL | RunPython)
    ]

    assert len(operations) > 5
    assert [operation for operation in operations if not operation.reversible] == []


@pytest.mark.django_db
def test_a_01_server_is_new_enough():
    assert connection.pg_version >= 150000


@pytest.mark.django_db
def test_test_database_has_every_table_of_ours():
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor, include_views=True))

    assert {model._meta.db_table for model in apps.get_models() if model._meta.app_label in OURS} <= tables

"""Database roles: the owner changes tables, the application uses them, readers read (B-36, A-35)."""

import pytest
from django.apps import apps
from django.db import connection

from ticketing import roles

pytestmark = pytest.mark.django_db


def may(role, table, right):
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege(%s::name, %s::regclass, %s)", [role, table, right])
        return cursor.fetchone()[0]


def rights(role, table):
    return {right for right in ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE") if may(role, table, right)}


def test_app_may_use_every_table_and_truncate_none():
    for model in apps.get_models():
        frozen = {"payments.Rate", "payments.RateQuote", "payments.Quote", "ticketing.HistoryEntry", "ticketing.AuditLog"}
        if model._meta.label not in frozen:
            wanted = {"SELECT", "INSERT", "UPDATE", "DELETE"}
        else:
            wanted = {"SELECT", "INSERT"}
        assert rights(roles.APP, model._meta.db_table) == wanted, model


def test_readers_read_and_see_no_people_and_no_sessions():
    for model in apps.get_models():
        of_sign_in = model._meta.app_label in {"account", "mfa", "socialaccount", "usersessions"}
        private = {
            "django_session",
            "accounts_user",
            "accounts_invitation",
            "ticketing_emailmessage",
            "events_discountcode",
            "events_reminder",
        }
        private |= {"orders_order", "orders_ticket", "orders_note", "payments_paymentaddress"}
        hidden = of_sign_in or model._meta.db_table in private
        assert rights(roles.READONLY, model._meta.db_table) == (set() if hidden else {"SELECT"}), model


def test_app_may_not_change_tables():
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_schema_privilege(%s::name, 'public', 'CREATE')", [roles.APP])
        assert cursor.fetchone()[0] is False


def test_breaches_names_a_right_too_many():
    assert roles.breaches() == []
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT DELETE ON ticketing_auditlog TO {roles.APP}")

    assert roles.breaches() == ["role ticketing_app may DELETE ticketing_auditlog"]


def test_grant_takes_a_right_too_many_away():
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT DELETE ON ticketing_auditlog TO {roles.APP}")

    assert roles.grant() is True

    assert roles.breaches() == []

"""The database roles and what each may do. The owner makes tables; the application uses them; readers read."""

from django.db import connection

APP, READONLY = "ticketing_app", "ticketing_readonly"
APPEND_ONLY = ("ticketing_historyentry", "ticketing_auditlog", "payments_rate", "payments_ratequote", "payments_quote")
# What opens doors or names people is nothing for a reader of reports.
NOT_FOR_READERS = (
    "django_session",
    "accounts_user",
    "accounts_invitation",
    "ticketing_emailmessage",
    "events_discountcode",
    "events_reminder",
    "account_emailaddress",
    "account_emailconfirmation",
    "mfa_authenticator",
    "socialaccount_socialaccount",
    "socialaccount_socialapp",
    "socialaccount_socialtoken",
    "usersessions_usersession",
    "events_discountcode",
    "orders_order",
    "orders_ticket",
    "orders_note",
    "payments_paymentaddress",
)
NOT_FOR_APP = ("ticketing_digestkey",)
FOR_APP = ("payments_refresh_sales()",)  # what the owner does for it


def grant() -> bool:
    """Give each role its rights on every table; a role that was never made is passed over.

    Answers whether both roles are there. Runs after every migration, so new tables are covered.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolname FROM pg_roles WHERE rolname IN (%s, %s)", [APP, READONLY])
        roles = {name for (name,) in cursor.fetchall()}
        tables = set(connection.introspection.table_names(cursor))
        if APP in roles:
            cursor.execute(f"GRANT USAGE ON SCHEMA public TO {APP}")
            cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {APP}")
            cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {APP}")
            for function in FOR_APP:
                cursor.execute("SELECT to_regprocedure(%s)", [function])
                if cursor.fetchone()[0]:
                    cursor.execute(f"GRANT EXECUTE ON FUNCTION {function} TO {APP}")
            for table in tables.intersection(APPEND_ONLY):
                cursor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {APP}")
            for table in tables.intersection(NOT_FOR_APP):
                cursor.execute(f"REVOKE ALL ON {table} FROM {APP}")
        if READONLY in roles:
            cursor.execute(f"GRANT USAGE ON SCHEMA public TO {READONLY}")
            cursor.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {READONLY}")
            for table in tables.intersection((*NOT_FOR_READERS, *NOT_FOR_APP)):
                cursor.execute(f"REVOKE ALL ON {table} FROM {READONLY}")
    return roles == {APP, READONLY}


def breaches() -> list[str]:
    """Return, in words, every right that the application's role has and must not have."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, r.name FROM pg_class c, unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) AS r(name) "
            "WHERE c.relname = ANY(%s) AND EXISTS (SELECT 1 FROM pg_roles WHERE rolname = %s) "
            "AND has_table_privilege(%s::name, c.oid, r.name)",
            [list(APPEND_ONLY), APP, APP],
        )
        return [f"role {APP} may {right} {table}" for table, right in cursor.fetchall()]

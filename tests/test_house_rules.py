"""The rules of the house that a linter cannot see. Each rule is tried on a planted breach, too."""

import ast
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection

from ticketing.local.places import BASE_DIR

ARROW = ["payments", "orders", "waitlist", "events", "accounts", "ticketing"]
NO_SUCH_ROOMS = {"utils", "helpers", "common", "services", "constants", "exceptions", "signals", "selectors"}

# What people edit is audited; machine traffic is not. A new model fails here until somebody decides.
AUDITED = {
    "account_emailaddress",
    "accounts_invitation",
    "accounts_promoter",
    "accounts_promotermember",
    "accounts_user",
    "accounts_user_groups",
    "accounts_user_user_permissions",
    "auth_group",
    "auth_group_permissions",
    "events_event",
    "events_tickettier",
    "events_discountcode",
    "events_discountcode_tiers",
    "mfa_authenticator",
    "payments_chain",
    "payments_token",
    "socialaccount_socialaccount",
    "ticketing_siteidentity",
}
NOT_AUDITED = {
    "ticketing_auditlog": "the audit itself",
    "ticketing_historyentry": "append-only already",
    "ticketing_emailmessage": "its own delivery log",
    "ticketing_ratecount": "counters of machines",
    "events_picture": "bytes; the history of the event tells who uploaded and removed what",
    "events_reminder": "addresses that are forgotten, which no audit may remember",
    "events_referencerate": "written by a machine, and only shown",
    "active_events_with_availability": "a view",
    "orders_order": "the history tells each deed, and the rules freeze the rest",
    "orders_concern": "what buyer and seller wrote to each other, which no audit may remember; the history tells that they did",
    "orders_note": "may name people, whom no audit may remember; the history tells who noted something and when",
    "event_sales_summary": "a view",
    "user_tickets_summary": "a view",
    "orders_orderitem": "written once, with its order; what comes back is in the history",
    "orders_deadcode": "written once, by machine",
    "orders_scan": "its own log of the door",
    "orders_ticket": "made by machine; the history tells each move",
    "payments_payment": "the history tells each move",
    "payments_paymentaddress": "made by machine, and frozen by triggers",
    "payments_rate": "append-only already",
    "payments_ratequote": "append-only already",
    "payments_quote": "append-only already",
    "blockchain_transactions": "what machines read from chains, and frozen by a trigger",
    "payments_chainblock": "what machines read from chains",
    "payments_chaincursor": "moves with every block; the history of the chain tells when it halts",
}


# Personal words that are no secret, since every page prints them.
PUBLIC = {
    "ticketing_siteidentity": {"name", "support_email", "support_phone"},
    "events_event": {"address"},
    "events_tickettier": {"name"},
    "payments_chain": {"name"},
    "payments_token": {"address"},
}


def modules(room="*"):
    for app in ARROW:
        for path in sorted((BASE_DIR / app).rglob("*.py")):
            # A room that grew is a folder of that name.
            if "migrations" not in path.parts and room in {"*", path.stem, path.parent.name}:
                yield path, ast.parse(path.read_text())


def attribute_calls(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node


def writes_status(tree):
    for node in ast.walk(tree):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AugAssign | ast.AnnAssign) else []
        if any(isinstance(target, ast.Attribute) and target.attr == "status" for target in targets):
            return True
    return any(
        call.func.attr in {"update", "bulk_update"} and any(word.arg == "status" for word in call.keywords)
        for call in attribute_calls(tree)
    )


def points_left(app, tree):
    """Return the enqueued paths that name an app to the left of this one."""
    left = set(ARROW[: ARROW.index(app)])
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and "enqueue_on_commit" in ast.unparse(node.func)]
    paths = [call.args[0].value for call in calls if call.args and isinstance(call.args[0], ast.Constant)]
    return [path for path in paths if path.partition(".")[0] in left]


def uses(tree, *names):
    return any(isinstance(node, ast.Attribute) and node.attr in names for node in ast.walk(tree))


def test_one_writer_of_status():
    assert [str(path) for path, tree in modules() if writes_status(tree) and path != BASE_DIR / "ticketing/statuses.py"] == []


@pytest.mark.parametrize("breach", ["order.status = 'paid'", "Order.objects.update(status='paid')", "order.status: str = 'paid'"])
def test_one_writer_of_status_sees_a_breach(breach):
    assert writes_status(ast.parse(breach))


def test_enqueued_paths_point_right():
    assert [
        points_left(path.relative_to(BASE_DIR).parts[0], tree)
        for path, tree in modules()
        if points_left(path.relative_to(BASE_DIR).parts[0], tree)
    ] == []


def test_enqueued_paths_point_right_sees_a_breach():
    assert points_left("events", ast.parse("jobs.enqueue_on_commit('orders.tasks.send')")) == ["orders.tasks.send"]


def test_only_jobs_sends_tasks():
    assert [str(path) for path, tree in modules() if uses(tree, "delay", "apply_async", "send_task") and path.name != "jobs.py"] == []


def test_only_querysets_lock():
    assert [str(path) for path, tree in modules() if uses(tree, "select_for_update") and path.name != "querysets.py"] == []


def test_doors_open_no_transactions():
    doors = [found for room in ("views", "tasks", "forms", "admin", "emails") for found in modules(room)]

    assert doors
    assert [str(path) for path, tree in doors if uses(tree, "atomic", "locked")] == []


def test_actions_and_models_read_no_clock():
    for room in ("actions", "models"):
        assert [str(path) for path, tree in modules(room) if uses(tree, "now", "utcnow", "today")] == []


def test_no_room_is_a_lumber_room():
    assert [str(path) for path, _ in modules() if path.stem in NO_SUCH_ROOMS] == []


def test_web_process_never_imports_web3():
    import subprocess
    import sys

    code = "import os, sys; os.environ['DJANGO_SETTINGS_MODULE'] = 'ticketing.settings'; import django; django.setup(); "
    code += "import ticketing.urls, payments.tasks, payments.chain.connect; print('web3' in sys.modules)"
    shown = subprocess.run([sys.executable, "-c", code], cwd=BASE_DIR, capture_output=True, text=True, check=True)

    assert shown.stdout.strip() == "False"


@pytest.mark.django_db
def test_c_10_every_table_of_ours_is_audited_or_excused():
    ours = {model._meta.db_table for model in apps.get_models(include_auto_created=True) if model._meta.app_label in ARROW}
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'audit'")
        audited = {table for (table,) in cursor.fetchall()} - {"sample_lamp"}

    assert audited == AUDITED
    assert ours - AUDITED == set(NOT_AUDITED)


@pytest.mark.django_db
def test_audit_hides_what_is_personal_or_secret():
    """Columns whose names sound personal or secret are masked or left out, in every audited table."""
    telling = ("email", "username", "name", "phone", "password", "secret", "key", "address")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, encode(t.tgargs, 'escape'), array_agg(a.attname::text) "
            "FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 "
            "WHERE t.tgname = 'audit' AND c.relname LIKE ANY(%s) GROUP BY 1, 2",
            [[f"{app}\\_%" for app in [*ARROW, "account", "mfa", "socialaccount"]]],
        )
        for table, arguments, columns in cursor.fetchall():
            hidden = {name.strip("{}\\0") for part in arguments.split("\\000") for name in part.split(",")}
            shown = [
                column
                for column in columns
                if any(word in column for word in telling) and column.strip("{}") not in {h.strip("{}") for h in hidden}
            ]
            assert set(shown) <= PUBLIC.get(table, set()), table


def test_top_level_holds_what_everybody_expects():
    needed = {
        "ticketing",
        "accounts",
        "events",
        "orders",
        "payments",
        "waitlist",
        "templates",
        "static",
        "manage.py",
        "requirements.txt",
        "docker-compose.yml",
    }

    assert needed <= {path.name for path in Path(BASE_DIR).iterdir()}

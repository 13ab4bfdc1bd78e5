"""The composite commands: doctor, invariants, init_site, seed_demo, and the two that keep generated files fresh."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import User
from tests.sample.models import Lamp
from ticketing import heartbeat, mail
from ticketing.management.commands import messages, state_diagrams
from ticketing.models import EmailMessage

pytestmark = pytest.mark.django_db


@pytest.fixture
def alive():
    heartbeat.beat("worker")
    heartbeat.beat("beat")


def findings(capsys):
    return {finding["name"]: finding["state"] for finding in json.loads(capsys.readouterr().out)["findings"]}


def test_doctor_passes_a_healthy_site(alive, capsys):
    call_command("doctor", "--json")

    found = findings(capsys)
    assert {name for name, state in found.items() if state != "pass"} <= {"database rights"}
    assert {"database", "redis", "migrations", "worker", "beat", "outbox", "clock", "postgres version", "demo mode"} <= set(found)


def test_doctor_fails_without_a_worker_and_says_the_mend(capsys):
    heartbeat.beat("beat")

    with pytest.raises(CommandError, match="1 of"):
        call_command("doctor")

    assert "FAIL worker: no sign of life in 30 s\n     Start one: python -m celery -A ticketing worker" in capsys.readouterr().out


def test_doctor_warns_of_a_full_outbox(alive, capsys):
    _forgotten_letter()

    call_command("doctor", "--json")

    assert findings(capsys)["outbox"] == "warn"


def test_invariants_hold_on_a_fresh_site(capsys):
    call_command("invariants")

    assert capsys.readouterr().out == "Every promise holds.\n"


@pytest.mark.parametrize(
    ("deed", "breach"),
    [
        ("GRANT DELETE ON ticketing_auditlog TO ticketing_app", "ticketing: role ticketing_app may DELETE ticketing_auditlog"),
        (
            "ALTER TABLE ticketing_historyentry DISABLE TRIGGER append_only",
            "ticketing: ticketing_historyentry can be rewritten: trigger append_only is missing or off",
        ),
        (
            "DROP TRIGGER append_only_truncate ON ticketing_auditlog",
            "ticketing: ticketing_auditlog can be rewritten: trigger append_only_truncate is missing or off",
        ),
        ("ALTER TABLE sample_lamp DISABLE TRIGGER audit", "ticketing: sample_lamp: trigger audit is off"),
    ],
)
def test_invariants_name_each_breach_and_fail(deed, breach, capsys):
    with connection.cursor() as cursor:
        cursor.execute(deed)

    with pytest.raises(CommandError, match="1 promises"):
        call_command("invariants", "--json")

    assert json.loads(capsys.readouterr().out) == {"breaches": [breach]}


def test_invariants_find_a_forgotten_letter(capsys):
    _forgotten_letter()

    with pytest.raises(CommandError):
        call_command("invariants")

    assert "outbox: 1 letters were due 5 minutes ago and never tried" in capsys.readouterr().out


def test_init_site_runs_twice(capsys):
    for _ in range(2):
        call_command("init_site", "--no-input")

    assert capsys.readouterr().out.count("Database roles have their rights.") == 2


def test_init_site_says_how_to_make_the_first_superuser(capsys):
    call_command("init_site", "--no-input")
    User.objects.create_superuser("root@example.org", "correct horse")
    call_command("init_site", "--no-input")

    out = capsys.readouterr().out
    assert out.index("python manage.py createsuperuser") < out.index("There is a superuser.")


def test_init_site_dry_run_changes_nothing(capsys):
    with connection.cursor() as cursor:
        cursor.execute("REVOKE SELECT ON ticketing_auditlog FROM ticketing_app")

    call_command("init_site", "--dry-run")

    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege('ticketing_app', 'ticketing_auditlog', 'SELECT')")
        assert cursor.fetchone() == (False,)


def test_seed_demo_twice_makes_everybody_once(settings):
    settings.DEMO = True

    for _ in range(2):
        call_command("seed_demo")

    people = dict(User.objects.values_list("email", "is_staff"))
    assert len(people) == 13
    assert {email for email, is_staff in people.items() if is_staff} == {
        f"{name}@demo.example" for name in ("superadmin", "admin", "moderator")
    }


def test_seed_demo_is_refused_on_a_real_site(settings):
    settings.DEMO = False

    with pytest.raises(CommandError, match="DEMO=1"):
        call_command("seed_demo")

    assert User.objects.count() == 0


def test_seed_demo_dry_run_keeps_nothing(settings, capsys):
    settings.DEMO = True

    call_command("seed_demo", "--dry-run")

    assert User.objects.count() == 0
    assert "Made Alice Buyer" in capsys.readouterr().out


def test_state_diagram_draws_every_move(settings):
    settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, "tests"]

    page = state_diagrams.page()

    assert "## Lamp\n\n```mermaid\nstateDiagram-v2\n    off --> broken\n    off --> lit\n" in page
    assert "    broken --> [*]\n" in page


def test_state_diagrams_check_fails_when_stale(tmp_path, monkeypatch):
    monkeypatch.setattr(state_diagrams, "PAGE", tmp_path / "page.md")
    with pytest.raises(CommandError, match="make diagrams"):
        call_command("state_diagrams", "--check")

    call_command("state_diagrams")

    call_command("state_diagrams", "--check")


@pytest.fixture
def locale(settings, tmp_path):
    settings.LOCALE_PATHS = [tmp_path]
    return tmp_path / "id" / "LC_MESSAGES"


def test_messages_check_fails_on_a_text_nobody_translated(locale):
    call_command("messages")

    with pytest.raises(CommandError, match="not complete"):
        call_command("messages", "--check")


def test_messages_check_fails_on_stale_compiled_texts(locale, settings):
    original = messages.BASE_DIR / "ticketing" / "locale" / "id" / "LC_MESSAGES"
    locale.mkdir(parents=True)
    (locale / "django.po").write_bytes((original / "django.po").read_bytes())
    call_command("messages")
    call_command("messages", "--check")
    po = (locale / "django.po").read_text()

    (locale / "django.po").write_text(po.replace("Semua surat", "Segala surat"))

    with pytest.raises(CommandError, match="stale"):
        call_command("messages", "--check")


def test_messages_of_the_product_are_complete():
    call_command("messages", "--check")


def _forgotten_letter():
    mail.queue(kind="ticketing.demo_letter", subject=Lamp.objects.create(name="desk"), to="a@example.org", language="en")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ticketing_emailmessage SET due_at = now() - interval '6 minutes', created_at = now() - interval '6 minutes'")
    assert EmailMessage.objects.waiting().count() == 1

"""The commands of people, the demo's promoters, and what invariants and doctor say of them."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from accounts import demo, doctor, invariants, roles
from accounts.models import Promoter, User
from tests import factories
from ticketing.models import EmailMessage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("groups")]


def code(*words):
    """Run a command; return its exit code."""
    try:
        call_command(*words)
    except CommandError as error:
        return error.returncode
    return 0


def test_grant_role_gives_and_takes(capsys):
    factories.staff("Root", "superadmin")
    alice = factories.person()

    call_command("grant_role", "Alice@example.org", "moderator")
    given = roles.role_of(User.objects.get(pk=alice.pk))
    call_command("grant_role", "alice@example.org", "user")

    assert capsys.readouterr().out == "alice@example.org: user → moderator\nalice@example.org: moderator → user\n"
    assert (given, roles.role_of(User.objects.get(pk=alice.pk))) == ("moderator", "user")


def test_grant_role_exit_codes():
    factories.person()
    assert code("grant_role", "nobody@example.org", "admin") == 1
    assert code("grant_role", "alice@example.org", "superadmin") == 0
    assert code("grant_role", "alice@example.org", "superadmin") == 2
    assert code("grant_role", "alice@example.org", "user") == 1  # the last superadmin


def test_grant_role_dry_run_keeps_nothing(capsys):
    alice = factories.person()

    call_command("grant_role", "alice@example.org", "admin", "--dry-run")

    assert "dry run" in capsys.readouterr().out
    assert not User.objects.get(pk=alice.pk).is_staff
    assert EmailMessage.objects.count() == 0


def test_create_promoter_makes_one_that_is_approved():
    olive = factories.person("Olive")

    call_command(
        "create_promoter", "Olive@example.org", "Radio Hujan", "--fee-percent", "2.5", "--fee-fixed", "5000", "--tax-percent", "11"
    )

    made = Promoter.objects.get()
    assert (made.owner, made.name, made.is_approved) == (olive, "Radio Hujan", True)
    assert (made.fee_percent, made.fee_fixed, made.tax_percent) == (Decimal("2.50"), Decimal("5000.00"), Decimal("11.00"))


def test_create_promoter_exit_codes():
    factories.person("Olive")
    assert code("create_promoter", "nobody@example.org", "X") == 1
    assert code("create_promoter", "olive@example.org", "X", "--fee-percent", "101") == 1
    assert code("create_promoter", "olive@example.org", "X") == 0
    assert code("create_promoter", "olive@example.org", "X") == 2
    assert code("create_promoter", "olive@example.org", "Y") == 1
    assert code("create_promoter", "olive@example.org", "Y", "--fee-fixed", "much") == 1


def test_create_promoter_dry_run_keeps_nothing(capsys):
    factories.person("Olive")

    call_command("create_promoter", "olive@example.org", "Radio Hujan", "--dry-run")

    assert "dry run" in capsys.readouterr().out
    assert (Promoter.objects.count(), EmailMessage.objects.count()) == (0, 0)


def test_demo_makes_the_same_promoters_each_time():
    lines = [list(demo.seed(seed=1)) for _ in range(2)]

    teams = {p.name: sorted(p.members.values_list("role", flat=True)) for p in Promoter.objects.approved()}
    assert teams == {"Radio Hujan": ["finance", "gate", "manager"], "Nordlys Live": ["gate", "manager"], "Kertas & Kabut": ["gate"]}
    assert [p.name for p in Promoter.objects.waiting()] == ["Pasar Malam Kolektif"]
    assert (len(lines[0]), lines[1]) == (len(demo.STAFF) + len(demo.OTHERS) + len(demo.PROMOTERS), [])
    assert list(invariants.breaches()) == []
    assert EmailMessage.objects.count() == 0


def test_demo_shows_sign_ins_that_work(client, settings):
    settings.DEMO = True
    list(demo.seed(seed=1))

    for email, password, _ in demo.sign_ins():
        assert client.login(username=email, password=password)
        own = "/admin/" if User.objects.get(email=email).is_staff else "/account/"
        assert client.get(own).status_code == 200


@pytest.fixture
def team():
    team = factories.promoter()
    factories.member(team)
    return team


def test_invariants_hold_for_a_team(team):
    factories.member(factories.promoter("Omar", name="Other"), "Greta", "manager")
    factories.staff()

    assert list(invariants.breaches()) == []


@pytest.mark.parametrize(
    ("deed", "words"),
    [
        ("UPDATE accounts_promotermember SET user_id = (SELECT owner_id FROM accounts_promoter)", "its owner is a member too"),
        ("UPDATE accounts_invitation SET accepted_at = expires_at + interval '1 s'", "accepted after it had run out"),
        ("UPDATE accounts_user SET deleted_at = now(), is_active = false", "deleted, and still owns an approved promoter"),
        ("UPDATE accounts_user SET is_staff = true", "staff without a role of staff"),
        ("DELETE FROM accounts_user_groups", "does not follow from the teams"),
        ("UPDATE accounts_promoter SET approved_at = NULL", "does not follow from the teams"),
    ],
)
def test_invariants_name_each_breach(team, deed, words):
    with connection.cursor() as cursor:
        cursor.execute(deed)

    assert any(words in breach for breach in invariants.breaches())


def test_doctor_warns_of_applications_that_wait():
    assert [finding.state for finding in doctor.checks()] == ["pass"]
    factories.applicant()
    Promoter.objects.update(applied_at=timezone.now() - timedelta(days=4))

    assert [(finding.state, finding.says) for finding in doctor.checks()] == [("warn", "1 promoters wait for more than 3 days")]

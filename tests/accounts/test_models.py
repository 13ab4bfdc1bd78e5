"""Promoters, members and invitations: what the database itself refuses, and in which words (B-02, K-15)."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import CheckConstraint, ProtectedError, UniqueConstraint

from accounts.models import Invitation, Promoter, PromoterMember, TeamRole
from tests import factories
from tests.factories import THEN

pytestmark = pytest.mark.django_db
OURS = (Promoter, PromoterMember, Invitation)


def refused(query, *values):
    """Return the name of the constraint that refuses the statement."""
    with pytest.raises(IntegrityError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(query, values)
    return caught.value.__cause__.diag.constraint_name


@pytest.fixture
def team():
    return factories.promoter()


def test_every_rule_is_in_the_database_and_has_a_sentence():
    rules = [rule for model in OURS for rule in model._meta.constraints]
    with connection.cursor() as cursor:
        cursor.execute("SELECT conname FROM pg_constraint UNION SELECT indexname FROM pg_indexes")
        known = {name for (name,) in cursor.fetchall()}

    assert {rule.name for rule in rules} <= known
    assert [rule.name for rule in rules if rule.violation_error_message == rule.default_violation_error_message] == []
    assert {type(rule) for rule in rules} == {CheckConstraint, UniqueConstraint}


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ("name = ''", "promoter_has_name"),
        ("fee_percent = -1", "promoter_percents_within_100"),
        ("fee_percent = 100.01", "promoter_percents_within_100"),
        ("tax_percent = 101", "promoter_percents_within_100"),
        ("fee_fixed = -0.01", "promoter_fee_not_negative"),
        ("refused_at = now(), refused_because = 'x'", "promoter_approved_or_refused_not_both"),
        ("approved_at = NULL, refused_at = now()", "refused_promoter_has_reason"),
        ("refused_because = 'x'", "refused_promoter_has_reason"),
    ],
)
def test_promoter_breaks_no_rule(team, change, rule):
    assert refused(f"UPDATE accounts_promoter SET {change}") == rule


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ("email = 'Greta@example.org'", "invitation_email_is_lower_case"),
        ("role = 'king'", "invitation_role_known"),
        ("name = 'A new one'", "invitation_names_promoter"),
        ("promoter_id = NULL, role = 'owner'", "invitation_names_promoter"),
        ("promoter_id = NULL, name = 'A new one'", "invitation_names_promoter"),
        ("accepted_at = now()", "accepted_invitation_has_accepter"),
    ],
)
def test_invitation_breaks_no_rule(team, change, rule):
    factories.invitation(team)

    assert refused(f"UPDATE accounts_invitation SET {change}") == rule


def test_invitation_is_accepted_or_withdrawn_not_both(team):
    factories.invitation(team)

    change = "UPDATE accounts_invitation SET accepted_at = now(), withdrawn_at = now(), accepted_by_id = %s"
    assert refused(change, team.owner_id) == "invitation_accepted_or_withdrawn_not_both"


@pytest.mark.parametrize("into_team", [True, False])
def test_one_open_invitation_per_address(team, into_team):
    asked = factories.invitation(team)
    if not into_team:
        Invitation.objects.update(promoter=None, role="owner", name="New")
        asked.refresh_from_db()
    twin = Invitation(promoter=asked.promoter, email=asked.email, role=asked.role, name=asked.name, secret_digest="x", expires_at=THEN)

    with pytest.raises(ValidationError, match="This address has an open invitation already"):
        twin.validate_constraints()
    with pytest.raises(IntegrityError, match="one_open_invitation_per_email"), transaction.atomic():
        twin.save()
    Invitation.objects.update(withdrawn_at=THEN)
    twin.save()


def test_member_breaks_no_rule(team):
    greta = factories.member(team)

    assert refused("UPDATE accounts_promotermember SET role = 'owner'") == "member_role_known"
    with pytest.raises(IntegrityError, match="one_membership_per_person"):
        PromoterMember.objects.create(promoter=team, user=greta, role="finance")


def test_d_02_address_is_unique_whatever_its_case():
    factories.person("Alice")

    assert refused(
        "INSERT INTO accounts_user (email, password, is_superuser, name, phone, is_active, is_staff) "
        "VALUES ('Alice@example.org', '', false, '', '', true, false)"
    ) in {"email_is_lower_case", "one_user_per_email"}


def test_b_02_one_person_owns_one_promoter(team):
    with pytest.raises(IntegrityError, match="owner_id"):
        Promoter.objects.create(owner=team.owner, name="Second", slug="second", contact_email="a@example.org", applied_at=THEN)


def test_k_13_people_of_a_team_cannot_be_deleted(team):
    greta = factories.member(team)

    with pytest.raises(ProtectedError):
        greta.delete()
    with pytest.raises(ProtectedError):
        team.owner.delete()


def test_phone_is_sealed(team):
    Promoter.objects.filter(pk=team.pk).update(contact_phone="+62 811 000")

    with connection.cursor() as cursor:
        cursor.execute("SELECT contact_phone FROM accounts_promoter")
        assert "811 0" not in cursor.fetchone()[0]
    assert Promoter.objects.get().contact_phone == "+62 811 000"


def test_secret_is_long_and_in_no_table(team):
    asked = factories.invitation(team)

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM (SELECT i::text FROM accounts_invitation i UNION ALL SELECT m::text FROM ticketing_emailmessage m "
            "UNION ALL SELECT a::text FROM ticketing_auditlog a "
            "UNION ALL SELECT h::text FROM ticketing_historyentry h) rows(t) WHERE t LIKE %s",
            [f"%{asked.secret}%"],
        )
        assert cursor.fetchone() == (0,)
    assert len(asked.secret) * 4 >= 128
    assert Invitation.objects.by_secret(asked.secret).get() == asked


def test_secret_outlives_a_change_of_the_key(team, settings):
    asked = factories.invitation(team)
    before = asked.secret

    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another key"
    assert asked.secret == before

    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(RuntimeError, match="SECRET_KEY_FALLBACKS"):
        _ = asked.secret


def test_every_role_says_what_it_may_do():
    assert all(role.meaning for role in TeamRole)


def test_words_for_people():
    team = factories.promoter("Omar", name="Other")
    factories.member(team)

    assert [str(row) for row in (team, PromoterMember.objects.get(), Invitation.objects.get())] == [
        "Other",
        "Greta, gate",
        "greta@example.org, gate",
    ]

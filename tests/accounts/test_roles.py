"""Roles: groups, what each may do, the one word for a person, and a person's place in a team (C-09, D-01, D-02, K-15)."""

import pytest
from django.contrib.auth.models import AnonymousUser, Group, Permission
from django.db import connection, transaction

from accounts import actions, roles
from accounts.models import TeamRole, User
from tests import factories
from tests.factories import THEN
from ticketing.models import EmailMessage, HistoryEntry

pytestmark = pytest.mark.django_db


def fresh(user):
    return User.objects.get(pk=user.pk)


def names(user):
    return set(user.groups.values_list("name", flat=True))


def test_c_09_groups_are_made_once(groups):
    roles.make_groups()

    assert set(Group.objects.values_list("name", flat=True)) == {"superadmin", "admin", "moderator", "promoter", "gate"}


def test_c_09_groups_may_exactly_what_the_table_says(groups):
    Group.objects.get(name="gate").permissions.add(Permission.objects.get(codename="delete_user"))
    Permission.objects.filter(codename="change_promoter").delete()  # as for a model that is new

    for _ in range(2):
        roles.give_permissions()

    held = {
        group.name: {f"{p.content_type.app_label}.{p.codename}" for p in group.permissions.select_related("content_type")}
        for group in Group.objects.all()
    }
    assert held["gate"] == held["promoter"] == set()  # what these may follows from their teams
    assert "accounts.change_promoter" in held["admin"] & held["moderator"]
    assert not {"accounts.change_user", "accounts.delete_promoter"} & (held["admin"] | held["moderator"])
    assert "ticketing.view_auditlog" in held["admin"] - held["moderator"]
    assert {"accounts.change_user", "ticketing.change_siteidentity"} <= held["superadmin"]


def test_permissions_follow_every_migration(groups):
    from accounts.apps import give_permissions

    give_permissions(plan=[])
    assert not Group.objects.get(name="admin").permissions.exists()

    give_permissions(plan=["a migration"])

    assert Group.objects.get(name="admin").permissions.exists()


def test_d_02_membership_of_groups_is_indexed():
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE tablename = 'accounts_user_groups'")
        indexes = " ".join(definition for (definition,) in cursor.fetchall())

    assert "(group_id)" in indexes
    assert "(user_id, group_id)" in indexes


@pytest.mark.parametrize("role", ["superadmin", "admin", "moderator", "user"])
def test_grant_role_gives_that_role_alone(role):
    factories.staff("Root", "superadmin")
    sari = factories.staff("Sari", "moderator" if role != "moderator" else "admin")

    changed = actions.grant_role(user_id=sari.pk, role=role, by=None, at=THEN, language="en")

    sari = fresh(sari)
    assert changed
    assert (roles.role_of(sari), names(sari)) == (role, {role} - {"user"})
    assert (sari.is_staff, sari.is_superuser) == (role != "user", role == "superadmin")
    assert roles.is_staff_member(sari) == (role != "user")


def test_grant_role_is_in_the_history_and_mailed():
    root = factories.staff("Root", "superadmin")
    alice = factories.person()

    actions.grant_role(user_id=alice.pk, role="admin", by=root, at=THEN, language="en")

    line = HistoryEntry.objects.get(subject_id=alice.pk)
    assert (line.action, line.actor, line.details) == ("role_granted", f"user:{root.pk}", {"old": "user", "new": "admin"})
    assert EmailMessage.objects.get(subject_id=alice.pk).to == alice.email


def test_grant_role_twice_changes_nothing_more():
    sari = factories.staff("Sari", "admin")

    assert not actions.grant_role(user_id=sari.pk, role="admin", by=None, at=THEN, language="en")

    assert HistoryEntry.objects.filter(subject_id=sari.pk).count() == EmailMessage.objects.filter(subject_id=sari.pk).count() == 1


def test_grant_role_puts_a_bare_superuser_into_the_group(groups):
    root = User.objects.create_superuser("root@example.org", "correct horse")

    assert actions.grant_role(user_id=root.pk, role="superadmin", by=None, at=THEN, language="en")

    assert names(root) == {"superadmin"}


@pytest.mark.parametrize("role", ["admin", "moderator", "user"])
def test_grant_role_by_less_than_a_superadmin_is_refused(role):
    somebody = factories.staff("Sari", role) if role != "user" else factories.person("Sari")

    with pytest.raises(actions.NotAllowed):
        actions.grant_role(user_id=somebody.pk, role="superadmin", by=somebody, at=THEN, language="en")

    assert not fresh(somebody).is_superuser


def test_grant_role_never_takes_the_last_superadmin():
    root = factories.staff("Root", "superadmin")

    with pytest.raises(actions.LastSuperadmin):
        actions.grant_role(user_id=root.pk, role="user", by=root, at=THEN, language="en")

    assert fresh(root).is_superuser


def test_role_of_is_the_highest_role():
    team = factories.promoter("Olive")
    factories.member(team, "Greta", "gate")

    assert roles.role_of(fresh(team.owner)) == "promoter"
    assert roles.role_of(factories.person("Greta")) == "gate"
    assert roles.role_of(factories.person("Alice")) == "user"
    assert roles.role_of(factories.staff("Olive", "moderator")) == "moderator"
    assert roles.role_of(User.objects.create_superuser("root@example.org", "correct horse")) == "superadmin"  # in no group yet


def test_role_in_is_the_place_in_the_team():
    team, other = factories.promoter("Olive"), factories.promoter("Omar", name="Other")
    people = {role: factories.member(team, f"P{role}", role) for role in ("manager", "finance", "gate")}

    assert roles.role_in(fresh(team.owner), team) == TeamRole.OWNER
    assert {role: roles.role_in(fresh(user), team) for role, user in people.items()} == {role: role for role in people}
    assert roles.role_in(fresh(team.owner), other) is None
    assert roles.role_in(AnonymousUser(), team) is None


def test_promoters_of_are_the_approved_ones_by_role():
    team, other = factories.promoter("Olive"), factories.promoter("Omar", name="Other")
    factories.applicant("Wati", name="Waiting")
    factories.member(other, "Olive", "gate")
    olive = fresh(team.owner)

    assert {p.name: p.role for p in roles.promoters_of(olive)} == {"Radio Hujan": "owner", "Other": "gate"}
    assert roles.promoters_of(olive, "owner", "manager") == [team]
    assert roles.promoters_of(factories.person("Wati")) == []
    assert roles.promoters_of(AnonymousUser()) == []


def test_nobody_has_a_role_in_a_refused_promoter_or_without_a_live_account():
    team, other = factories.promoter("Olive"), factories.promoter("Omar", name="Other")
    actions.refuse(promoter_id=team.pk, reason="Two complaints.", by=None, at=THEN)
    User.objects.filter(pk=other.owner_id).update(is_active=False)

    assert roles.role_in(fresh(team.owner), team) is None
    assert roles.role_in(fresh(other.owner), other) is None
    assert not roles.is_staff_member(AnonymousUser())


def test_roles_cost_two_queries_a_request(django_assert_num_queries):
    team = factories.promoter()
    olive = fresh(team.owner)

    with django_assert_num_queries(2):
        for _ in range(3):
            roles.role_of(olive), roles.is_staff_member(olive), roles.role_in(olive, team), roles.promoters_of(olive)


@pytest.mark.django_db(transaction=True)
def test_settle_outside_a_transaction_is_a_mistake():
    user = factories.person()

    with pytest.raises(RuntimeError, match="transaction"):
        roles.settle(user.pk)


def test_settle_leaves_the_groups_of_staff_alone():
    sari = factories.staff("Sari", "moderator")

    with transaction.atomic():
        roles.settle(sari.pk)

    assert names(sari) == {"moderator"}

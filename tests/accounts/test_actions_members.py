"""A team changes: roles, removal, leaving (K-15)."""

import pytest

from accounts import actions, invariants
from accounts.models import Invitation, PromoterMember
from tests import factories
from ticketing.models import EmailMessage, HistoryEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def team():
    return factories.promoter()


def place(team, user):
    return team.members.get(user=user)


def line(team, action):
    entry = HistoryEntry.objects.get(subject_id=team.pk, action=action)
    return entry.actor, entry.details


def letters(kind):
    return list(EmailMessage.objects.filter(kind=f"accounts.{kind}").values_list("to", flat=True))


def names(user):
    return set(user.groups.values_list("name", flat=True))


def change(team, user, role, *, by, at):
    actions.change_member_role(promoter_id=team.pk, member_id=place(team, user).pk, role=role, by=by, at=at)


def test_change_role_changes_rights_at_once(team, now):
    greta = factories.member(team)

    change(team, greta, "manager", by=team.owner, at=now)

    assert (place(team, greta).role, names(greta)) == ("manager", {"promoter"})
    assert line(team, "member_role_changed") == (f"user:{team.owner_id}", {"user": str(greta.pk), "old": "gate", "new": "manager"})
    assert letters("role_changed") == [greta.email]
    assert list(invariants.breaches()) == []


def test_change_role_to_the_same_changes_nothing(team, now):
    greta = factories.member(team)

    change(team, greta, "gate", by=greta, at=now)

    assert letters("role_changed") == []
    assert not HistoryEntry.objects.filter(action="member_role_changed").exists()


def test_change_role_of_somebody_gone_changes_nothing(team, now):
    actions.change_member_role(promoter_id=team.pk, member_id=team.pk, role="gate", by=team.owner, at=now)

    assert letters("role_changed") == []


def test_manager_changes_helpers(team, now):
    greta, max_ = factories.member(team), factories.member(team, "Max", "manager")

    change(team, greta, "finance", by=max_, at=now)

    assert place(team, greta).role == "finance"


@pytest.mark.parametrize(
    ("who", "whose", "role"), [("manager", "gate", "manager"), ("manager", "manager", "gate"), ("gate", "gate", "finance")]
)
def test_change_role_beyond_ones_own_is_refused(team, now, who, whose, role):
    actor, other = factories.member(team, "Ann", who), factories.member(team, "Ben", whose)

    with pytest.raises(actions.NotAllowed, match="Ask the owner"):
        change(team, other, role, by=actor, at=now)

    assert place(team, other).role == whose


def test_remove_takes_the_person_out_at_once(team, now):
    greta = factories.member(team)
    member_id = place(team, greta).pk

    actions.remove_member(promoter_id=team.pk, member_id=member_id, by=team.owner, at=now)

    assert (team.members.count(), names(greta)) == (0, set())
    assert line(team, "member_removed") == (f"user:{team.owner_id}", {"user": str(greta.pk), "old": "gate"})
    assert letters("member_removed") == [greta.email]
    assert list(invariants.breaches()) == []


def test_remove_twice_is_removing_once(team, now):
    member_id = place(team, factories.member(team)).pk

    for _ in range(2):
        actions.remove_member(promoter_id=team.pk, member_id=member_id, by=team.owner, at=now)

    assert len(letters("member_removed")) == HistoryEntry.objects.filter(action="member_removed").count() == 1


def test_remove_keeps_what_another_team_gives(team, now):
    greta, other = factories.member(team), factories.promoter("Omar", name="Other")
    factories.member(other, "Greta", "gate")

    actions.remove_member(promoter_id=team.pk, member_id=place(team, greta).pk, by=team.owner, at=now)

    assert names(greta) == {"gate"}


def test_remove_ends_the_persons_open_invitations(team, now):
    max_ = factories.member(team, "Max", "manager")
    offer = actions.offer_ownership(promoter_id=team.pk, member_id=place(team, max_).pk, by=team.owner, at=now)

    actions.remove_member(promoter_id=team.pk, member_id=place(team, max_).pk, by=team.owner, at=now)

    assert Invitation.objects.get(pk=offer.pk).withdrawn_at == now


@pytest.mark.parametrize(("who", "whose"), [("manager", "manager"), ("finance", "gate"), ("gate", "gate")])
def test_remove_beyond_ones_own_role_is_refused(team, now, who, whose):
    actor, other = factories.member(team, "Ann", who), factories.member(team, "Ben", whose)

    with pytest.raises(actions.NotAllowed):
        actions.remove_member(promoter_id=team.pk, member_id=place(team, other).pk, by=actor, at=now)

    assert place(team, other).role == whose


def test_remove_from_another_team_finds_nobody(team, now):
    other = factories.promoter("Omar", name="Other")
    greta = factories.member(team)

    actions.remove_member(promoter_id=other.pk, member_id=place(team, greta).pk, by=other.owner, at=now)

    assert place(team, greta).role == "gate"


def test_team_of_a_refused_promoter_stands_still(team, now):
    greta = factories.member(team)
    actions.refuse(promoter_id=team.pk, reason="Two complaints.", by=None, at=now)

    with pytest.raises(actions.NotApproved, match="cannot change"):
        change(team, greta, "finance", by=team.owner, at=now)


def test_leave_tells_the_owner(team, now):
    greta = factories.member(team)

    actions.leave(promoter_id=team.pk, by=greta, at=now)

    assert (PromoterMember.objects.count(), names(greta)) == (0, set())
    assert line(team, "member_left") == (f"user:{greta.pk}", {"user": str(greta.pk), "old": "gate"})
    assert letters("member_left") == [team.owner.email]


def test_leave_twice_is_leaving_once(team, now):
    greta = factories.member(team)

    for _ in range(2):
        actions.leave(promoter_id=team.pk, by=greta, at=now)

    assert len(letters("member_left")) == HistoryEntry.objects.filter(action="member_left").count() == 1


def test_leave_by_the_owner_is_refused(team, now):
    with pytest.raises(actions.OwnerStays, match="Hand it over"):
        actions.leave(promoter_id=team.pk, by=team.owner, at=now)

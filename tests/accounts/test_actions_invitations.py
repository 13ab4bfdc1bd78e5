"""People come in: invite, withdraw, accept, hand over (K-15)."""

from datetime import timedelta

import pytest

from accounts import actions, invariants
from accounts.models import Invitation, Promoter, PromoterMember
from tests import factories
from tests.factories import THEN
from ticketing import mail
from ticketing.models import EmailMessage, HistoryEntry

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


@pytest.fixture
def team():
    return factories.promoter()


def letters(kind):
    return list(EmailMessage.objects.filter(kind=f"accounts.{kind}").values_list("to", flat=True))


def lines(action):
    return list(HistoryEntry.objects.filter(action=action).values_list("subject_id", "actor", "details"))


def names(user):
    return set(user.groups.values_list("name", flat=True))


def invite(team, email="greta@example.org", role="gate", *, by=None, at=THEN):
    return actions.invite_member(promoter_id=team.pk, email=email, role=role, language="en", by=by or team.owner, at=at)


def invite_promoter(*, by=None, at=THEN):
    return actions.invite_promoter(email="Nina@example.org", name="Nordlys", language="en", by=by, at=at)


def accept(asked, user, *, at=THEN):
    return actions.accept_invitation(invitation_id=asked.pk, by=user, at=at)


def offer(team, user):
    return actions.offer_ownership(promoter_id=team.pk, member_id=team.members.get(user=user).pk, by=team.owner, at=THEN)


def test_invite_mails_a_secret_link(team):
    asked = invite(team, "Greta@Example.org", "finance")

    assert (asked.email, asked.role, asked.expires_at, asked.promoter) == ("greta@example.org", "finance", THEN + WEEK, team)
    assert lines("invited") == [(team.pk, f"user:{team.owner_id}", {"invitation": str(asked.pk), "role": "finance"})]
    assert letters("invitation") == ["greta@example.org"]
    body = mail.written(EmailMessage.objects.get(kind="accounts.invitation")).body
    assert f"/invitations/{asked.secret}/" in body
    assert "Radio Hujan" in body


def test_invite_twice_is_inviting_once(team):
    assert invite(team) == invite(team)

    assert len(lines("invited")) == len(letters("invitation")) == 1


def test_invite_to_another_role_meanwhile_is_refused(team):
    invite(team)

    with pytest.raises(actions.AlreadyInvited, match="Withdraw it first"):
        invite(team, role="finance")


def test_invite_again_after_the_link_ran_out_sends_a_new_one(team):
    old = invite(team)

    new = invite(team, at=THEN + WEEK)

    old.refresh_from_db()
    assert (old.withdrawn_at, new.pk != old.pk, len(letters("invitation"))) == (THEN + WEEK, True, 2)


@pytest.mark.parametrize("name", ["Olive", "Greta"])
def test_invite_somebody_of_the_team_is_refused(team, name):
    factories.member(team)

    with pytest.raises(actions.AlreadyInvited, match="in the team already"):
        invite(team, f"{name}@example.org")


@pytest.mark.parametrize(("who", "role"), [("manager", "manager"), ("finance", "gate"), ("gate", "gate")])
def test_invite_beyond_ones_own_role_is_refused(team, who, role):
    actor = factories.member(team, "Ann", who)

    with pytest.raises(actions.NotAllowed):
        invite(team, role=role, by=actor)


def test_invite_by_a_stranger_is_refused(team):
    with pytest.raises(actions.NotAllowed):
        invite(team, by=factories.promoter("Omar", name="Other").owner)


def test_manager_invites_helpers(team):
    max_ = factories.member(team, "Max", "manager")

    assert invite(team, by=max_).role == "gate"


def test_invite_into_a_team_that_waits_is_refused(now):
    waiting = factories.applicant()

    with pytest.raises(actions.NotApproved):
        invite(waiting)


def test_accept_joins_the_team(team, now):
    asked, greta = invite(team), factories.person("Greta")

    assert accept(asked, greta) == team

    asked.refresh_from_db()
    assert (asked.accepted_at, asked.accepted_by) == (THEN, greta)
    assert (team.members.get().user, team.members.get().role, names(greta)) == (greta, "gate", {"gate"})
    details = {"invitation": str(asked.pk), "role": "gate", "user": str(greta.pk)}
    assert lines("invitation_accepted") == [(team.pk, f"user:{greta.pk}", details)]
    assert letters("member_joined") == [team.owner.email]
    assert list(invariants.breaches()) == []


def test_accept_twice_is_accepting_once(team):
    asked, greta = invite(team), factories.person("Greta")

    for _ in range(2):
        accept(asked, greta)

    assert len(lines("invitation_accepted")) == len(letters("member_joined")) == PromoterMember.objects.count() == 1


def test_accept_with_another_address_is_seen_by_the_owner(team):
    asked, gus = invite(team), factories.person("Gus")

    accept(asked, gus)

    assert gus.email in mail.written(EmailMessage.objects.get(kind="accounts.member_joined")).body


def test_accept_what_another_person_accepted_is_refused(team):
    asked = invite(team)
    accept(asked, factories.person("Greta"))

    with pytest.raises(actions.InvitationClosed):
        accept(asked, factories.person("Gus"))

    assert PromoterMember.objects.count() == 1


def test_accept_too_late_is_refused(team):
    with pytest.raises(actions.InvitationClosed, match="has ended"):
        accept(invite(team), factories.person("Greta"), at=THEN + WEEK)


def test_accept_what_was_withdrawn_is_refused(team):
    asked = invite(team)
    actions.withdraw_invitation(invitation_id=asked.pk, by=team.owner, at=THEN)

    with pytest.raises(actions.InvitationClosed):
        accept(asked, factories.person("Greta"))


@pytest.mark.parametrize("name", ["Olive", "Greta"])
def test_accept_by_somebody_of_the_team_is_refused(team, name):
    factories.member(team)
    asked = invite(team, "other@example.org")

    with pytest.raises(actions.AlreadyInvited, match="You are in this team already"):
        accept(asked, factories.person(name))


def test_accept_into_a_refused_promoter_is_refused(team):
    asked = invite(team)
    actions.refuse(promoter_id=team.pk, reason="Two complaints.", by=None, at=THEN)

    with pytest.raises(actions.NotApproved):
        accept(asked, factories.person("Greta"))


def test_staff_invite_a_promoter_who_is_approved_by_accepting(groups):
    sari, nina = factories.staff(), factories.person("Nina")
    asked = invite_promoter(by=sari)

    promoter = accept(asked, nina)

    assert lines("invited") == [(asked.pk, f"user:{sari.pk}", {"invitation": str(asked.pk), "role": "owner"})]
    assert (promoter.owner, promoter.name, promoter.contact_email, promoter.is_approved) == (nina, "Nordlys", "nina@example.org", True)
    assert (names(nina), letters("invitation"), letters("promoter_approved")) == ({"promoter"}, [nina.email], [nina.email])
    assert accept(asked, nina) == promoter
    assert list(invariants.breaches()) == []


def test_invite_promoter_is_for_staff(team):
    with pytest.raises(actions.NotAllowed):
        invite_promoter(by=team.owner)


def test_accept_a_second_promoter_is_refused(team):
    with pytest.raises(actions.AlreadyPromoter):
        accept(invite_promoter(), team.owner)


def test_withdraw_closes_the_link(team, now):
    asked = invite(team)

    actions.withdraw_invitation(invitation_id=asked.pk, by=team.owner, at=now)

    assert Invitation.objects.get().withdrawn_at == now
    assert lines("invitation_withdrawn") == [(team.pk, f"user:{team.owner_id}", {"invitation": str(asked.pk), "role": "gate"})]
    assert letters("invitation_withdrawn") == ["greta@example.org"]


def test_withdraw_twice_is_withdrawing_once(team, now):
    asked = invite(team)

    for _ in range(2):
        actions.withdraw_invitation(invitation_id=asked.pk, by=team.owner, at=now)

    assert len(lines("invitation_withdrawn")) == len(letters("invitation_withdrawn")) == 1


def test_withdraw_what_was_accepted_is_refused(team, now):
    asked = invite(team)
    accept(asked, factories.person("Greta"))

    with pytest.raises(actions.InvitationClosed, match="Remove the person"):
        actions.withdraw_invitation(invitation_id=asked.pk, by=team.owner, at=now)


@pytest.mark.parametrize(("who", "role"), [("manager", "manager"), ("gate", "gate")])
def test_withdraw_beyond_ones_own_role_is_refused(team, now, who, role):
    actor, asked = factories.member(team, "Ann", who), invite(team, role=role)

    with pytest.raises(actions.NotAllowed):
        actions.withdraw_invitation(invitation_id=asked.pk, by=actor, at=now)


def test_withdraw_an_invitation_of_staff_is_for_staff(team, now):
    asked = invite_promoter()

    with pytest.raises(actions.NotAllowed):
        actions.withdraw_invitation(invitation_id=asked.pk, by=team.owner, at=now)
    actions.withdraw_invitation(invitation_id=asked.pk, by=factories.staff(), at=now)

    assert Invitation.objects.get().withdrawn_at == now


def test_hand_over_needs_the_managers_yes(team):
    max_ = factories.member(team, "Max", "manager")

    asked = offer(team, max_)

    team.refresh_from_db()
    assert (asked.role, team.owner.name, letters("invitation")[-1]) == ("owner", "Olive", max_.email)


def test_hand_over_makes_the_manager_the_owner(team):
    olive, max_ = team.owner, factories.member(team, "Max", "manager")

    accept(offer(team, max_), max_)

    team = Promoter.objects.get()
    assert (team.owner, team.members.get().user, team.members.get().role) == (max_, olive, "manager")
    assert letters("handed_over") == [olive.email]
    assert letters("promoter_received") == [max_.email]
    assert names(olive) == names(max_) == {"promoter"}
    assert list(invariants.breaches()) == []


def test_hand_over_there_and_back_and_there_again(team):
    olive, max_ = team.owner, factories.member(team, "Max", "manager")

    for hour, (giver, taker) in enumerate([(olive, max_), (max_, olive), (olive, max_)]):
        member_id, at = team.members.get(user=taker).pk, THEN + timedelta(hours=hour)
        asked = actions.offer_ownership(promoter_id=team.pk, member_id=member_id, by=giver, at=at)
        accept(asked, taker, at=at)

    assert len(letters("handed_over")) == 3
    assert Promoter.objects.get().owner == max_


def test_offer_to_less_than_a_manager_is_refused(team):
    greta = factories.member(team)

    with pytest.raises(actions.NotAllowed, match="Only a manager"):
        offer(team, greta)


def test_offer_by_a_manager_is_refused(team):
    max_ = factories.member(team, "Max", "manager")

    with pytest.raises(actions.NotAllowed, match="Ask the owner"):
        actions.offer_ownership(promoter_id=team.pk, member_id=team.members.get().pk, by=max_, at=THEN)


def test_ownership_is_taken_by_a_manager_alone(team):
    asked = offer(team, factories.member(team, "Max", "manager"))

    with pytest.raises(actions.NotAllowed, match="Only a manager"):
        accept(asked, factories.person("Thief"))

    assert Promoter.objects.get().owner == team.owner


def test_ownership_of_a_second_promoter_is_refused(team):
    omar = factories.promoter("Omar", name="Other").owner
    factories.member(team, "Omar", "manager")
    asked = offer(team, omar)

    with pytest.raises(actions.AlreadyPromoter):
        accept(asked, omar)

    assert team.members.get().user == omar

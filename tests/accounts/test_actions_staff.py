"""Accounts closed and opened again, fees set: who may, what follows, what history says."""

from decimal import Decimal

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import IntegrityError
from django.test import Client

from accounts import actions, invariants, roles
from accounts.models import Promoter, User
from tests import factories
from tests.accounts import people
from tests.factories import THEN
from ticketing import mail
from ticketing.identity import SiteIdentity
from ticketing.models import EmailMessage, HistoryEntry

pytestmark = pytest.mark.django_db


def disable(user, by=None, reason="rules"):
    actions.disable(user_id=user.pk, reason=reason, by=by, at=THEN, language="en")
    return User.objects.get(pk=user.pk)


def enable(user, by=None):
    actions.enable(user_id=user.pk, by=by, at=THEN, language="en")
    return User.objects.get(pk=user.pk)


def lines(subject, *wanted):
    return list(HistoryEntry.objects.filter(subject_id=subject.pk, action__in=wanted).values_list("action", "actor", "details"))


def letters(kind):
    return [mail.written(letter) for letter in EmailMessage.objects.filter(kind=f"accounts.{kind}")]


def test_disable_closes_the_account_and_its_sessions(client):
    alice, sari = people.person(), factories.staff()
    people.sign_in(client)
    assert people.signed_in(client)
    assert UserSession.objects.filter(user=alice).count() == 1

    closed = disable(alice, by=sari)

    assert not closed.is_active
    assert not people.signed_in(client)
    assert not Session.objects.exists()
    assert not UserSession.objects.exists()  # where from, and with which browser
    assert lines(alice, "disabled") == [("disabled", f"user:{sari.pk}", {"reason": "rules"})]
    assert [letter.subject for letter in letters("account_disabled")] == ["Your account was closed"]


def test_enable_opens_the_account_and_no_old_session(client):
    alice, sari = people.person(), factories.staff()
    people.sign_in(client)
    disable(alice, by=sari)

    opened = enable(alice, by=sari)

    assert opened.is_active
    assert not people.signed_in(client)
    people.sign_in(other := Client())
    assert people.signed_in(other)
    assert lines(alice, "enabled") == [("enabled", f"user:{sari.pk}", {})]
    assert [letter.subject for letter in letters("account_enabled")] == ["Your account is open again"]


def test_disable_and_enable_twice_are_once():
    alice = factories.person()

    disable(alice), disable(alice), enable(alice), enable(alice)

    assert [action for action, _, _ in lines(alice, "disabled", "enabled")] == ["disabled", "enabled"]
    assert EmailMessage.objects.count() == 2


@pytest.mark.parametrize("deed", [disable, enable])
@pytest.mark.parametrize("role", ["moderator", "user"])
def test_accounts_are_opened_and_closed_by_admins_alone(deed, role):
    alice = factories.person(is_active=deed is disable)
    mega = factories.staff("Mega", role) if role in roles.STAFF else factories.person("Mega")

    with pytest.raises(actions.NotAllowed):
        deed(alice, by=mega)
    assert User.objects.get(pk=alice.pk).is_active is (deed is disable)


@pytest.mark.parametrize("role", roles.STAFF)
def test_accounts_of_staff_are_opened_and_closed_by_superadmins_alone(role):
    root, adi, other = factories.staff("Root", "superadmin"), factories.staff("Adi", "admin"), factories.staff("Other", role)

    with pytest.raises(actions.NotAllowed):
        disable(other, by=adi)
    assert not disable(other, by=root).is_active
    with pytest.raises(actions.NotAllowed):
        enable(other, by=adi)
    assert enable(other, by=root).is_active


def test_nobody_closes_the_own_account():
    root, _ = factories.staff("Root", "superadmin"), factories.staff("Rani", "superadmin")

    with pytest.raises(actions.NotAllowed):
        disable(root, by=root)


def test_the_last_superadmin_stays():
    root = factories.staff("Root", "superadmin")

    with pytest.raises(actions.LastSuperadmin):
        disable(root)
    assert User.objects.get(pk=root.pk).is_active


def test_a_superadmin_whose_account_was_closed_closes_no_other():
    root, rani, sari = factories.staff("Root", "superadmin"), factories.staff("Rani", "superadmin"), factories.staff("Sari")
    disable(root, by=rani)

    with pytest.raises(actions.NotAllowed):
        disable(sari, by=root)  # as he was loaded before


def delete(user, by=None):
    actions.delete_user(user_id=user.pk, by=by, at=THEN, language="en")
    return User.objects.get(pk=user.pk)


def restore(user, by=None):
    actions.restore_user(user_id=user.pk, by=by, at=THEN, language="en")
    return User.objects.get(pk=user.pk)


def test_delete_user_closes_the_account_and_its_sessions(client):
    alice, sari = people.person(), factories.staff()
    people.sign_in(client)

    deleted = delete(alice, by=sari)

    assert (deleted.is_active, deleted.deleted_at) == (False, THEN)
    assert not people.signed_in(client)
    assert not Session.objects.exists()
    assert lines(alice, "deleted") == [("deleted", f"user:{sari.pk}", {})]
    assert [letter.subject for letter in letters("account_deleted")] == ["Your account was deleted"]


def test_restore_user_opens_the_account_with_its_place_in_the_team():
    team, sari = factories.promoter(), factories.staff()
    greta = factories.member(team)
    assert delete(greta, by=sari).teams == []

    restored = restore(greta, by=sari)

    assert (restored.is_active, restored.deleted_at, restored.teams, restored.group_names) == (True, None, [team], {"gate"})
    assert lines(greta, "restored") == [("restored", f"user:{sari.pk}", {})]
    assert [letter.subject for letter in letters("account_restored")] == ["Your account is back"]
    assert list(invariants.breaches()) == []


def test_delete_and_restore_user_twice_are_once():
    alice = factories.person()

    delete(alice), delete(alice), restore(alice), restore(alice)

    assert [action for action, _, _ in lines(alice, "deleted", "restored")] == ["deleted", "restored"]
    assert EmailMessage.objects.count() == 2


def test_restore_does_not_open_an_account_that_is_closed_only():
    alice = factories.person()

    assert not restore(disable(alice)).is_active


def test_a_closed_account_can_be_deleted_and_not_opened_before_it_is_restored():
    alice = delete(disable(factories.person()))

    with pytest.raises(actions.AccountDeleted):
        enable(alice)
    assert (alice.deleted_at, restore(alice).is_active) == (THEN, True)


def test_owner_of_a_promoter_stays_and_reads_which_one():
    promoter = factories.promoter()

    with pytest.raises(actions.OwnsPromoter, match="This person owns Radio Hujan"):
        delete(promoter.owner)
    assert User.objects.get(pk=promoter.owner.pk).is_active
    actions.delete_promoter(promoter_id=promoter.pk, by=None, at=THEN)
    assert delete(promoter.owner).deleted_at == THEN


def test_who_was_deleted_comes_to_own_no_promoter():
    waiting = factories.applicant()
    delete(waiting.owner)

    with pytest.raises(actions.AccountDeleted):
        actions.approve(promoter_id=waiting.pk, by=None, at=THEN)
    assert Promoter.objects.get().is_waiting


@pytest.mark.parametrize("deed", [delete, restore])
@pytest.mark.parametrize("role", ["moderator", "user"])
def test_accounts_are_deleted_and_restored_by_admins_alone(deed, role):
    alice = factories.person()
    if deed is restore:
        delete(alice)
    mega = factories.staff("Mega", role) if role in roles.STAFF else factories.person("Mega")

    with pytest.raises(actions.NotAllowed):
        deed(alice, by=mega)
    assert User.objects.get(pk=alice.pk).is_active is (deed is delete)


@pytest.mark.parametrize("deed", [delete, restore])
def test_accounts_of_staff_are_deleted_and_restored_by_superadmins_alone(deed):
    root, adi, other = factories.staff("Root", "superadmin"), factories.staff("Adi", "admin"), factories.staff("Other", "moderator")
    if deed is restore:
        delete(other, by=root)

    with pytest.raises(actions.NotAllowed):
        deed(other, by=adi)
    assert deed(other, by=root).is_active is (deed is restore)


def test_nobody_deletes_the_own_account_here_nor_the_last_superadmin():
    root = factories.staff("Root", "superadmin")

    with pytest.raises(actions.LastSuperadmin):
        delete(root)
    factories.staff("Rani", "superadmin")
    with pytest.raises(actions.NotAllowed):
        delete(root, by=root)


def set_fees(promoter, by=None, **figures):
    figures = {"fee_percent": Decimal("2.50"), "fee_fixed": Decimal(1000), "tax_percent": Decimal(11), **figures}
    actions.set_fees(promoter_id=promoter.pk, by=by, at=THEN, **figures)
    return Promoter.objects.get(pk=promoter.pk)


def test_set_fees_sets_them_and_says_from_what_to_what():
    promoter, sari = factories.promoter(), factories.staff()

    after = set_fees(promoter, by=sari, tax_percent=Decimal(0))

    assert (after.fee_percent, after.fee_fixed, after.tax_percent) == (Decimal("2.50"), Decimal(1000), 0)
    figures = {"fee_percent": "— → 2.50", "fee_fixed": "— → 1000", "tax_percent": "— → 0"}
    assert lines(promoter, "fees_set") == [("fees_set", f"user:{sari.pk}", {"figures": figures})]


def test_set_fees_to_what_they_are_is_nothing():
    promoter = factories.promoter()

    set_fees(promoter), set_fees(promoter)

    assert len(lines(promoter, "fees_set")) == 1


@pytest.mark.parametrize("figures", [{"fee_percent": Decimal("100.01")}, {"tax_percent": Decimal(101)}, {"fee_fixed": Decimal("-0.01")}])
def test_set_fees_out_of_bounds_is_refused(figures):
    with pytest.raises(actions.FeesOutOfBounds):
        set_fees(factories.promoter(), **figures)


@pytest.mark.parametrize("role", ["moderator", "owner"])
def test_set_fees_is_for_admins(role):
    promoter = factories.promoter()
    by = factories.staff("Mega", "moderator") if role == "moderator" else promoter.owner

    with pytest.raises(actions.NotAllowed):
        set_fees(promoter, by=by)
    assert Promoter.objects.get().fee_percent is None


def test_set_fees_to_nothing_gives_the_promoter_the_sites():
    promoter = factories.promoter(fee_percent=Decimal(5), tax_percent=Decimal(0))

    after = set_fees(promoter, fee_percent=None, fee_fixed=None, tax_percent=None)

    assert (after.fee_percent, after.fee_fixed, after.tax_percent) == (None, None, None)
    figures = {"fee_percent": "5.00 → —", "tax_percent": "0.00 → —"}
    assert lines(promoter, "fees_set") == [("fees_set", "system", {"figures": figures})]


def set_site_fees(by=None, **figures):
    figures = {"fee_percent": Decimal("2.50"), "fee_fixed": Decimal(1000), "tax_percent": Decimal(11), **figures}
    actions.set_site_fees(by=by, at=THEN, **figures)
    return SiteIdentity.objects.get()


def test_set_site_fees_sets_them_once_and_says_from_what_to_what():
    site, sari = SiteIdentity.objects.create(), factories.staff()

    set_site_fees(by=sari, tax_percent=Decimal(0))
    after = set_site_fees(by=sari, tax_percent=Decimal(0))

    assert (after.fee_percent, after.fee_fixed, after.tax_percent) == (Decimal("2.50"), Decimal(1000), 0)
    figures = {"fee_percent": "0.00 → 2.50", "fee_fixed": "0.00 → 1000"}
    assert lines(site, "fees_set") == [("fees_set", f"user:{sari.pk}", {"figures": figures})]


@pytest.mark.parametrize("figures", [{"fee_percent": Decimal("100.01")}, {"tax_percent": Decimal(101)}, {"fee_fixed": Decimal("-0.01")}])
def test_site_fees_out_of_bounds_are_refused_here_and_by_the_database(figures):
    SiteIdentity.objects.create()

    with pytest.raises(actions.FeesOutOfBounds):
        set_site_fees(**figures)
    with pytest.raises(IntegrityError, match="site_fees_within_bounds"):
        SiteIdentity.objects.update(**figures)


@pytest.mark.parametrize("role", ["moderator", "user"])
def test_set_site_fees_is_for_admins(role):
    SiteIdentity.objects.create()

    with pytest.raises(actions.NotAllowed):
        set_site_fees(by=factories.staff("Mega", role))
    assert SiteIdentity.objects.get().fee_percent == 0

"""Accounts closed and opened again, fees set: who may, what follows, what history says."""

from decimal import Decimal

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from accounts import actions, roles
from accounts.models import Promoter, User
from tests import factories
from tests.accounts import people
from tests.factories import THEN
from ticketing import mail
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

    closed = disable(alice, by=sari)

    assert not closed.is_active
    assert not people.signed_in(client)
    assert not Session.objects.exists()
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


def test_a_deleted_account_stays_closed():
    alice = factories.person()
    User.objects.filter(pk=alice.pk).update(is_active=False, deleted_at=THEN)

    with pytest.raises(actions.Forgotten):
        enable(alice)


def set_fees(promoter, by=None, **figures):
    figures = {"fee_percent": Decimal("2.50"), "fee_fixed": Decimal(1000), "tax_percent": Decimal(11), **figures}
    actions.set_fees(promoter_id=promoter.pk, by=by, at=THEN, **figures)
    return Promoter.objects.get(pk=promoter.pk)


def test_set_fees_sets_them_and_says_from_what_to_what():
    promoter, sari = factories.promoter(), factories.staff()

    after = set_fees(promoter, by=sari, tax_percent=Decimal(0))

    assert (after.fee_percent, after.fee_fixed, after.tax_percent) == (Decimal("2.50"), Decimal(1000), 0)
    figures = {"fee_percent": "0.00 → 2.50", "fee_fixed": "0.00 → 1000"}
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
    assert Promoter.objects.get().fee_percent == 0

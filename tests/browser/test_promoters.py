"""A promoter's beginning in a real browser: applies, is approved by staff, invites a helper, removes him."""

import pytest
from django.core import mail as outbox
from django.urls import reverse

from accounts import actions, roles
from tests import factories
from tests.browser.conftest import DESK
from tests.factories import THEN
from ticketing import mail


@pytest.fixture(autouse=True)
def permissions(groups):
    roles.give_permissions()


@pytest.fixture
def signed_in(visit):
    """Open a page as this person, who signed in elsewhere."""
    return lambda user, path="/promoters/", **options: visit(path, user=user, **options)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_applies_is_approved_invites_a_helper_and_removes_him(signed_in, scripts):
    olive = signed_in(factories.person("Olive"), scripts=scripts)
    olive.get_by_role("link", name="Become a promoter").click()
    olive.get_by_label("Name of the promoter").fill("Radio Hujan")
    olive.get_by_label("What do you put on, and where?").fill("Indie nights in Bandung.")
    olive.get_by_role("button", name="Send the application").click()
    olive.get_by_role("heading", name="We are reading your application").wait_for()

    sari = signed_in(factories.staff(), "/admin/accounts/promoter/", screen=DESK, scripts=scripts)
    sari.get_by_role("link", name="Radio Hujan").click()
    sari.get_by_role("button", name="Approve").click()
    sari.get_by_text("Done: Approve").wait_for()

    olive.reload()
    olive.get_by_label("E-mail").fill("greta@example.org")
    olive.get_by_label("Gate: checks tickets at the door").check()
    olive.get_by_role("button", name="Send the invitation").click()
    olive.get_by_text("The invitation to greta@example.org is on its way.").wait_for()

    mail.deliver_due()
    letter = next(letter for letter in outbox.outbox if letter.to == ["greta@example.org"])
    path = letter.body[letter.body.index("/invitations/") :].split()[0]
    greta = signed_in(factories.person("Greta"), path, scripts=scripts)
    greta.get_by_role("button", name="Accept the invitation").click()
    greta.get_by_text("Gate: checks tickets at the door").wait_for()

    olive.reload()
    olive.get_by_text("Change", exact=True).click()
    olive.get_by_role("button", name="Remove from the team").click()
    olive.get_by_text("Nobody helps you yet").wait_for()
    greta.reload()
    greta.get_by_role("heading", name="There is nothing at this address").wait_for()


def pages():
    """Yield each state of these pages: who looks, and where."""
    team = factories.promoter(name="Radio Hujan")
    greta = factories.member(team, "Greta")
    factories.member(team, "Maximiliana", "manager")
    asked = factories.invitation(team, "a-rather-long-address@a-rather-long-domain.example.org", "finance")
    withdrawn = factories.invitation(team, "bo@example.org")
    actions.withdraw_invitation(invitation_id=withdrawn.pk, by=team.owner, at=THEN)
    refused = factories.applicant("Omar", name="Other")
    actions.refuse(promoter_id=refused.pk, reason="Please name a venue you have worked with.", by=None, at=THEN)
    waiting = factories.applicant("Wati", name="Pasar Malam Kolektif")
    factories.member(team, "Wati", "gate")
    offered = actions.offer_ownership(promoter_id=team.pk, member_id=team.members.get(role="manager").pk, by=team.owner, at=THEN)
    late = factories.person("Late")
    yield team.owner, reverse("accounts:promoter", args=[team.pk])
    yield team.owner, reverse("accounts:details", args=[team.pk])
    yield greta, reverse("accounts:promoter", args=[team.pk])
    yield refused.owner, reverse("accounts:promoter", args=[refused.pk])
    yield waiting.owner, reverse("accounts:promoter", args=[waiting.pk])
    yield waiting.owner, reverse("accounts:promoters")
    yield late, reverse("accounts:promoters")
    yield late, reverse("accounts:apply")
    yield refused.owner, reverse("accounts:apply")
    yield late, reverse("accounts:invitation", args=[asked.secret])
    yield late, reverse("accounts:invitation", args=[offered.secret])
    yield late, reverse("accounts:invitation", args=[withdrawn.secret])


@pytest.mark.parametrize("language", ["en", "id"])
def test_every_state_is_accessible_and_fits(visit, become, accessible, language):
    page = visit("/", screen=DESK, language=language)
    for user, path in pages():
        become(page.context, user)
        page.goto(path)
        for summary in page.locator("summary").all():
            summary.click()
        accessible(page)

"""The pages of promoters and teams: one visit that works, and the strangers turned away."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.shortcuts import resolve_url
from django.urls import reverse

from accounts import actions
from accounts.models import Invitation, Promoter
from tests import factories
from tests.factories import THEN
from ticketing import mail
from ticketing.logs import without_secrets
from ticketing.models import EmailMessage

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def moment():
    """Before the invitations end, in whatever year this runs."""
    with time_machine.travel(THEN):
        yield


def sign_in():
    return resolve_url(settings.LOGIN_URL)


APPLICATION = {"name": "Radio Hujan", "about": "Gigs.", "contact_email": "hello@radio.example"}


@pytest.fixture
def team():
    return factories.promoter()


@pytest.fixture
def visit(client):
    """Sign somebody in and visit a page of a promoter."""

    def go(user, name, /, *args, method="get", **fields):
        factories.sign_in(client, user)
        return getattr(client, method)(reverse(f"accounts:{name}", args=args), fields)

    return go


@pytest.fixture
def strangers(team):
    return [
        factories.promoter("Omar", name="Other").owner,
        factories.member(factories.promoter("Oki", name="Third"), "Gus", "manager"),
        factories.staff(),
    ]


def deeds(team):
    """Return every deed of a team's page: name, arguments, fields."""
    greta, asked = factories.member(team), factories.invitation(team, "new@example.org")
    place = team.members.get(user=greta).pk
    return [
        ("promoter", [team.pk], {"email": "x@example.org", "role": "gate"}),
        ("change-role", [team.pk, place], {"role": "finance"}),
        ("offer-ownership", [team.pk, place], {}),
        ("remove-member", [team.pk, place], {}),
        ("withdraw-invitation", [team.pk, asked.pk], {}),
    ]


def state(team):
    members = list(team.members.order_by("pk").values_list("user", "role"))
    return members, list(team.invitations.order_by("pk").values_list("email", "role", "withdrawn_at", "accepted_at"))


def test_promoters_invites_to_apply_when_there_is_none(visit):
    page = visit(factories.person(), "promoters")

    assert "You are not in a team yet" in page.content.decode()
    assert reverse("accounts:apply") in page.content.decode()


def test_promoters_leads_to_the_only_one_and_lists_several(visit, team):
    assert visit(team.owner, "promoters")["Location"] == reverse("accounts:promoter", args=[team.pk])

    factories.member(factories.promoter("Omar", name="Other"), "Olive", "gate")
    page = visit(team.owner, "promoters").content.decode()

    assert "Radio Hujan" in page
    assert "Other" in page


def test_apply_makes_an_application(visit):
    alice = factories.person()

    answer = visit(alice, "apply", method="post", **APPLICATION)

    promoter = Promoter.objects.get(owner=alice)
    assert answer["Location"] == reverse("accounts:promoter", args=[promoter.pk])
    assert "We are reading your application" in visit(alice, "promoter", promoter.pk).content.decode()


def test_apply_says_what_is_missing(visit):
    page = visit(factories.person(), "apply", method="post", name="").content.decode()

    assert page.count('aria-invalid="true"') == 3
    assert Promoter.objects.count() == 0


def test_apply_leads_to_the_promoter_that_is_there(visit, team):
    for method in ("get", "post"):
        answer = visit(team.owner, "apply", method=method, **APPLICATION)

        assert answer["Location"] == reverse("accounts:promoter", args=[team.pk])


def test_apply_after_a_refusal_shows_the_reason_and_what_was_typed(visit):
    promoter = factories.applicant(about="Gigs in Bandung.")
    actions.refuse(promoter_id=promoter.pk, reason="Which venue?", by=None, at=THEN)

    page = visit(promoter.owner, "apply").content.decode()
    visit(promoter.owner, "apply", method="post", **APPLICATION)

    assert "Which venue?" in page
    assert "Gigs in Bandung." in page
    assert Promoter.objects.get().is_waiting


def test_team_is_shown_to_those_who_run_it(visit, team):
    max_ = factories.member(team, "Max", "manager")
    factories.invitation(team, "new@example.org")

    for user in (team.owner, max_):
        page = visit(user, "promoter", team.pk).content.decode()

        assert all(words in page for words in ("Radio Hujan", "Olive", "Max", "new@example.org", "Invite somebody"))


@pytest.mark.parametrize("role", ["finance", "gate"])
def test_helper_sees_the_own_place_and_no_address(visit, team, role):
    greta = factories.member(team, "Greta", role)

    page = visit(greta, "promoter", team.pk).content.decode()

    assert "Leave this team" in page
    assert team.owner.email not in page
    assert "Invite somebody" not in page


def test_owner_of_a_refused_promoter_reads_why(visit, team):
    actions.refuse(promoter_id=team.pk, reason="Two complaints.", by=None, at=THEN)

    page = visit(team.owner, "promoter", team.pk).content.decode()

    assert "Two complaints." in page
    assert "Invite somebody" not in page


def test_invite_sends_a_letter(visit, team):
    answer = visit(team.owner, "promoter", team.pk, method="post", email="Greta@example.org", role="gate")

    assert answer["Location"] == reverse("accounts:promoter", args=[team.pk])
    assert Invitation.objects.get().email == "greta@example.org"


def test_invite_says_beside_the_field_why_not(visit, team):
    page = visit(team.owner, "promoter", team.pk, method="post", email=team.owner.email, role="gate").content.decode()

    assert "This person is in the team already." in page
    assert Invitation.objects.count() == 0


def test_invite_knows_no_role_beyond_ones_own(visit, team):
    max_ = factories.member(team, "Max", "manager")

    visit(max_, "promoter", team.pk, method="post", email="x@example.org", role="manager")
    visit(team.owner, "promoter", team.pk, method="post", email="x@example.org", role="owner")

    assert not Invitation.objects.open().exists()


def test_invite_has_a_limit(visit, team):
    answers = {visit(team.owner, "promoter", team.pk, method="post", email=f"{n}@example.org", role="gate").status_code for n in range(31)}

    assert answers == {302, 429}
    assert Invitation.objects.count() == 30


def test_owner_changes_offers_removes_and_withdraws(visit, team):
    max_, asked = factories.member(team, "Max", "manager"), factories.invitation(team, "new@example.org")
    place = team.members.get(user=max_).pk

    visit(team.owner, "offer-ownership", team.pk, place, method="post")
    offered = team.invitations.open().filter(role="owner").exists()
    visit(team.owner, "change-role", team.pk, place, method="post", role="finance")
    role = team.members.get().role
    visit(team.owner, "remove-member", team.pk, place, method="post")
    visit(team.owner, "withdraw-invitation", team.pk, asked.pk, method="post")

    assert (offered, role, team.members.count(), team.invitations.open().count()) == (True, "finance", 0, 0)


def test_unknown_role_changes_nothing(visit, team):
    greta = factories.member(team)

    visit(team.owner, "change-role", team.pk, team.members.get().pk, method="post", role="owner")

    assert team.members.get(user=greta).role == "gate"


def test_helper_leaves(visit, team):
    greta = factories.member(team)

    answer = visit(greta, "leave", team.pk, method="post")

    assert (answer["Location"], team.members.count()) == (reverse("accounts:promoters"), 0)


def test_removed_member_is_out_at_the_next_request(client, team):
    greta = factories.member(team)
    factories.sign_in(client, greta)
    assert client.get(reverse("accounts:promoter", args=[team.pk])).status_code == 200

    actions.remove_member(promoter_id=team.pk, member_id=team.members.get().pk, by=team.owner, at=THEN)

    assert client.get(reverse("accounts:promoter", args=[team.pk])).status_code == 404


def test_strangers_find_nothing(visit, team, strangers):
    deeds_, before = deeds(team), state(team)

    for stranger in strangers:
        for name, args, fields in [*deeds_, ("leave", [team.pk], {})]:
            assert visit(stranger, name, *args, method="post", **fields).status_code == 404
        assert visit(stranger, "promoter", team.pk).status_code == 404
    assert state(team) == before


@pytest.mark.parametrize("role", ["finance", "gate"])
def test_helpers_are_told_that_they_may_not(visit, team, role):
    helper, deeds_, before = factories.member(team, "Hadi", role), deeds(team), None
    before = state(team)

    for name, args, fields in deeds_:
        answer = visit(helper, name, *args, method="post", **fields)

        assert answer.status_code == 403
        assert "Ask the owner." in answer.content.decode()
    assert state(team) == before


def test_owner_of_another_promoter_reaches_nobody_through_the_own_address(visit, team, strangers):
    other, before = strangers[0].promoter, None
    deeds_, before = deeds(team), state(team)

    for name, (_, *rest), fields in deeds_[1:]:
        assert visit(strangers[0], name, other.pk, *rest, method="post", **fields).status_code in {302, 403, 404}
    assert state(team) == before


def test_anonymous_visitors_are_sent_to_sign_in(client, team):
    pages = [reverse("accounts:promoters"), reverse("accounts:apply"), reverse("accounts:promoter", args=[team.pk])]
    posts = [reverse(f"accounts:{name}", args=args) for name, args, _ in deeds(team)] + [reverse("accounts:leave", args=[team.pk])]
    before = state(team)

    answers = [client.get(page) for page in pages] + [client.post(page) for page in posts]

    assert {(answer.status_code, answer["Location"].partition("?")[0]) for answer in answers} == {(302, sign_in())}
    assert state(team) == before


def test_deeds_are_posts(visit, team):
    for name, args, _ in deeds(team)[1:]:
        assert visit(team.owner, name, *args).status_code == 405


@pytest.mark.parametrize("rows", [1, 12])
def test_team_costs_the_same_queries_however_long(client, team, rows, django_assert_num_queries):
    for number in range(rows):
        factories.member(team, f"Helper{number}")
        factories.invitation(team, f"new{number}@example.org")
    factories.sign_in(client, team.owner)
    client.get(reverse("accounts:promoter", args=[team.pk]))

    with django_assert_num_queries(7):  # session, user, own teams, second factor; promoter, members, invitations
        client.get(reverse("accounts:promoter", args=[team.pk]))


def link(asked):
    return reverse("accounts:invitation", args=[asked.secret])


def test_invitation_in_the_letter_is_shown_to_anybody_and_changes_nothing(client, team):
    asked = factories.invitation(team)
    body = mail.written(EmailMessage.objects.get(kind="accounts.invitation")).body

    page = client.get(link(asked)).content.decode()

    assert link(asked) in body
    assert "Join the team of Radio Hujan" in page
    assert f"{sign_in()}?next={link(asked)}" in page
    assert Invitation.objects.open().get() == asked


def test_invitation_is_accepted_by_a_post(client, team):
    asked, greta = factories.invitation(team), factories.person("Greta")
    factories.sign_in(client, greta)

    answer = client.post(link(asked))

    assert answer["Location"] == reverse("accounts:promoter", args=[team.pk])
    assert team.members.get().user == greta
    assert client.get(link(asked)).status_code == 410


def test_invitation_is_accepted_only_by_somebody_signed_in(client, team):
    asked = factories.invitation(team)

    answer = client.post(link(asked))

    assert answer["Location"] == f"{sign_in()}?next={link(asked)}"
    assert Invitation.objects.open().get() == asked


def test_invitation_to_become_a_promoter_is_accepted(client, groups):
    asked = actions.invite_promoter(email="nina@example.org", name="Nordlys", language="en", by=None, at=THEN)
    factories.sign_in(client, factories.person("Nina"))

    page = client.get(link(asked)).content.decode()
    client.post(link(asked))

    assert "Put on your events here: Nordlys" in page
    assert Promoter.objects.get().name == "Nordlys"


def test_invitation_of_a_wrong_secret_or_a_refused_promoter_is_not_there(client, team):
    asked = factories.invitation(team)
    assert client.get(reverse("accounts:invitation", args=["0" * 40])).status_code == 404
    assert client.get(reverse("accounts:invitation", args=[asked.secret_digest])).status_code == 404

    actions.refuse(promoter_id=team.pk, reason="Two complaints.", by=None, at=THEN)

    assert client.get(link(asked)).status_code == 404


def test_invitation_that_ended_says_so(client, team):
    asked = factories.invitation(team)
    actions.withdraw_invitation(invitation_id=asked.pk, by=team.owner, at=THEN)

    answer = client.get(link(asked))

    assert answer.status_code == 410
    assert "This invitation has ended" in answer.content.decode()


def test_secret_of_an_invitation_is_cut_from_logs(team):
    asked = factories.invitation(team)

    assert asked.secret not in without_secrets(f"GET {link(asked)}")
    assert without_secrets("/invitations/abc/") == "/invitations/…/"


def test_pages_of_teams_are_kept_by_no_cache(visit, team):
    for name, args in (("promoters", []), ("apply", []), ("promoter", [team.pk])):
        assert "no-store" in visit(team.owner, name, *args)["Cache-Control"]


def test_footer_leads_to_promoters(client):
    assert reverse("accounts:promoters") in client.get("/").content.decode()


DETAILS = {"about": "Gigs.", "contact_email": "hi@radio.example", "contact_phone": "", "payment_text": "Cash.", "terms": "No glass."}


def test_details_are_changed_by_the_owner_and_fees_are_not(visit, team):
    before = visit(team.owner, "details", team.pk)
    answer = visit(team.owner, "details", team.pk, method="post", **DETAILS, name="Mine", fee_percent="0", tax_percent="50")

    assert before.status_code == 200
    assert answer["Location"] == reverse("accounts:promoter", args=[team.pk])
    assert Promoter.objects.values(*DETAILS, "name", "tax_percent").get() == {**DETAILS, "name": "Radio Hujan", "tax_percent": None}


@pytest.mark.parametrize("method", ["get", "post"])
def test_details_are_closed_to_helpers_and_strangers(visit, team, strangers, method):
    assert visit(factories.member(team), "details", team.pk, method=method, **DETAILS).status_code == 403
    for stranger in strangers:
        assert visit(stranger, "details", team.pk, method=method, **DETAILS).status_code == 404
    assert Promoter.objects.get(pk=team.pk).terms == ""


@pytest.mark.parametrize(("verified", "open_still", "seen"), [(True, True, True), (False, True, False), (True, False, False)])
def test_invitation_is_found_without_the_letter_by_whoever_owns_the_address(visit, team, verified, open_still, seen, monkeypatch):
    asked = factories.invitation(team, "greta@example.org")
    greta = factories.person("Greta")
    greta.emailaddress_set.create(email=greta.email, primary=True, verified=verified)
    at = THEN if open_still else THEN + timedelta(days=7)
    monkeypatch.setattr("accounts.views.timezone.now", lambda: at)

    page = visit(greta, "promoters")

    assert (reverse("accounts:invitation", args=[asked.secret]) in page.content.decode()) is seen


def test_invitation_of_another_address_is_not_shown(visit, team):
    asked = factories.invitation(team, "greta@example.org")
    gus = factories.person("Gus")
    gus.vouch()

    assert asked.secret not in visit(gus, "promoters").content.decode()

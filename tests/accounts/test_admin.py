"""What staff see and do in the admin: lists, approve, refuse with a reason, invite."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import reverse

from accounts import actions, roles
from accounts.models import Invitation, Promoter
from events.actions import cancel
from tests import factories
from ticketing import identity
from ticketing.identity import SiteIdentity
from ticketing.models import HistoryEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client, groups):
    roles.give_permissions()
    sari = factories.staff("Sari", "admin")
    factories.sign_in(client, sari)
    return sari


def press(client, row, name, **fields):
    page = client.post(reverse(f"admin:accounts_{row._meta.model_name}_{name}", args=[row.pk]), fields, follow=True)
    row.refresh_from_db(from_queryset=type(row)._base_manager.all())
    return page


def test_staff_approve(client, admin):
    promoter = factories.applicant()

    page = press(client, promoter, "approve")

    assert "Done: Approve" in page.content.decode()
    assert promoter.is_approved
    assert HistoryEntry.objects.get(action="approved").actor == f"user:{admin.pk}"


def test_staff_refuse_with_a_reason(client, admin):
    promoter = factories.applicant()

    assert press(client, promoter, "refuse", reason=" ").context["form"].errors.keys() == {"reason"}
    assert promoter.is_waiting
    press(client, promoter, "refuse", reason="Which venue?")
    assert promoter.refused_because == "Which venue?"


def test_staff_without_the_permission_have_no_such_button(client, admin):
    promoter = factories.applicant()
    Group.objects.get(name="admin").permissions.remove(Permission.objects.get(codename="change_promoter"))
    page = client.get(reverse("admin:accounts_promoter_change", args=[promoter.pk])).content.decode()

    assert "/approve/" not in page
    assert press(client, promoter, "approve").status_code == 403
    assert promoter.is_waiting


def test_staff_edit_words_and_never_money_or_times(client, admin):
    promoter = factories.promoter()
    fields = {"name": "Radio Hujan Live", "contact_email": "a@example.org", "fee_percent": "50", "approved_at": "", "owner": str(admin.pk)}
    inline = {"members-TOTAL_FORMS": "0", "members-INITIAL_FORMS": "0"}

    client.post(reverse("admin:accounts_promoter_change", args=[promoter.pk]), {**fields, **inline})

    after = Promoter.objects.get()
    assert (after.name, after.owner) == ("Radio Hujan Live", promoter.owner)
    assert (after.fee_percent, after.approved_at) == (None, promoter.approved_at)


def test_staff_invite_a_promoter(client, admin):
    client.post(reverse("admin:accounts_invitation_add"), {"email": "Nina@example.org", "name": "Nordlys"})

    asked = Invitation.objects.get()
    assert (asked.email, asked.name, asked.role, asked.promoter) == ("nina@example.org", "Nordlys", "owner", None)
    assert HistoryEntry.objects.get(action="invited").actor == f"user:{admin.pk}"


def test_lists_are_narrowed_by_what_became_of_a_row(client, admin):
    team = factories.promoter()
    factories.member(team)
    waiting, withdrawn = (factories.invitation(team, f"{name}@example.org") for name in ("nina", "omar"))
    actions.withdraw_invitation(invitation_id=withdrawn.pk, by=team.owner, at=factories.THEN)
    actions.delete_user(user_id=factories.person("Paul").pk, by=factories.staff("Root", "superadmin"), at=factories.THEN, language="en")

    def listed(model, **asked):
        return {row.email for row in client.get(reverse(f"admin:accounts_{model}_changelist"), asked).context["cl"].result_list}

    found = [listed("invitation", answer=answer) for answer in ("open", "accepted", "withdrawn")]
    assert found == [{waiting.email}, {"greta@example.org"}, {withdrawn.email}]
    assert (listed("user", deleted="yes"), "paul@example.org" in listed("user", deleted="no")) == ({"paul@example.org"}, False)


def test_a_promoters_page_names_its_team_and_costs_the_same_however_large(client, admin, django_assert_max_num_queries):
    team = factories.promoter()
    for number in range(9):
        factories.member(team, f"Helper{number}")

    with django_assert_max_num_queries(13):
        page = client.get(reverse("admin:accounts_promoter_change", args=[team.pk])).content.decode()

    assert "Helper8, gate" in page


@pytest.mark.parametrize("model", ["user", "promoter", "invitation"])
@pytest.mark.parametrize("rows", [1, 10])
def test_lists_cost_the_same_queries_however_long(client, admin, model, rows, django_assert_max_num_queries):
    for number in range(rows):
        factories.member(factories.promoter(f"Owner{number}", name=f"Promoter {number}"), f"Helper{number}")
    where = reverse(f"admin:accounts_{model}_changelist")
    client.get(where)

    with django_assert_max_num_queries(12):
        assert client.get(where, {"q": "e"}).status_code == 200


@pytest.mark.parametrize("model", ["user", "promoter", "invitation"])
def test_rows_can_be_read_and_not_deleted(client, admin, model):
    team = factories.promoter()
    factories.member(team)
    row = {"user": team.owner, "promoter": team, "invitation": Invitation.objects.get()}[model]

    assert client.get(reverse(f"admin:accounts_{model}_change", args=[row.pk])).status_code == 200
    assert client.post(reverse(f"admin:accounts_{model}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403


def test_admins_delete_and_restore_a_promoter(client, admin):
    promoter = factories.promoter()
    event = factories.published(promoter)

    assert "These events are public: Malam Jazz." in press(client, promoter, "remove").content.decode()
    cancel(event_id=event.pk, reason="Rain", by=None, at=factories.THEN)
    page = press(client, promoter, "remove").content.decode()
    assert (promoter.is_deleted, "/restore/" in page, "/remove/" in page, "/refuse/" in page) == (True, True, False, False)
    listed = client.get(reverse("admin:accounts_promoter_changelist"), {"state": "deleted"}).context["cl"].result_list
    assert list(listed) == [promoter]
    press(client, promoter, "restore")
    assert not promoter.is_deleted


def test_admins_delete_and_restore_an_account(client, admin):
    alice = factories.person()

    page = press(client, alice, "remove").content.decode()
    assert (alice.deleted_at is None, "/restore/" in page, "/remove/" in page, "/enable/" in page) == (False, True, False, False)
    press(client, alice, "restore")
    assert (alice.is_active, alice.deleted_at) == (True, None)


def looks(client, row, *names):
    """Ask for the buttons' pages, where no action has refused anything yet."""
    label = row._meta.label_lower.replace(".", "_")
    return {client.get(reverse(f"admin:{label}_{name}", args=[row.pk])).status_code for name in names}


def test_moderators_judge_and_neither_delete_nor_set_fees_nor_close_accounts(client, groups):
    roles.give_permissions()
    promoter, alice, site = factories.promoter(), factories.person(), SiteIdentity.objects.create()
    factories.sign_in(client, factories.staff("Mega", "moderator"))

    assert looks(client, promoter, "remove", "restore", "set_fees") == {403}
    assert looks(client, alice, "remove", "restore", "disable", "enable", "grant_role") == {403}
    assert looks(client, site, "set_fees") == {403}
    assert looks(client, promoter, "approve", "refuse") == {200}
    press(client, promoter, "refuse", reason="Which venue?")
    assert promoter.refused_because == "Which venue?"


def test_admins_close_no_account_of_their_own_and_give_no_roles(client, admin):
    assert looks(client, admin, "disable", "enable", "remove", "restore", "grant_role") == {403}
    assert looks(client, factories.person(), "disable", "enable", "remove", "restore") == {200}


def test_owners_do_not_judge_delete_or_price_themselves(client, groups):
    promoter = factories.promoter()
    factories.sign_in(client, promoter.owner)

    assert looks(client, promoter, "approve", "refuse", "set_fees", "remove", "restore") == {403}


def test_admins_set_the_sites_fees_and_pages_know_at_once(client, admin):
    site = SiteIdentity.objects.create()
    figures = {"fee_percent": "2.5", "fee_fixed": "1000", "tax_percent": "11"}

    client.post(reverse("admin:ticketing_siteidentity_set_fees", args=[site.pk]), figures)

    assert identity.current().fee_percent == Decimal("2.50")
    assert HistoryEntry.objects.get(action="fees_set").actor == f"user:{admin.pk}"


def test_promoters_read_lately_what_happened_to_their_own_things(client, groups):
    roles.give_permissions()
    ours, theirs = factories.promoter(), factories.promoter("Mira", name="Nordlys Live")
    factories.published(ours, title="Senandung")
    factories.published(theirs, title="Not ours")
    factories.sign_in(client, ours.owner)

    page = client.get("/admin/").content.decode()

    assert ("Senandung" in page, "Radio Hujan" in page, "Approved" in page) == (True, True, True)
    assert "Not ours" not in page
    assert "Nordlys" not in page

"""Each road that leads to a row in the admin, walked by a promoter's manager who looks for another promoter's rows (P-02)."""

import re

import pytest
from django.contrib import admin
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse

from accounts import roles
from accounts.models import Promoter, PromoterMember
from accounts.scoping import TEAM, Scoped
from tests import factories
from tests.sample.admin import WickInline
from tests.sample.models import Lantern, Room, Shelf, Wick
from ticketing.models import HistoryEntry

pytestmark = pytest.mark.django_db
LIST, ADD = reverse("admin:sample_lantern_changelist"), reverse("admin:sample_lantern_add")
NO_WICKS = {"wicks-TOTAL_FORMS": "0", "wicks-INITIAL_FORMS": "0"}


@pytest.fixture
def ours(groups):
    return factories.promoter("Olive", name="Kookaburra")


@pytest.fixture
def theirs(groups):
    return factories.promoter("Mira", name="Zebrafinch")


@pytest.fixture
def hall(ours):
    return Room.objects.create(promoter=ours, name="Hall")


@pytest.fixture
def vault(theirs):
    return Room.objects.create(promoter=theirs, name="Zebra vault")


@pytest.fixture
def manager(client, ours):
    max_ = factories.member(ours, "Max", "manager")
    factories.sign_in(client, max_)
    return max_


def lantern(room, **fields):
    return Lantern.objects.create(room=room, **{"name": f"Lantern of {room}", **fields})


def page(client, where, **query):
    return client.get(where, query).content.decode()


def change(row):
    return reverse(f"admin:sample_{row._meta.model_name}_change", args=[row.pk])


def save(client, where, **fields):
    return client.post(where, {**NO_WICKS, "hung_at_0": "", "hung_at_1": "", **{k: v for k, v in fields.items() if v is not None}})


# --- lists ----------------------------------------------------------------------------------------------


def test_list_search_and_dates_know_the_own_rows_alone(client, manager, hall, vault, now):
    lantern(hall, hung_at=now), lantern(vault, name="Zebra lamp", hung_at=now.replace(year=2019))

    for query in ({}, {"q": "Zebra"}, {"q": "Lantern"}, {"all": ""}):
        shown = client.get(LIST, query)
        assert "Zebra lamp" not in shown.content.decode()
        assert not re.search(r"(?<![\w-])2019(?![\w-])", shown.content.decode())  # but in ids
        assert shown.context["cl"].queryset.count() == (0 if query.get("q") == "Zebra" else 1)


def test_filters_offer_what_the_own_rows_lead_to(client, manager, hall, vault):
    own_shelf, other_shelf = Shelf.objects.create(name="Oak"), Shelf.objects.create(name="Zebrawood")
    lantern(hall, spare=hall, shelf=own_shelf), lantern(vault, spare=vault, shelf=other_shelf)

    shown = page(client, LIST)

    assert "Hall" in shown
    assert "Oak" in shown
    assert "Zebra" not in shown


def test_filter_asked_for_anothers_row_finds_nothing(client, manager, ours, hall, vault):
    lantern(hall), lantern(vault), lantern(Room.objects.create(promoter=ours, name="Yard"))

    assert client.get(LIST, {"room__id__exact": str(hall.pk)}).context["cl"].result_count == 1
    assert client.get(LIST, {"room__id__exact": str(vault.pk)}).context["cl"].result_count == 0


@pytest.mark.parametrize(
    "lookup",
    ["secret__startswith", "secret", "room__promoter__name__startswith", "room__promoter__owner__password__startswith", "name__regex"],
)
def test_address_asks_nothing_that_no_filter_asks(client, manager, hall, lookup):
    lantern(hall)

    assert client.get(LIST, {lookup: "x"}).status_code == 400


def test_lookups_that_the_filters_write_are_answered(client, manager, hall, now):
    lantern(hall, hung_at=now)

    for query in ({"room__id__exact": str(hall.pk)}, {"hung_at__year": "2027"}, {"room__name": "Hall"}, {"spare__isnull": "True"}):
        assert client.get(LIST, query).context["cl"].result_count == 1, query


# --- pages of a row -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["change", "history", "delete", "drop"])
def test_pages_of_anothers_row_are_not_there(client, manager, vault, name):
    where = reverse(f"admin:sample_lantern_{name}", args=[lantern(vault).pk])

    assert client.get(where).status_code == 404
    assert client.post(where, {**NO_WICKS, "name": "Stolen", "reason": "x", "post": "yes"}).status_code == 404
    assert Lantern.objects.values("name", "secret").get() == {"name": "Lantern of Zebra vault", "secret": ""}


def test_to_field_leads_to_no_other_row(client, manager, hall, vault):
    own, other = lantern(hall), lantern(vault, name="Zebra")

    assert client.get(change(other), {"_to_field": "id"}).status_code == 404
    assert client.get(change(own), {"_to_field": "name"}).status_code == 400
    assert client.get(reverse("admin:sample_lantern_change", args=["not-an-id"])).status_code == 404


def test_popup_list_is_scoped_too(client, manager, hall, vault):
    shown = page(client, reverse("admin:sample_room_changelist"), _popup="1", _to_field="id")

    assert "Hall" in shown
    assert "Zebra" not in shown


def test_history_of_the_own_row_tells_what_was_changed_and_by_whom(client, manager, hall):
    own = lantern(hall)
    save(client, change(own), name="Lamp", room=str(hall.pk))

    line = HistoryEntry.objects.get(subject_id=own.pk)
    assert (line.action, line.actor, line.details) == ("changed", f"user:{manager.pk}", {"fields": ["name"]})
    shown = page(client, reverse("admin:sample_lantern_history", args=[own.pk]))
    assert "Changed" in shown
    assert "Max" in shown


def test_history_does_not_name_staff_to_promoters(client, manager, ours):
    from accounts import actions

    sari = factories.staff("Sari")
    actions.refuse(promoter_id=ours.pk, reason="Which venue?", by=sari, at=factories.THEN)
    actions.approve(promoter_id=ours.pk, by=sari, at=factories.THEN)

    shown = page(client, reverse("admin:accounts_promoter_history", args=[ours.pk]))

    assert "staff of this site" in shown
    assert "Sari" not in shown


# --- choices in forms -----------------------------------------------------------------------------------


def test_form_offers_the_own_rooms_alone(client, manager, hall, vault):
    Shelf.objects.create(name="Zebrawood")

    fields = client.get(ADD).context["adminform"].form.fields

    for name in ("room", "spare", "lights", "beside"):
        assert list(fields[name].queryset) == [hall], name
    assert list(fields["shelf"].queryset) == []  # whose admin is not scoped
    assert "Zebra" not in page(client, ADD)


@pytest.mark.parametrize("name", ["room", "spare", "lights", "beside"])
def test_form_refuses_anothers_room_and_does_not_name_it(client, manager, hall, vault, name):
    answer = save(client, ADD, **{"name": "Lamp", "room": str(hall.pk), name: str(vault.pk)})

    assert answer.status_code == 200
    assert name in answer.context["adminform"].form.errors
    assert "Zebra" not in answer.content.decode()
    assert not Lantern.objects.exists()


def test_declared_fields_are_limited_for_each_person_anew(client, manager, hall, vault):
    client.get(ADD)
    factories.sign_in(client, factories.staff("Root", roles.SUPERADMIN))

    fields = client.get(ADD).context["adminform"].form.fields

    assert set(fields["beside"].queryset) == set(fields["room"].queryset) == {hall, vault}


def test_autocomplete_finds_the_own_rooms_alone(client, manager, hall, vault):
    where = reverse("admin:autocomplete")
    asked = {"app_label": "sample", "model_name": "lantern", "field_name": "room"}

    for term in ("", "Zebra", "Hall"):
        found = [row["text"] for row in client.get(where, {**asked, "term": term}).json()["results"]]
        assert found == ([] if term == "Zebra" else ["Hall"])
    asked["field_name"] = "shelf"
    assert client.get(where, {**asked, "term": ""}).status_code in {403, 404}


def test_raw_ids_are_refused_since_they_name_any_row():
    class Raw(Scoped):
        raw_id_fields = ("room",)

    with pytest.raises(ImproperlyConfigured, match="autocomplete_fields"):
        Raw(Lantern, admin.site)


# --- inlines --------------------------------------------------------------------------------------------


def wick(number, **fields):
    return {f"wicks-{number}-{name}": value for name, value in fields.items()}


def test_inline_refuses_anothers_rows_and_rooms(client, manager, hall, vault):
    own, other = lantern(hall), lantern(vault)
    thread = Wick.objects.create(lantern=other, name="Zebra thread")
    stolen = {"wicks-TOTAL_FORMS": "1", "wicks-INITIAL_FORMS": "1", **wick(0, id=str(thread.pk), lantern=str(own.pk), name="Mine")}
    lent = {"wicks-TOTAL_FORMS": "1", "wicks-INITIAL_FORMS": "0", **wick(0, lantern=str(own.pk), name="Mine", kept_in=str(vault.pk))}
    moved = {"wicks-TOTAL_FORMS": "1", "wicks-INITIAL_FORMS": "0", **wick(0, lantern=str(other.pk), name="Mine")}

    for forms in (stolen, lent, moved):
        answer = save(client, change(own), name="Lamp", room=str(hall.pk), **forms)
        assert "Zebra" not in answer.content.decode()
    assert list(other.wicks.values_list("pk", "name", "kept_in")) == [(thread.pk, "Zebra thread", None)]
    assert not Wick.objects.filter(kept_in=vault).exists()


def test_inline_hides_rows_whose_own_path_leads_elsewhere(rf, manager, hall, vault):
    Wick.objects.create(lantern=lantern(vault), name="Zebra thread")
    request = rf.get("/")
    request.user = manager
    [inline] = admin.site.get_model_admin(Lantern).get_inline_instances(request)

    assert list(inline.get_queryset(request)) == []


def test_inline_that_is_not_scoped_is_refused():
    class Loose(admin.TabularInline):
        model = Wick

    class Open(Scoped):
        inlines = (Loose,)

    with pytest.raises(ImproperlyConfigured, match="scoped, too"):
        Open(Lantern, admin.site)


def test_inline_follows_the_role(client, manager, ours, hall):
    own = lantern(hall)
    own.wicks.create(name="Thread")
    PromoterMember.objects.filter(user=manager).update(role="finance")

    shown = page(client, change(own))

    assert "Thread" in shown
    assert "wicks-__prefix__-name" not in shown
    assert 'name="_save"' not in shown


def test_inline_has_roles_of_its_own(client, manager, hall, monkeypatch):
    monkeypatch.setattr(WickInline, "may", {"view": TEAM})
    own = lantern(hall)
    new = {"wicks-TOTAL_FORMS": "1", "wicks-INITIAL_FORMS": "0", **wick(0, lantern=str(own.pk), name="Mine")}

    shown = page(client, change(own))
    save(client, change(own), name="Lamp", room=str(hall.pk), **new)

    assert 'name="_save"' in shown
    assert "wicks-__prefix__-name" not in shown
    assert not Wick.objects.exists()


# --- actions, deletion ----------------------------------------------------------------------------------


def act(client, name, *rows, **fields):
    return client.post(LIST, {"action": name, "_selected_action": [str(row.pk) for row in rows], **fields})


def test_action_with_anothers_rows_posted_reaches_the_own_alone(client, manager, hall, vault):
    own, other = lantern(hall), lantern(vault)

    act(client, "blow_out", own, other)
    act(client, "blow_out", own, other, select_across="1")

    assert dict(Lantern.objects.values_list("pk", "secret")) == {own.pk: "out", other.pk: ""}


def test_deletion_names_and_takes_the_own_alone(client, manager, hall, vault):
    own, other = lantern(hall), lantern(vault, name="Zebra lamp")

    asked = act(client, "delete_selected", own, other).content.decode()
    act(client, "delete_selected", own, other, post="yes")

    assert "Lantern of Hall" in asked
    assert "Zebra" not in asked
    assert list(Lantern.objects.all()) == [other]
    assert HistoryEntry.objects.get(subject_id=own.pk).action == "deleted"


def test_deletion_counts_what_is_in_the_way_and_does_not_name_it(client, manager, hall, vault):
    lantern(vault, name="Zebra lamp", spare=hall)  # such a row should not be; the page must hold all the same

    shown = page(client, reverse("admin:sample_room_delete", args=[hall.pk]))

    assert "1 row that needs it" in shown
    assert "Zebra" not in shown


# --- a person in two teams ------------------------------------------------------------------------------


@pytest.fixture
def both(manager, theirs):
    """Max runs the one promoter and counts the money of the other."""
    PromoterMember.objects.create(promoter=theirs, user=manager, role="finance")
    return manager


def test_two_teams_each_row_follows_the_role_in_its_own(client, both, hall, vault):
    own, other = lantern(hall), lantern(vault)

    assert client.get(LIST).context["cl"].result_count == 2
    assert 'name="_save"' in page(client, change(own))
    assert 'name="_save"' not in page(client, change(other))
    assert save(client, change(other), name="Taken", room=str(vault.pk)).status_code == 403
    act(client, "blow_out", own, other)
    act(client, "delete_selected", other, post="yes")
    assert set(Lantern.objects.values_list("name", "secret")) == {("Lantern of Hall", "out"), ("Lantern of Zebra vault", "")}


def test_two_teams_nothing_is_added_where_the_role_does_not_allow_it(client, both, hall, vault):
    assert list(client.get(ADD).context["adminform"].form.fields["room"].queryset) == [hall]
    assert save(client, ADD, name="Lamp", room=str(vault.pk)).status_code == 200
    assert not Lantern.objects.exists()


def test_two_teams_what_ends_elsewhere_is_refused_however_it_got_there(client, both, hall, vault, monkeypatch):
    """A form that forgot its limits meets the last look before the row is saved."""
    monkeypatch.setattr(Scoped, "choices", lambda self, request, rows: rows)

    assert save(client, ADD, name="Lamp", room=str(vault.pk)).status_code == 403
    assert not Lantern.objects.exists()


# --- staff, and the cost --------------------------------------------------------------------------------


def test_staff_see_the_rows_of_all(client, hall, vault):
    lantern(hall), lantern(vault)
    factories.sign_in(client, factories.staff("Root", roles.SUPERADMIN))

    assert client.get(LIST).context["cl"].result_count == 2


def test_approval_taken_back_closes_the_admin(client, manager, ours):
    Promoter.objects.filter(pk=ours.pk).update(approved_at=None)

    assert client.get(LIST).status_code == 403


@pytest.mark.parametrize("rows", [1, 12])
def test_teams_are_asked_for_once_a_page(client, manager, hall, rows, django_assert_max_num_queries):
    for _ in range(rows):
        lantern(hall)
    client.get(LIST)

    with django_assert_max_num_queries(18) as asked:  # of which seven are the four filters and the date bar
        client.get(LIST)
    assert len([query for query in asked.captured_queries if "accounts_promotermember" in query["sql"]]) == 1

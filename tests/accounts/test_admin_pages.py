"""Every page of the admin, found by the resolver: who may open it, and whose rows it shows (P-02)."""

import re
from dataclasses import dataclass

import pytest
from django.conf import settings
from django.contrib import admin
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from accounts import roles
from tests import admin_pages, factories
from tests.admin_pages import ALIKE, FINANCE, OF_LISTS, OWN, READ, SCOPED, STAFF, TEXTLESS

pytestmark = pytest.mark.django_db
CANARY, OWNS = "Zebrafinch", "Kookaburra"
# Django's redirect from an object's bare address to its change page has no name.
MODEL_PAGES = ("changelist", "add", "history", "delete", "change", None)


def found(patterns, before=""):
    """Yield route and name of every page below /admin/."""
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from found(pattern.url_patterns, route)
        else:
            yield route, pattern.name


def pages():
    [site] = [pattern for pattern in get_resolver().url_patterns if getattr(pattern, "namespace", None) == "admin"]
    return list(found(site.url_patterns))


def model_of(route):
    label = ".".join(route.split("/")[:2])
    return label if label in {*SCOPED, *STAFF} else None


def known(route, name):
    label = model_of(route)
    if label:
        return name is None or name in OWN or name in {f"{label.replace('.', '_')}_{page}" for page in MODEL_PAGES if page}
    return name in ALIKE


def test_every_page_is_decided_on():
    assert [(route, name) for route, name in pages() if not known(route, name)] == []
    assert {model._meta.label_lower for model in admin.site._registry} == {*SCOPED, *STAFF}
    assert {name for _, name in pages()} >= OWN


def test_an_undecided_page_is_seen():
    assert not known("orders/item/", "orders_item_changelist")
    assert not known("accounts/user/<path:object_id>/impersonate/", "accounts_user_impersonate")
    assert not known("report/", "report")


def test_what_libraries_register_stays_outside():
    from allauth.account.admin import EmailAddressAdmin
    from django.contrib.auth.models import Group

    assert EmailAddressAdmin
    assert not any(model._meta.app_label in {"account", "mfa", "auth", "usersessions", "socialaccount"} for model in admin.site._registry)
    assert not admin.site.is_registered(Group)


@dataclass
class Cast:
    clients: dict
    rows: dict
    own: dict


def client_of(user):
    client = Client()
    factories.sign_in(client, user)
    return client


@pytest.fixture
def cast(groups):
    roles.give_permissions()
    ours, theirs = factories.promoter("Olive", name=OWNS), factories.promoter("Mira", name=CANARY)
    people = {
        "anonymous": None,
        "buyer": factories.person("Bea"),
        "gate": factories.member(ours, "Greta", "gate"),
        "owner": ours.owner,
        "manager": factories.member(ours, "Max", "manager"),
        "finance": factories.member(ours, "Fina", "finance"),
        "other": theirs.owner,
        **{role: factories.staff(role.title(), role) for role in roles.STAFF},
    }
    factories.member(theirs, "Tom", "gate")
    rows = {label: make(theirs, CANARY) for label, (_, make) in SCOPED.items()} | {label: make(CANARY) for label, make in STAFF.items()}
    own = {label: make(ours, OWNS) for label, (_, make) in SCOPED.items()}
    return Cast({name: client_of(user) if user else Client() for name, user in people.items()}, rows, own)


def address(route, row):
    where = route.replace("<path:object_id>", str(row.pk) if row else "")
    where = re.sub(r"\^\(\?P<app_label>[^)]*\)/\$", "accounts/", where)
    return "/admin/" + where.replace("(?P<url>.*)$", "nowhere/")


def visit(client, where):
    answer = client.get(where)
    return answer.status_code, answer.getvalue().decode(errors="replace")  # exports are streamed


def walk(cast, person, rows=None):
    """Yield label, page and what the person got, for every page of the site."""
    for route, name in pages():
        label = model_of(route)
        status, text = visit(cast.clients[person], address(route, (rows or cast.rows).get(label)))
        yield label, (name or "").rpartition("_")[2] if name not in OWN else name.split("_", 2)[2], status, text


def test_walk_anonymous_is_sent_to_sign_in(cast):
    for route, name in pages():
        for method in ("get", "post"):
            answer = getattr(cast.clients["anonymous"], method)(address(route, cast.rows.get(model_of(route))))
            assert (answer.status_code, answer.url.partition("?")[0]) == (302, "/account/login/"), name


@pytest.mark.parametrize("person", ["buyer", "gate"])
def test_walk_strangers_get_nowhere(cast, person):
    for label, page, status, text in walk(cast, person):
        assert status == 403, (label, page)
        assert CANARY not in text


@pytest.mark.parametrize("person", ["owner", "manager", "finance"])
def test_walk_a_promoter_finds_nothing_of_anothers(cast, person):
    for label, page, status, text in walk(cast, person):
        assert CANARY not in text, (label, page)
        assert CANARY.lower() not in text, (label, page)
        if label in SCOPED and page in {"change", "history"}:
            assert status == 404, (label, page)
        elif label in SCOPED and page in OF_LISTS:
            assert status == 200 or (page, person) == ("give", "finance"), (label, page)
        elif label in SCOPED and page not in {"", "add"}:
            assert status in {403, 404}, (label, page)
        elif label in STAFF and page:
            # The one careless page answers anybody inside: it asks nothing, and the wall is all there is.
            assert (status == 200) is (page == "careless"), (label, page)


def test_walk_a_promoter_opens_the_own_pages_that_were_decided(cast):
    opened = {(label, page) for label, page, status, _ in walk(cast, "manager", cast.own) if status == 200 and label in SCOPED}

    assert opened == {(label, page) for label, (allowed, _) in SCOPED.items() for page in allowed}


def test_walk_finance_reads_and_writes_nothing(cast):
    opened = {(label, page) for label, page, status, _ in walk(cast, "finance", cast.own) if status == 200 and label in SCOPED}

    assert opened == {(label, page) for label in SCOPED for page in FINANCE.get(label, READ)}


def test_walk_the_other_promoter_and_staff_find_the_canary(cast):
    """The control: what the promoter did not find is there to be found."""
    for person, labels in (("other", set(SCOPED)), ("superadmin", {*SCOPED, *STAFF} - TEXTLESS)):
        seen = {(label, page) for label, page, status, text in walk(cast, person) if status == 200 and CANARY.lower() in text.lower()}

        assert {(label, "changelist") for label in labels} | {(label, "change") for label in labels} <= seen, person


@pytest.mark.parametrize("role", roles.STAFF)
def test_walk_staff_open_what_their_group_may_see(cast, role):
    may = {p for pattern in roles.MAY[role] for p in [pattern]}
    for label, page, status, _ in walk(cast, role):
        if label and page in READ:
            app, model = label.split(".")
            allowed = any(roles.fnmatch(f"{app}.view_{model}", pattern) for pattern in may)
            if app != "sample" or role == "superadmin":
                assert status == (200 if allowed else 403), (label, page)


# --- the wall -------------------------------------------------------------------------------------------


def test_wall_stands_before_a_view_that_asks_nothing(cast, settings):
    where = reverse("admin:sample_shelf_careless")

    assert [visit(cast.clients[name], where)[0] for name in ("anonymous", "buyer", "gate", "admin")] == [302, 403, 403, 200]


def without_the_middleware(settings):
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if name != "accounts.middleware.SignedIn"]


@pytest.mark.parametrize("name", ["index", "sample_shelf_careless", "sample_room_changelist"])
def test_wall_asks_for_the_factor_by_itself(client, groups, settings, name):
    without_the_middleware(settings)
    client.force_login(factories.staff())

    assert client.get(reverse(f"admin:{name}")).url.startswith("/account/security/totp/activate/")


def test_wall_asks_for_a_factor_that_this_session_has_not_shown(client, groups, settings):
    without_the_middleware(settings)
    sari = factories.staff()
    factories.sign_in(client, sari)
    client.force_login(sari)
    session = client.session
    session.pop("account_authentication_methods", None)
    session.save()

    assert client.get(reverse("admin:index")).url.startswith("/account/security/reauthenticate/")


def test_wall_ends_an_idle_session(client, groups, settings):
    without_the_middleware(settings)
    factories.sign_in(client, factories.staff())
    session = client.session
    session["seen_at"] = 1
    session.save()

    assert client.get(reverse("admin:sample_shelf_careless")).url.startswith("/account/login/")
    assert "_auth_user_id" not in client.session


def test_in_the_demo_the_wall_asks_for_no_factor(client, groups, settings):
    settings.DEMO = True
    client.force_login(factories.promoter().owner)

    assert client.get(reverse("admin:index")).status_code == 200


def test_somebody_who_lost_the_role_is_out_at_the_next_page(cast):
    from accounts.models import PromoterMember

    assert visit(cast.clients["manager"], "/admin/")[0] == 200
    PromoterMember.objects.filter(role="manager").delete()
    assert visit(cast.clients["manager"], "/admin/")[0] == 403


def test_an_admin_of_ours_has_our_base():
    from django.contrib.admin import ModelAdmin
    from django.core.exceptions import ImproperlyConfigured

    from tests.sample.models import Wick

    class Plain(ModelAdmin):
        pass

    Plain.__module__ = "events.admin"
    with pytest.raises(ImproperlyConfigured):
        admin.site.register(Wick, Plain)
    assert not admin.site.is_registered(Wick)


def test_sign_in_page_of_the_admin_leads_in(cast):
    inside = cast.clients["admin"]
    assert inside.get("/admin/login/?next=/admin/accounts/user/%3Fq%3Dbea").url == "/admin/accounts/user/?q=bea"
    for elsewhere in ("https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", ""):
        assert inside.get("/admin/login/", {"next": elsewhere}).url == "/admin/"
    assert settings.LOGIN_URL == "account_login"
    assert admin_pages.ALIKE

"""Every page of sign-in opens, in the site's frame and in both languages, without a script or a style inside it."""

import re
from pathlib import Path

import pytest
from django.urls import reverse

from accounts import demo, roles
from accounts.sign_in_urls import urlpatterns
from tests import factories
from tests.accounts.people import code, person, sign_in, with_app
from ticketing.local.places import BASE_DIR

pytestmark = pytest.mark.django_db

FOR_ANYBODY = [
    "account_login",
    "account_signup",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key_done",
    "account_request_login_code",
    "account_email_verification_sent",
    "account_inactive",
    "socialaccount_login_cancelled",
]
FOR_MEMBERS = [
    "account",
    "account_email",
    "account_change_password",
    "account_logout",
    "account_reauthenticate",
    "mfa_index",
    "mfa_reauthenticate",
    "mfa_list_webauthn",
    "usersessions_list",
    "socialaccount_connections",
]
# Reached in the middle of something, and tried in the test of that; or answered by a redirect alone.
ON_THE_WAY = {
    "account_confirm_email",
    "account_confirm_login_code",
    "account_reset_password_from_key",
    "account_set_password",
    "google_callback",
    "google_login",
    "mfa_authenticate",
    "mfa_download_recovery_codes",
    "mfa_edit_webauthn",
    "mfa_login_webauthn",
    "mfa_reauthenticate_webauthn",
    "mfa_remove_webauthn",
    "socialaccount_login_error",
    "socialaccount_signup",
}
AFTER_THE_PASSWORD = [
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_add_webauthn",
    "mfa_generate_recovery_codes",
    "mfa_view_recovery_codes",
]


def named(patterns):
    for pattern in patterns:
        yield from named(pattern.url_patterns) if hasattr(pattern, "url_patterns") else [pattern.name]


def assert_clean(response):
    page = response.content.decode()
    drawn = {Path(template.origin.name) for template in response.templates if template.name and "django/" not in template.name}
    assert [path for path in drawn if not path.is_relative_to(BASE_DIR / "templates")] == []
    assert response.status_code == 200
    assert '<main id="main"' in page
    assert "placeholder=" not in page
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", page)
    for attributes, body in re.findall(r"<script([^>]*)>(.*?)</script>", page, re.DOTALL):
        assert "src=" in attributes or "application/json" in attributes, body


def test_every_page_is_tried():
    assert set(named(urlpatterns)) == {*FOR_ANYBODY, *FOR_MEMBERS, *AFTER_THE_PASSWORD, *ON_THE_WAY}


@pytest.mark.parametrize("language", ["en", "id"])
@pytest.mark.parametrize("name", FOR_ANYBODY)
def test_page_for_anybody(client, name, language):
    assert_clean(client.get(reverse(name), headers={"Accept-Language": language}))


@pytest.mark.parametrize("language", ["en", "id"])
@pytest.mark.parametrize("name", FOR_MEMBERS)
def test_page_for_members(client, name, language):
    assert client.get(reverse(name)).status_code == 302

    with_app(person())
    sign_in(client)
    client.post("/account/security/authenticate/", {"code": code()})
    assert_clean(client.get(reverse(name), headers={"Accept-Language": language}))


@pytest.mark.parametrize("name", AFTER_THE_PASSWORD)
def test_page_behind_the_password(client, name):
    user = person()
    sign_in(client)
    first = client.get(reverse(name), follow=True)
    if first.status_code != 404:
        assert first.redirect_chain[-1][0].startswith("/account/reauthenticate/")
    client.post("/account/reauthenticate/", {"password": "correct horse battery"})
    if name in {"mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_generate_recovery_codes"}:
        with_app(user)
        client.post(reverse("mfa_generate_recovery_codes"))

    assert_clean(client.get(reverse(name)))


def test_header_offers_what_the_visitor_can_do(client):
    before = client.get("/").content.decode()
    person()
    sign_in(client)
    after = client.get("/").content.decode()

    assert [text in before for text in ("/account/login/", 'action="/account/logout/"')] == [True, False]
    assert [text in after for text in ("/account/login/", 'action="/account/logout/"')] == [False, True]


def test_account_leads_each_of_a_team_to_the_desk_and_the_doors_that_are_open_to_them(client, groups):
    roles.give_permissions()
    team = factories.promoter()
    people = {"owner": team.owner, "nobody": factories.person("Alice"), "staff": factories.staff("Mod", "moderator")}
    people |= {role: factories.member(team, role, role) for role in ("manager", "finance", "gate")}
    desk, doors = reverse("admin:index"), reverse("seats:doors")

    led = {}
    for who, user in people.items():
        factories.sign_in(client, user)
        shown = client.get(reverse("account")).content.decode()
        led[who] = [page for page in (desk, doors) if f'href="{page}"' in shown]
        assert [client.get(page).status_code for page in led[who]] == [200] * len(led[who])

    both = [desk, doors]
    assert led == {"owner": both, "manager": both, "finance": [desk], "gate": [doors], "staff": [desk], "nobody": []}
    factories.sign_in(client, people["finance"])
    assert f'href="{desk}"' in client.get(reverse("accounts:promoter", args=[team.pk])).content.decode()


@pytest.mark.parametrize("is_demo", [True, False])
def test_demo_people_are_offered_in_the_demo_alone(client, settings, is_demo):
    settings.DEMO = is_demo

    page = client.get("/account/login/").content.decode()

    assert ("Alice Buyer" in page, "demo-demo-demo" in page) == (is_demo, is_demo)


def test_demo_person_is_signed_in_by_what_the_button_sends(client, settings):
    settings.DEMO = True
    list(demo.seed(seed=1))
    page = client.get("/account/login/?next=/promoters/").content.decode()
    form = next(form for form in re.findall(r"<form.*?</form>", page, re.DOTALL) if "Olive Organiser" in form)
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))

    answer = client.post("/account/login/", fields)

    assert answer["Location"] == "/promoters/"
    assert client.get("/account/").context["user"].name == "Olive Organiser"

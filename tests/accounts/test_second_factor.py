"""The second factor: asked of those who have one, required of staff outside the demo, and no loops."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from tests import factories
from tests.accounts.people import PASSWORD, SECRET, code, history, letters, person, sign_in, signed_in, staff, with_app

pytestmark = pytest.mark.django_db


def follow(client, path, most=6):
    """Follow redirects and return where they end; more than a few are a loop."""
    trail = [path]
    while True:
        response = client.get(trail[-1])
        if response.status_code != 302:
            return trail, response
        trail.append(response.url)
        assert len(trail) <= most, trail


def test_password_alone_does_not_open_an_account_with_a_factor(client):
    with_app(person())

    assert sign_in(client).url == "/account/security/authenticate/"
    assert not signed_in(client)

    client.post("/account/security/authenticate/", {"code": code()})
    assert signed_in(client)


def test_mailed_code_alone_does_not_open_an_account_with_a_factor(client):
    with_app(person())
    client.post("/account/login/code/", {"email": "alice@example.org"})
    client.post("/account/login/code/confirm/", {"code": letters()[0].secret})

    assert not signed_in(client)


def test_reset_alone_does_not_open_an_account_with_a_factor(client):
    from tests.accounts.people import link
    from tests.accounts.test_sign_in import NEW, reset

    with_app(person())
    client.post("/account/password/reset/", {"email": "alice@example.org"})
    reset(client, link(letters()[0]))
    sign_in(client, password=NEW)

    assert not signed_in(client)


@pytest.mark.parametrize("role", ["is_staff", "is_superuser"])
@pytest.mark.parametrize("path", ["/", "/account/", "/admin/", "/account/email/", "/account/security/recovery-codes/"])
def test_staff_without_a_factor_reach_no_page_but_the_one_that_sets_it_up(client, role, path):
    person(**{role: True})
    sign_in(client)

    trail, response = follow(client, path)

    assert response.status_code == 200
    assert trail[1].startswith("/account/security/totp/activate/")
    assert trail[-1].startswith("/account/reauthenticate/")


@pytest.mark.parametrize("role", ["owner", "manager", "finance", "gate"])
def test_who_works_for_an_approved_promoter_must_have_a_factor(client, groups, role):
    team = factories.promoter()
    user = team.owner if role == "owner" else factories.member(team, role=role)
    user.vouch()
    sign_in(client, user.email, "correct horse")

    for path in ("/", "/account/", f"/promoters/{team.pk}/"):
        trail, _ = follow(client, path)
        assert trail[1].startswith("/account/security/totp/activate/")


def test_who_waits_for_approval_needs_no_factor(client):
    team = factories.applicant()
    team.owner.vouch()
    sign_in(client, team.owner.email, "correct horse")

    assert client.get(f"/promoters/{team.pk}/").status_code == 200


def test_promoters_in_the_demo_need_no_factor(client, groups, settings):
    settings.DEMO = True
    team = factories.promoter()
    team.owner.vouch()
    sign_in(client, team.owner.email, "correct horse")

    assert client.get(f"/promoters/{team.pk}/").status_code == 200


def test_staff_without_a_factor_can_choose_the_language(client):
    person(is_staff=True)
    sign_in(client)

    assert "/account/" not in client.get("/language/id/")["Location"]


@pytest.mark.django_db(transaction=True)
def test_staff_set_a_factor_up_and_go_on(client):
    user = person(is_staff=True)
    sign_in(client)
    follow(client, "/account/")
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    page = client.get("/account/security/totp/activate/").content.decode()
    secret = re.search(r"\b[A-Z2-7]{32}\b", page).group()

    response = client.post("/account/security/totp/activate/", {"code": code(secret)})

    assert response.url == "/account/security/recovery-codes/"
    assert client.get(response.url).status_code == 200
    assert signed_in(client)
    assert history(user)[-2:] == ["factor_added", "factor_added"]
    assert [letter.details["event"] for letter in letters("notice")] == ["totp_activated"]


def test_staff_whose_session_never_showed_the_factor_are_asked_for_it_without_a_loop(client):
    user = person(is_staff=True)
    sign_in(client)
    with_app(user)

    trail, response = follow(client, "/account/")
    assert response.status_code == 200
    assert trail[-1] == "/account/security/reauthenticate/?next=%2Faccount%2F"

    assert client.post(trail[-1], {"code": code()}).url == "/account/"
    assert signed_in(client)


@pytest.mark.parametrize("path", ["/account/security/recovery-codes/", "/account/security/totp/deactivate/", "/account/reauthenticate/"])
def test_password_alone_does_not_get_staff_past_the_factor(client, path):
    user = person(is_staff=True)
    sign_in(client)
    with_app(user)

    assert client.get(path).url.startswith("/account/security/reauthenticate/")


def test_signed_in_staff_with_a_factor_reach_pages_and_admin(client):
    staff(client, is_superuser=True)

    assert client.get("/account/").status_code == 200
    assert client.get("/admin/").status_code == 200


def test_staff_keep_their_last_factor(client):
    staff(client)
    client.post("/account/security/reauthenticate/", {"code": code(steps=1)})

    client.post("/account/security/totp/deactivate/")

    assert Authenticator.objects.filter(type="totp").exists()


def test_buyers_may_remove_theirs(client):
    user = with_app(person())
    sign_in(client)
    client.post("/account/security/authenticate/", {"code": code()})
    client.post("/account/security/reauthenticate/", {"code": code(steps=1)})
    client.post("/account/security/totp/deactivate/")

    assert not Authenticator.objects.exists()
    assert history(user)[-1] == "factor_removed"
    assert letters("notice")[-1].details == {"event": "totp_deactivated"}


def test_in_the_demo_nobody_needs_a_factor(client, settings):
    settings.DEMO = True
    person(is_staff=True)
    sign_in(client)

    assert signed_in(client)


def test_no_browser_is_trusted_for_good(client):
    from django.urls import NoReverseMatch, reverse

    with pytest.raises(NoReverseMatch):
        reverse("mfa_trust")


def test_secrets_of_factors_are_sealed(client):
    with_app(person())
    sign_in(client)
    client.post("/account/security/authenticate/", {"code": code()})
    client.post("/account/security/reauthenticate/", {"code": code(steps=1)})
    client.post("/account/security/recovery-codes/generate/")

    kept = list(Authenticator.objects.values_list("data", flat=True))
    assert len(kept) == 2
    assert SECRET not in str(kept)
    assert all(data.get("secret", data.get("seed")).startswith("gAAAA") for data in kept)


def test_recovery_code_works_once(client):
    with_app(person())
    sign_in(client)
    client.post("/account/security/authenticate/", {"code": code()})
    client.post("/account/security/reauthenticate/", {"code": code(steps=1)})
    client.post("/account/security/recovery-codes/generate/")
    spare = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()[0]

    opened = []
    for _ in range(2):
        other = Client()
        sign_in(other)
        other.post("/account/security/authenticate/", {"code": spare})
        opened.append(signed_in(other))

    assert opened == [True, False]


def test_admin_has_no_door_of_its_own(client):
    assert client.get("/admin/", follow=True).redirect_chain[-1][0].startswith("/account/login/?next=")

    person()
    sign_in(client)
    assert client.get("/admin/login/?next=/admin/").status_code == 403
    assert Client().post("/admin/login/", {"username": "alice@example.org", "password": PASSWORD}).status_code == 302


def test_passkey_names_the_site_and_not_the_host_that_was_asked(client, settings):
    settings.SITE_URL, settings.ALLOWED_HOSTS = "https://tickets.example.org", ["tickets.example.org", "localhost"]

    options = client.get("/account/security/webauthn/login/", headers={"Accept": "application/json", "Host": "localhost"})

    asked = options.json()["request_options"]["publicKey"]
    assert asked["rpId"] == "tickets.example.org"
    assert asked["userVerification"] == "required"

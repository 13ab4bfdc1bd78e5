"""Google: a round trip to a provider of our own over HTTP, with PKCE, state and nonce; joining needs both sides verified."""

import os
import subprocess
import sys

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.test import Client

from accounts.models import User
from tests.accounts.identity_provider import CLIENT, SECRET, IdentityProvider
from tests.accounts.people import PASSWORD, code, history, letters, link, person, sign_in, signed_in, with_app
from ticketing import settings as product
from ticketing.local.places import BASE_DIR

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider(settings):
    with IdentityProvider() as provider:
        google = product.GOOGLE_APP
        ours = {**google, "client_id": CLIENT, "secret": SECRET, "settings": {**google["settings"], "server_url": provider.url}}
        settings.GOOGLE_CLIENT_ID = CLIENT
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {**product.SOCIALACCOUNT_PROVIDERS["openid_connect"], "APPS": [ours]}}
        yield provider


def leave(client, query=""):
    return client.post(f"/account/google/{query}")


def round_trip(client, provider, query="", **identity):
    told = {"email": "alice@example.org", "email_verified": True, "name": "Alice G", **identity}
    return client.get("/account/google/callback/", provider.consent(leave(client, query).url, **told))


def test_new_person_gets_an_account(client, provider):
    assert round_trip(client, provider).url == "/account/"

    user = User.objects.get()
    assert (user.email, user.name, user.has_usable_password()) == ("alice@example.org", "Alice G", False)
    assert signed_in(client)
    assert EmailAddress.objects.get().verified
    assert history(user) == ["signed_up", "signed_in"]


def test_same_person_comes_again(client, provider):
    round_trip(client, provider)

    other = Client()
    round_trip(other, provider, email="changed-there@example.org")

    assert signed_in(other)
    assert User.objects.get().email == "alice@example.org"


def test_nothing_of_googles_is_kept_but_the_number(client, provider):
    round_trip(client, provider, picture="https://example.org/alice.png")

    assert not SocialToken.objects.exists()
    assert SocialAccount.objects.values_list("provider", "uid", "extra_data").get() == ("google", "1", {})


def test_request_has_state_nonce_and_pkce_and_our_own_callback(client, provider, settings):
    round_trip(client, provider)
    round_trip(Client(), provider)

    first, second = provider.asked
    assert first["redirect_uri"] == f"{settings.SITE_URL}/account/google/callback/"
    assert (first["code_challenge_method"], first["response_type"]) == ("S256", "code")
    assert set(first["scope"].split()) == {"openid", "email", "profile"}
    for name in ("state", "nonce", "code_challenge"):
        assert len(first[name]) >= 16
        assert first[name] != second[name]


def test_address_bar_changes_nothing_of_the_request(client, provider):
    leave_with = leave(client, "?scope=everything&auth_params=nonce%3Dknown%26redirect_uri%3Dhttps%3A%2F%2Fevil.example")

    provider.consent(leave_with.url)

    assert "everything" not in provider.asked[0]["scope"]
    assert provider.asked[0]["nonce"] != "known"
    assert provider.asked[0]["redirect_uri"].endswith("/account/google/callback/")


def test_who_has_no_address_at_google_is_asked_for_one_and_confirms_it(client, provider):
    asked = round_trip(client, provider, email=None).url
    assert client.get(asked).status_code == 200

    client.post(asked, {"email": "alice@example.org"})

    user = User.objects.get()
    assert (user.email, user.name, EmailAddress.objects.get().verified) == ("alice@example.org", "Alice G", False)
    assert SocialAccount.objects.get().user == user
    assert not signed_in(client)
    client.post(link(letters("confirm_email")[0]))
    assert EmailAddress.objects.get().verified


def test_joins_an_account_verified_on_both_sides(client, provider):
    user = person()

    assert round_trip(client, provider).url == "/account/"

    assert User.objects.get() == user
    assert history(user) == ["google_joined", "signed_in"]
    assert [letter.details["event"] for letter in letters("notice")] == ["account_connected"]
    assert sign_in(Client()).status_code == 302  # the password still works


@pytest.mark.parametrize("claim", [False, None, "true", "false", 1])
def test_does_not_join_when_google_has_not_verified_the_address(client, provider, claim):
    user = person()

    round_trip(client, provider, email_verified=claim)

    assert not signed_in(client)
    assert not SocialAccount.objects.exists()
    assert [(letter.kind, letter.to) for letter in letters()] == [("accounts.account_exists", user.email)]


def test_does_not_join_when_we_have_not_verified_the_address(client, provider):
    person(verified=False)

    round_trip(client, provider)

    assert not signed_in(client)
    assert not SocialAccount.objects.exists()
    assert not EmailAddress.objects.get().verified


def test_does_not_join_a_closed_account(client, provider):
    person(is_active=False)

    round_trip(client, provider)

    assert not signed_in(client)
    assert not SocialAccount.objects.exists()


def test_closed_account_does_not_open_with_google(client, provider):
    round_trip(client, provider)
    User.objects.update(is_active=False)
    other = Client()

    round_trip(other, provider)

    assert not signed_in(other)


def test_unverified_address_of_a_new_person_is_verified_by_letter_first(client, provider):
    round_trip(client, provider, email_verified=False)
    assert not signed_in(client)

    client.post(link(letters("confirm_email")[0]))

    round_trip(client, provider, email_verified=False)
    assert signed_in(client)


def test_factor_is_asked_after_google_too(client, provider):
    with_app(person())

    assert round_trip(client, provider).url == "/account/security/authenticate/"
    assert not signed_in(client)
    client.post("/account/security/authenticate/", {"code": code()})
    assert signed_in(client)


def test_foreign_or_used_state_signs_nobody_in(client, provider):
    attackers = provider.consent(leave(Client()).url, email="mallory@example.org", email_verified=True)
    leave(client)

    assert client.get("/account/google/callback/", attackers).status_code == 401

    mine = provider.consent(leave(client).url, email="alice@example.org", email_verified=True)
    client.get("/account/google/callback/", mine)
    client.post("/account/logout/")
    assert client.get("/account/google/callback/", mine).status_code == 401
    assert not signed_in(client)


def test_code_of_another_login_is_refused_by_pkce(client, provider):
    """An attacker puts the code of his own login beside the victim's state."""
    attackers = provider.consent(leave(Client()).url, email="mallory@example.org", email_verified=True)
    victims = provider.consent(leave(client).url, email="alice@example.org", email_verified=True)

    response = client.get("/account/google/callback/", {**victims, "code": attackers["code"]})

    assert response.status_code == 401
    assert provider.refusals == ["wrong code_verifier"]
    assert not signed_in(client)


@pytest.mark.parametrize(
    "wrong",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another-client"},
        {"iss": "https://evil.example"},
        {"exp": 1},
        {"sub": None},
        {"sub": ""},
    ],
)
def test_wrong_identity_signs_nobody_in(client, provider, wrong):
    provider.change = lambda identity: {**identity, **wrong}

    assert round_trip(client, provider).status_code == 401

    assert not signed_in(client)
    assert User.objects.count() == 0


def test_next_survives_the_round_trip_and_leads_nowhere_else(client, provider):
    assert round_trip(client, provider, "?next=/account/sessions/").url == "/account/sessions/"
    assert round_trip(Client(), provider, "?next=//evil.example").url == "/account/"


def test_reading_the_address_starts_nothing(client, provider):
    response = client.get("/account/google/")

    assert response.status_code == 200
    assert "Location" not in response


def test_signed_in_person_joins_and_parts(client, provider):
    user = person()
    sign_in(client)
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    round_trip(client, provider, "?process=connect", email="other@example.org")
    account = SocialAccount.objects.get()
    assert account.user == user

    client.post("/account/google/manage/", {"account": account.pk})

    assert not SocialAccount.objects.exists()
    assert history(user)[-2:] == ["google_joined", "google_parted"]


def test_button_is_shown_only_when_configured(client, settings):
    assert b"Google" not in client.get("/account/login/").content
    assert client.post("/account/google/").status_code == 404
    assert client.get("/account/google/callback/").status_code == 404


def test_button_is_a_form(client, provider):
    page = client.get("/account/login/?next=/account/sessions/").content.decode()

    assert "Continue with Google" in page
    assert 'action="/account/google/?' in page


def test_provider_that_is_away_is_no_fault(client, provider, settings):
    app = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]
    app["settings"]["server_url"] = "http://127.0.0.1:1"

    response = client.post("/account/google/")

    assert response.status_code == 503
    assert b"Google does not answer right now" in response.content


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"GOOGLE_CLIENT_ID": "ours"}, "GOOGLE_CLIENT_SECRET"),
        ({"GOOGLE_CLIENT_SECRET": "ours"}, "GOOGLE_CLIENT_SECRET"),
        ({"GOOGLE_ISSUER": "accounts.example"}, "GOOGLE_ISSUER"),
    ],
)
def test_half_a_configuration_is_refused_at_the_start(given, named):
    shown = subprocess.run(
        [sys.executable, "-c", "import ticketing.settings"],
        cwd=BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **given},
    )

    assert shown.returncode == 1
    assert shown.stderr.startswith(f"Setting {named}:")


def test_browser_lets_the_form_lead_to_google_when_configured():
    code = "from ticketing import settings; print(settings.CONTENT_SECURITY_POLICY['DIRECTIVES']['form-action'])"
    env = {**os.environ, "GOOGLE_CLIENT_ID": "ours", "GOOGLE_CLIENT_SECRET": "ours"}
    shown = subprocess.run([sys.executable, "-c", code], cwd=BASE_DIR, capture_output=True, text=True, check=True, env=env)

    assert "https://accounts.google.com" in shown.stdout

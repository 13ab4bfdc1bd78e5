"""Passkeys: added behind the password, they open the account alone, once per challenge, and only for this site."""

import json
import re

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from accounts.models import User
from tests.accounts.people import PASSWORD, history, letters, person, sign_in, signed_in
from tests.accounts.security_key import SecurityKey

pytestmark = pytest.mark.django_db


@pytest.fixture
def key(settings):
    settings.SITE_URL, settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = "https://tickets.example.org", False
    return SecurityKey("https://tickets.example.org", "tickets.example.org")


def options(page):
    return json.loads(re.search(r'id="js_data" type="application/json">(.*?)</script>', page, re.DOTALL).group(1))


def add(client, key):
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    asked = options(client.get("/account/security/webauthn/add/").content.decode())["creation_options"]
    return client.post("/account/security/webauthn/add/", {"name": "phone", "passwordless": "on", "credential": key.create(asked)})


def challenge(client):
    return client.get("/account/security/webauthn/login/", headers={"Accept": "application/json"}).json()["request_options"]


def enter(client, credential):
    return client.post("/account/security/webauthn/login/", {"credential": credential})


@pytest.fixture
def user(client, key):
    user = person()
    sign_in(client)
    assert add(client, key).status_code == 302
    return user


def test_passkey_is_added_noted_and_told(client, user):
    assert Authenticator.objects.filter(user=user, type="webauthn").count() == 1
    assert history(user)[-1] == "factor_added"
    assert [letter.details["event"] for letter in letters("notice")] == ["webauthn_added"]
    assert b"phone" in client.get("/account/security/webauthn/").content


def test_passkey_opens_the_account_without_a_password(user, key):
    other = Client()

    enter(other, key.get(challenge(other), user))

    assert signed_in(other)


def test_passkey_counts_as_the_second_factor_of_staff(user, key):
    User.objects.update(is_staff=True)
    other = Client()

    enter(other, key.get(challenge(other), user))

    assert signed_in(other)


def test_answer_to_another_challenge_opens_nothing(user, key):
    other, another = Client(), Client()
    challenge(other)

    enter(other, key.get(challenge(another), user))

    assert not signed_in(other)


def test_answer_works_once(user, key):
    other = Client()
    answer = key.get(challenge(other), user)
    enter(other, answer)
    other.post("/account/logout/")

    enter(other, answer)

    assert not signed_in(other)


@pytest.mark.parametrize(("origin", "site"), [("https://evil.example", "tickets.example.org"), ("https://evil.example", "evil.example")])
def test_answer_given_to_another_site_opens_nothing(user, key, origin, site):
    other, elsewhere = Client(), SecurityKey(origin, site)
    elsewhere.identifier, elsewhere.private = key.identifier, key.private

    enter(other, elsewhere.get(challenge(other), user))

    assert not signed_in(other)


def test_another_key_opens_nothing(user, key):
    other, stranger = Client(), SecurityKey(key.origin, "tickets.example.org")
    stranger.identifier = key.identifier

    enter(other, stranger.get(challenge(other), user))

    assert not signed_in(other)


def test_closed_account_does_not_open_with_its_passkey(user, key):
    User.objects.update(is_active=False)
    other = Client()

    enter(other, key.get(challenge(other), user))

    assert not signed_in(other)


@pytest.mark.parametrize("nonsense", ["", "{}", "[]", "null", "1", '{"response": {}}', '{"response": {"userHandle": "_w"}}', "{"])
def test_nonsense_is_refused_and_no_fault(client, nonsense):
    challenge(client)

    assert enter(client, nonsense).status_code == 302
    assert not signed_in(client)

"""Signing in, as people do it: with a mouse, with the keyboard alone, without scripts, with a passkey."""

import re
from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail as outbox
from django.test import Client

from tests.accounts.people import PASSWORD, code, person, with_app
from tests.accounts.test_google import provider, round_trip  # noqa: F401
from tests.browser.conftest import DESK
from ticketing import mail


def from_letter(pattern, to):
    """Return what the newest letter to this address says."""
    mail.deliver_due()
    letter = [letter for letter in outbox.outbox if letter.to == [to]][-1]
    return re.search(pattern, letter.body).group()


def fill_and_send(page, button, **fields):
    for name, value in fields.items():
        page.locator(f"main #id_{name}").fill(value)
    page.locator("main").get_by_role("button", name=button, exact=True).click()


def sign_in(page, email, password=PASSWORD):
    fill_and_send(page, "Sign in", login=email, password=password)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_signs_up_follows_the_mail_and_signs_in_with_a_second_factor(visit, settings, scripts):
    settings.MFA_TOTP_TOLERANCE = 3  # so that no code becomes too old while a busy machine fills in the form
    page = visit("/account/login/", scripts=scripts)
    page.get_by_role("link", name="Make an account").click()
    fill_and_send(page, "Make the account", name="Nina", email="nina@example.org", password1=PASSWORD)
    page.get_by_role("heading", name="Look into your mailbox").wait_for()
    page.goto(urlsplit(from_letter(r"https?://\S+/account/confirm-email/\S+", "nina@example.org")).path)
    page.get_by_role("button", name="Yes, it is mine").click()
    page.get_by_text("nina@example.org is confirmed.").wait_for()
    sign_in(page, "nina@example.org")

    page.get_by_role("link", name="Set it up").click()
    page.get_by_role("link", name="Set it up").click()
    if page.get_by_role("heading", name="Is it you?").count():
        fill_and_send(page, "Go on", password=PASSWORD)
    secret = page.locator("#key").inner_text().replace(" ", "")
    fill_and_send(page, "Turn it on", code=code(secret, steps=-1))
    page.get_by_role("heading", name="Recovery codes").wait_for()
    assert page.locator(".codes li").count() == 10

    page.get_by_role("link", name="Account", exact=True).click()
    page.locator("main").get_by_role("button", name="Sign out").click()
    page.get_by_role("link", name="Sign in", exact=True).click()
    sign_in(page, "nina@example.org")
    page.get_by_role("heading", name="Now the second factor").wait_for()
    fill_and_send(page, "Sign in", code=code(secret))

    page.get_by_role("heading", name="Your account").wait_for()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_signs_in_by_a_mailed_code(visit, scripts):
    person("nina@example.org")
    page = visit("/account/login/?next=/promoters/", scripts=scripts)

    page.get_by_role("link", name="Send me a code by mail").click()
    fill_and_send(page, "Send the code", email="nina@example.org")
    page.get_by_role("button", name="Begin again").click()
    fill_and_send(page, "Send the code", email="nina@example.org")
    page.get_by_role("heading", name="Type the code").wait_for()
    fill_and_send(page, "Sign in", code=from_letter(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b", "nina@example.org"))

    page.wait_for_url("**/promoters/")


def test_adds_a_passkey_and_signs_in_with_nothing_else(visit, settings, live_server):
    settings.SITE_URL = live_server.url.replace("127.0.0.1", "localhost")  # a passkey belongs to a name
    person("nina@example.org")
    page = visit(f"{settings.SITE_URL}/account/login/")
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}
    key = device.send("WebAuthn.addVirtualAuthenticator", {"options": {**options, "automaticPresenceSimulation": True}})
    sign_in(page, "nina@example.org")
    page.goto(f"{settings.SITE_URL}/account/security/webauthn/add/")
    if page.get_by_role("heading", name="Is it you?").count():
        fill_and_send(page, "Go on", password=PASSWORD)
    page.get_by_label("Let it open the account without the password").check()
    fill_and_send(page, "Add the passkey", name="Phone")
    page.get_by_text("The passkey is added.").wait_for()
    page.get_by_role("link", name="Account", exact=True).click()
    page.locator("main").get_by_role("button", name="Sign out").click()
    page.goto(f"{settings.SITE_URL}/account/login/")

    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_role("heading", name="Your account").wait_for()

    page.locator("main").get_by_role("button", name="Sign out").click()
    page.goto(f"{settings.SITE_URL}/account/login/")
    device.send("WebAuthn.setUserVerified", {"authenticatorId": key["authenticatorId"], "isUserVerified": False})
    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_role("alert").get_by_text("No passkey was used.").wait_for()


def test_passkeys_are_not_offered_without_scripts(visit):
    page = visit("/account/login/", scripts=False)
    assert page.get_by_role("button", name="Use a passkey").count() == 0
    assert visit("/account/login/").get_by_role("button", name="Use a passkey").count() == 1


def test_keyboard_alone_signs_in(visit):
    person("nina@example.org")
    page = visit("/account/login/", screen=DESK)

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # skip to the content
    page.keyboard.press("Tab")
    page.keyboard.type("nina@example.org")
    page.keyboard.press("Tab")
    page.keyboard.type("wrong")
    page.keyboard.press("Enter")
    page.locator("[role=alert]:focus").wait_for()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")

    page.get_by_role("heading", name="Your account").wait_for()


LINK = r"/account/(confirm-email|password/reset/key)/\S+"
FOR_ANYBODY = [
    "login/",
    "signup/",
    "password/reset/",
    "password/reset/done/",
    "password/reset/key/done/",
    "password/reset/key/x-y/",
    "login/code/",
    "confirm-email/",
    "confirm-email/x/",
    "inactive/",
    "google/manage/login/cancelled/",
    "google/manage/login/error/",
]
FOR_MEMBERS = [
    "",
    "email/",
    "password/change/",
    "logout/",
    "sessions/",
    "google/manage/",
    "security/",
    "security/webauthn/",
    "security/webauthn/add/",
    "security/recovery-codes/generate/",
    "security/totp/activate/",
    "reauthenticate/",
]


@pytest.mark.parametrize("language", ["en", "id"])
def test_every_page_is_accessible_and_fits(visit, accessible, settings, language):
    settings.GOOGLE_CLIENT_ID = "client"
    google = {**settings.SOCIALACCOUNT_PROVIDERS["openid_connect"], "APPS": [settings.GOOGLE_APP]}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": google}
    person("nina@example.org")
    person("olga@example.org")
    page = visit("/account/login/", screen=DESK, language=language)

    for path in FOR_ANYBODY:
        page.goto(f"/account/{path}")
        accessible(page)
    page.goto("/account/signup/")
    send(page, email="nobody", password1="short")
    accessible(page)
    page.goto("/account/signup/")
    send(page, name="Rani", email="rani@example.org", password1=PASSWORD)
    page.goto(from_letter(LINK, "rani@example.org"))
    accessible(page)
    page.goto("/account/password/reset/")
    send(page, email="nina@example.org")
    page.goto(from_letter(LINK, "nina@example.org"))
    accessible(page)
    page.goto("/account/login/code/")
    send(page, email="nina@example.org")
    accessible(page)
    with page.expect_navigation():
        page.locator("main form[action='/account/logout/'] button").click()
    page.goto("/account/login/")
    send(page, login="olga@example.org", password="wrong")
    accessible(page)
    send(page, login="olga@example.org", password=PASSWORD)
    for path in FOR_MEMBERS:
        page.goto(f"/account/{path}")
        accessible(page)


def send(page, **fields):
    for name, value in fields.items():
        page.locator(f"main #id_{name}").fill(value)
    with page.expect_navigation():
        page.keyboard.press("Enter")


@pytest.mark.parametrize("language", ["en", "id"])
def test_pages_of_the_second_factor_are_accessible(visit, accessible, language):
    with_app(person("nina@example.org"))
    page = visit("/account/login/", screen=DESK, language=language)
    send(page, login="nina@example.org", password=PASSWORD)
    accessible(page)
    send(page, code=code())
    page.goto("/account/security/recovery-codes/generate/")
    with page.expect_navigation():
        page.locator("main form button[type=submit]").last.click()
    accessible(page)
    for path in ("security/", "security/recovery-codes/generate/", "security/totp/deactivate/", "security/reauthenticate/"):
        page.goto(f"/account/{path}")
        accessible(page)


@pytest.mark.parametrize("language", ["en", "id"])
def test_pages_of_who_came_by_google_or_has_a_passkey_are_accessible(visit, accessible, settings, provider, language):  # noqa: F811  # the fixture above
    unfinished = Client(SERVER_NAME="localhost")
    assert round_trip(unfinished, provider, email=None).url == "/account/google/manage/signup/"
    page = visit("/account/login/", screen=DESK, language=language)
    session = unfinished.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": page.url}])
    page.goto("/account/google/manage/signup/")
    accessible(page)

    nina = person("nina@example.org", password=None)
    key = Authenticator.objects.create(user=nina, type="webauthn", data={"name": "Phone", "credential": {}})
    page = visit("/account/password/set/", screen=DESK, language=language, user=nina)
    accessible(page)
    for path in (f"{key.pk}/edit/", f"{key.pk}/remove/"):
        page.goto(f"/account/security/webauthn/keys/{path}")
        accessible(page)

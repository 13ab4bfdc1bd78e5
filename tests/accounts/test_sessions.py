"""Sessions: idle ones end, a new key at sign-in, and nobody stays who should be out."""

from datetime import timedelta

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from accounts.tasks import forget_ended_sessions
from tests import factories
from tests.accounts.people import PASSWORD, history, letters, link, person, sign_in, signed_in, staff
from tests.accounts.test_sign_in import NEW, reset

pytestmark = pytest.mark.django_db


def later(**duration):
    return time_machine.travel(timezone.now() + timedelta(**duration), tick=True)


def test_staff_are_out_after_15_idle_minutes(client):
    staff(client)
    assert signed_in(client)

    with later(minutes=14, seconds=50):
        assert signed_in(client)
    with later(minutes=30):
        assert not signed_in(client)


def test_promoters_and_their_helpers_are_out_after_15_idle_minutes(client, settings):
    settings.DEMO = True
    person("olive@example.org")
    person("greta@example.org")
    factories.member(factories.promoter("Olive"), "Greta", role="gate")

    for email in ("olive@example.org", "greta@example.org"):
        sign_in(client, email)
        with later(minutes=14, seconds=50):
            assert signed_in(client)
        with later(minutes=30):
            assert not signed_in(client)


def test_idle_time_begins_with_the_sign_in_itself(client):
    staff(client)

    with later(minutes=16):
        assert not signed_in(client)


def test_staff_in_the_demo_are_out_after_15_idle_minutes_too(client, settings):
    settings.DEMO = True
    person(is_superuser=True)
    sign_in(client)
    assert signed_in(client)

    with later(minutes=15, seconds=5):
        assert not signed_in(client)


def test_idle_session_of_staff_is_gone_and_not_just_unused(client):
    staff(client)
    signed_in(client)
    key = client.session.session_key

    with later(minutes=16):
        signed_in(client)

    assert not Session.objects.filter(pk=key).exists()


def test_buyers_stay_14_days(client):
    person()
    sign_in(client)
    assert signed_in(client)

    with later(days=13, hours=23):
        assert signed_in(client)
        assert client.cookies["session"]["max-age"] == 14 * 24 * 3600  # and 14 more from now
    with later(days=28, hours=1):
        assert not signed_in(client)


def test_a_visit_within_the_minute_writes_nothing(client):
    person()
    sign_in(client)
    signed_in(client)

    with CaptureQueriesContext(connection) as statements:
        assert signed_in(client)
    assert [query["sql"] for query in statements if not query["sql"].startswith(("SELECT", "SAVEPOINT", "RELEASE"))] == []

    with later(seconds=61), CaptureQueriesContext(connection) as statements:
        signed_in(client)
    assert any(query["sql"].startswith("UPDATE") and "django_session" in query["sql"] for query in statements)


def test_visitors_without_a_session_cost_no_statement(client):
    with CaptureQueriesContext(connection) as statements:
        client.get("/")

    assert [query["sql"] for query in statements if "session" in query["sql"] or "accounts_user" in query["sql"]] == []


def test_session_key_changes_at_sign_in(client):
    person()
    client.post("/account/login/code/", {"email": "alice@example.org"})  # gives the visitor a session
    before = client.session.session_key

    client.post("/account/login/code/confirm/", {"code": letters()[0].secret})

    assert client.session.session_key != before
    assert not Session.objects.filter(pk=before).exists()
    assert signed_in(client)


def test_planted_session_is_not_signed_in(client):
    person()
    attacker = Client()
    planted = attacker.session
    planted["planted"] = True
    planted.save()
    client.cookies["session"] = attacker.cookies["session"].value

    sign_in(client)

    assert signed_in(client)
    assert not signed_in(attacker)


@pytest.mark.parametrize("how", ["changed", "reset"])
def test_other_sessions_end_when_the_password_changes(client, how):
    user = person()
    other = Client()
    for browser in (client, other):
        sign_in(browser)

    if how == "changed":
        client.post("/account/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    else:
        stranger = Client()
        stranger.post("/account/password/reset/", {"email": user.email})
        reset(stranger, link(letters()[0]))

    assert not signed_in(other)
    assert signed_in(client) is (how == "changed")


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_active": False, "deleted_at": timezone.now()}])
def test_disabled_or_deleted_user_is_out_at_the_next_request(client, change):
    user = person()
    sign_in(client)
    assert signed_in(client)

    User.objects.filter(pk=user.pk).update(**change)

    assert not signed_in(client)


def test_removed_user_is_out_at_the_next_request(client):
    person()
    sign_in(client)

    User.objects.all().delete()

    assert not signed_in(client)


def test_sign_out_everywhere_else(client):
    user = person()
    other = Client()
    for browser in (client, other):
        sign_in(browser)
    assert client.get("/account/sessions/").content.count(b"127.0.0.1") == 2

    client.post("/account/sessions/")

    assert (signed_in(client), signed_in(other)) == (True, False)
    assert history(user)[-1] == "signed_out_elsewhere"


def test_sign_out_is_a_deed_and_not_a_link(client):
    person()
    sign_in(client)

    client.get("/account/logout/")
    assert signed_in(client)

    key = client.session.session_key
    client.post("/account/logout/")
    assert not signed_in(client)
    assert not Session.objects.filter(pk=key).exists()


def test_session_cookie_is_for_this_site_alone(client):
    person()
    sign_in(client)

    cookie = client.cookies["session"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"]) == (True, "Lax", "/", "")
    assert settings.CSRF_COOKIE_HTTPONLY
    assert cookie["max-age"] == 14 * 24 * 3600


def test_session_cookie_of_a_public_site_goes_over_tls_alone():
    import os
    import subprocess
    import sys

    from ticketing.local.places import BASE_DIR

    names = "s.SESSION_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_NAME, s.CSRF_COOKIE_SECURE"
    code = f"from ticketing import settings as s; print({names})"
    public = {
        "SITE_URL": "https://tickets.example.org",
        "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyz" * 2,
        "FIELD_KEYS": "A" * 43 + "=",
        "TICKET_KEYS": "A" * 43 + "=",
        "DATABASE_URL": "postgresql://a@localhost/b",
        "REDIS_URL": "redis://localhost/0",
        "EMAIL_URL": "smtp://localhost:25",
        "STATIC_ROOT": "static-root",
    }
    shown = subprocess.run(
        [sys.executable, "-c", code], cwd=BASE_DIR, capture_output=True, text=True, check=True, env={**os.environ, **public}
    )

    assert shown.stdout.split() == ["__Host-session", "True", "__Host-csrf", "True"]


def test_what_is_over_is_forgotten_with_its_address_and_browser(client):
    person()
    over, left, here = Client(HTTP_USER_AGENT="over"), Client(HTTP_USER_AGENT="left"), Client(HTTP_USER_AGENT="here")
    for browser in (over, left, here):
        sign_in(browser)
    Session.objects.filter(pk=over.session.session_key).update(expire_date=timezone.now() - timedelta(seconds=1))
    Session.objects.filter(pk=left.session.session_key).delete()

    forget_ended_sessions()

    assert list(UserSession.objects.values_list("user_agent", flat=True)) == ["here"]
    assert Session.objects.filter(pk=here.session.session_key).exists()
    assert not Session.objects.filter(expire_date__lt=timezone.now()).exists()
    assert [signed_in(browser) for browser in (over, left, here)] == [False, False, True]

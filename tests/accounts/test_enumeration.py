"""Nobody learns from the doors whether an address has an account: not by page, letters, statements or hashes."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from tests.accounts.counting import Counting
from tests.accounts.people import PASSWORD, letters, person, signed_in

pytestmark = pytest.mark.django_db
CHANGING = {"X-Request-ID", "Content-Security-Policy", "Expires", "Retry-After"}
KINDS = ["known", "unverified", "disabled", "deleted", "without-password", "without-address-row"]


@pytest.fixture(autouse=True)
def _counting(settings):
    settings.PASSWORD_HASHERS = ["tests.accounts.counting.Counting"]


def someone(kind):
    if kind == "unknown":
        return
    if kind == "without-address-row":
        User.objects.create_user("alice@example.org", PASSWORD)
        return
    user = person(verified=kind != "unverified", password=None if kind == "without-password" else PASSWORD)
    if kind in {"disabled", "deleted"}:
        deleted_at = timezone.now() if kind == "deleted" else None
        User.objects.filter(pk=user.pk).update(is_active=False, deleted_at=deleted_at)


def told(response):
    """Return all that the page says, without what is random in it."""
    page = re.sub(r'(name="csrfmiddlewaretoken" value=|nonce=)"[^"]+"', r"\1", response.content.decode())
    headers = {
        name: value for name, value in response.items() if name not in {"X-Request-ID", "Content-Security-Policy", "Expires", "Retry-After"}
    }
    cookies = {name: len(cookie.value) for name, cookie in response.cookies.items()}
    return response.status_code, page, headers, cookies


def watched(visits):
    """Return what a stranger can see or measure of the visits, all in one browser."""
    client = Client()
    client.get("/account/login/")
    Counting.made, before = 0, len(letters())
    seen = []
    for method, path, fields in visits:
        with CaptureQueriesContext(
            connection,
        ) as statements:
            response = getattr(client, method)(path, fields)
        shape = [re.sub(r"[0-9]+|'[^']*'", "?", query["sql"].split(" ")[0]) for query in statements.captured_queries]
        seen.append((told(response), shape))
    return seen, Counting.made, len(letters()) - before


DOORS = {
    "sign-in": [("post", "/account/login/", {"login": "alice@example.org", "password": "wrong wrong"})],
    "sign-in, then again": [("post", "/account/login/", {"login": "alice@example.org", "password": "wrong wrong"})] * 2,
    "sign-up": [
        ("post", "/account/signup/", {"name": "A", "email": "alice@example.org", "password1": "another horse"}),
        ("get", "/account/confirm-email/", {}),
    ],
    "reset": [
        ("post", "/account/password/reset/", {"email": "alice@example.org"}),
        ("get", "/account/password/reset/done/", {}),
    ],
    "code": [
        ("post", "/account/login/code/", {"email": "alice@example.org"}),
        ("get", "/account/login/code/confirm/", {}),
        ("post", "/account/login/code/confirm/", {"code": "BBBB-BBBB"}),
        ("get", "/account/login/code/confirm/", {}),
        ("get", "/account/login/", {}),
        ("post", "/account/login/code/confirm/", {"code": "BBBB-BBBB"}),
        ("post", "/account/login/code/confirm/", {"code": "BBBB-BBBB"}),
        ("get", "/account/login/code/", {}),
    ],
}
WORK = {"sign-in": (1, 0), "sign-in, then again": (2, 0), "sign-up": (1, 1), "reset": (0, 1), "code": (0, 1)}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("kind", KINDS)
def test_door_answers_alike_for_known_and_unknown_addresses(door, kind):
    someone("unknown")
    with_nobody = watched(DOORS[door])
    User.objects.all().delete()

    from ticketing import hints

    hints.ask(lambda redis: redis.flushdb(), otherwise=None)
    someone(kind)
    Counting.made = 0

    assert watched(DOORS[door]) == with_nobody
    assert with_nobody[1:] == WORK[door]


@pytest.mark.parametrize("kind", ["disabled", "deleted"])
def test_right_password_of_a_closed_account_is_answered_like_a_wrong_one(kind):
    someone(kind)
    wrong = watched([("post", "/account/login/", {"login": "alice@example.org", "password": "wrong wrong"})])

    right = watched([("post", "/account/login/", {"login": "alice@example.org", "password": PASSWORD})])

    assert right == wrong


def test_locked_door_is_alike_for_known_and_unknown_addresses():
    tries = [("post", "/account/login/", {"login": "alice@example.org", "password": "wrong wrong"})] * 12
    with_nobody = watched(tries)

    from ticketing import hints

    hints.ask(lambda redis: redis.flushdb(), otherwise=None)
    someone("known")

    assert watched(tries) == with_nobody
    assert with_nobody[1] == 10


def test_letters_for_closed_accounts_open_nothing(client):
    someone("disabled")
    for path, fields in (
        ("/account/password/reset/", {"email": "alice@example.org"}),
        ("/account/login/code/", {"email": "alice@example.org"}),
        ("/account/signup/", {"name": "A", "email": "alice@example.org", "password1": "another horse"}),
    ):
        Client().post(path, fields)

    assert [letter.kind for letter in letters()] == ["accounts.no_account", "accounts.no_account", "accounts.account_closed"]
    assert not signed_in(client)


def test_signing_up_again_changes_nothing_of_the_account(client):
    someone("known")
    before = User.objects.values().get()

    client.post("/account/signup/", {"name": "Mallory", "email": "alice@example.org", "password1": "mallorys horse"})

    assert User.objects.values().get() == before
    assert [letter.kind for letter in letters()] == ["accounts.account_exists"]

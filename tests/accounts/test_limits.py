"""Guessing is stopped at each door: by address of origin and by account, with Redis or without."""

import pytest
from django.test import Client
from django.test.utils import override_settings

from tests.accounts.people import PASSWORD, code, history, letters, person, sign_in, signed_in, with_app
from ticketing.models import HistoryEntry

pytestmark = pytest.mark.django_db


def guesses(client, times, email="alice@example.org", **extra):
    return [sign_in(client, email, f"wrong {n}", REMOTE_ADDR="203.0.113.7", **extra).status_code for n in range(times)]


def forwarded(times):
    """Guess as one who writes another X-Forwarded-For each time."""
    return [
        sign_in(Client(), password=f"wrong {n}", REMOTE_ADDR="203.0.113.7", HTTP_X_FORWARDED_FOR=f"198.51.100.{n}").status_code
        for n in range(times)
    ]


@pytest.mark.django_db(transaction=True)  # refusals ask the database nothing, and an idle transaction would be ended
@pytest.mark.parametrize("proxies", [0, 1])
def test_200_wrong_passwords_with_rotating_forwarded_for_are_blocked_after_10(proxies, settings):
    settings.PROXY_COUNT = proxies
    user = person()

    assert forwarded(200) == [200] * 10 + [429] * 190

    assert sign_in(Client()).status_code == 429  # the right one, too
    assert history(user) == ["locked_out"]


def test_200_passwords_at_the_admin_open_nothing_not_even_the_right_one(settings):
    settings.DEMO = True  # no second factor
    person(is_staff=True)
    browser = Client(REMOTE_ADDR="203.0.113.7")

    for n in range(200):
        guess = {"username": "alice@example.org", "password": PASSWORD if n == 100 else f"wrong {n}"}
        answer = browser.post("/admin/login/?next=/admin/accounts/", guess, HTTP_X_FORWARDED_FOR=f"198.51.100.{n}")
        assert (answer.status_code, answer["Location"]) == (302, "/account/login/?next=/admin/login/%3Fnext%3D/admin/accounts/")

    assert "_auth_user_id" not in browser.session


@pytest.mark.usefixtures("redis_away")
def test_wrong_passwords_are_blocked_without_redis(client):
    person()

    assert guesses(client, 14) == [200] * 10 + [429] * 4


@pytest.mark.usefixtures("redis_away")
def test_sign_in_works_without_redis(client):
    with_app(person(is_staff=True))

    sign_in(client)
    client.post("/account/security/authenticate/", {"code": code()})

    assert signed_in(client)


def test_one_origin_is_blocked_whatever_the_accounts(client):
    statuses = [guesses(Client(), 1, f"{n}@example.org")[0] for n in range(40)]

    assert statuses == [200] * 30 + [429] * 10


def test_one_ipv6_network_is_one_origin():
    statuses = [sign_in(Client(), f"{n}@example.org", "wrong", REMOTE_ADDR=f"2001:db8:0:1::{n}").status_code for n in range(1, 36)]

    assert statuses == [200] * 30 + [429] * 5
    assert sign_in(Client(), "x@example.org", "wrong", REMOTE_ADDR="2001:db8:0:2::1").status_code == 200


@pytest.mark.parametrize("written", ["ALICE@example.org", " alice@example.org ", "alice@EXAMPLE.org"])
def test_an_account_is_one_however_its_address_is_written(client, written):
    person()
    guesses(client, 10)

    assert sign_in(client, written).status_code == 429


@pytest.mark.parametrize(
    ("path", "fields", "free"),
    [
        ("/account/signup/", {"name": "A", "email": "alice@example.org", "password1": "another horse"}, 3),
        ("/account/password/reset/", {"email": "alice@example.org"}, 3),
        ("/account/login/code/", {"email": "alice@example.org"}, 5),
    ],
)
@pytest.mark.parametrize("known", [True, False])
def test_letters_to_one_address_are_few(path, fields, free, known):
    if known:
        person()

    statuses = [Client().post(path, fields, REMOTE_ADDR=f"203.0.113.{n}").status_code for n in range(8)]

    assert statuses == [302] * free + [429] * (8 - free)
    assert len(letters()) == free
    assert not HistoryEntry.objects.filter(action="locked_out").exists()  # which is for passwords that were guessed


@pytest.mark.parametrize(
    ("path", "field", "other", "free"), [("/account/login/", "login", "email", 10), ("/account/password/reset/", "email", "login", 3)]
)
def test_another_field_does_not_change_who_is_counted(path, field, other, free):
    person()

    statuses = [
        Client().post(path, {field: "alice@example.org", other: f"{n}@example.org", "password": "wrong"}).status_code for n in range(12)
    ]

    assert [status == 429 for status in statuses] == [False] * free + [True] * (12 - free)


@pytest.mark.parametrize("path", ["/account/signup/", "/account/password/reset/", "/account/login/code/"])
def test_one_origin_asks_for_few_letters(path):
    statuses = [
        Client().post(path, {"name": "A", "email": f"{n}@example.org", "password1": "another horse"}).status_code for n in range(14)
    ]

    assert statuses == [302] * 10 + [429] * 4


def test_codes_of_an_address_are_guessed_ten_times_in_all_browsers():
    person()
    statuses = []
    for n in range(5):
        browser = Client(REMOTE_ADDR=f"203.0.113.{n}")
        browser.post("/account/login/code/", {"email": "alice@example.org"})
        statuses += [browser.post("/account/login/code/confirm/", {"code": "BBBB-BBBB"}).status_code for _ in range(3)]

    assert statuses.count(429) == 5


def test_second_factor_is_guessed_five_times(client):
    with_app(person())
    sign_in(client)

    wrong = min({"000000", "111111", "222222", "333333"} - {code(steps=steps) for steps in (-1, 0, 1)})
    statuses = [client.post("/account/security/authenticate/", {"code": wrong}).status_code for _ in range(8)]

    assert statuses == [200] * 5 + [429] * 3
    assert client.post("/account/security/authenticate/", {"code": code()}).status_code == 429


@pytest.mark.parametrize("away", [False, True])
def test_code_of_the_app_works_once(client, away, request):
    if away:
        request.getfixturevalue("redis_away")
    with_app(person())
    now = code()
    sign_in(client)
    client.post("/account/security/authenticate/", {"code": now})
    assert signed_in(client)

    other = Client()
    sign_in(other)
    other.post("/account/security/authenticate/", {"code": now})

    assert not signed_in(other)


def test_password_is_asked_again_ten_times(client):
    person()
    sign_in(client)

    statuses = [client.post("/account/reauthenticate/", {"password": "wrong"}).status_code for _ in range(12)]

    assert statuses == [200] * 10 + [429] * 2


def test_limits_can_be_switched_off_for_load_tests(client):
    with override_settings(RATE_LIMITS=False):
        assert guesses(client, 40) == [200] * 40

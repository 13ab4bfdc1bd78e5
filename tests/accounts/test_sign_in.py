"""Signing up, in and out: by password, by mailed code, after a reset; addresses are verified first."""

import re

import pytest
from allauth.account.models import EmailAddress

from accounts.models import User
from tests.accounts.people import PASSWORD, history, letters, link, person, sign_in, signed_in, text

pytestmark = pytest.mark.django_db
NEW = "a quite new password"


def sign_up(client, email="alice@example.org", **fields):
    return client.post("/account/signup/", {"name": "Alice", "email": email, "password1": PASSWORD, **fields})


def ask_code(client, email="alice@example.org"):
    return client.post("/account/login/code/", {"email": email})


def mailed_code():
    return letters("sign_in_code")[-1].secret


def test_sign_up_then_confirm_then_sign_in(client):
    assert sign_up(client, "Alice@Example.org").url == "/account/confirm-email/"
    user = User.objects.get()
    assert (user.email, user.name, user.has_usable_password()) == ("alice@example.org", "Alice", True)
    assert not signed_in(client)

    path = link(letters("confirm_email")[0])
    client.get(path)
    assert not EmailAddress.objects.get().verified  # reading a letter changes nothing
    client.post(path)

    assert EmailAddress.objects.get().verified
    assert sign_in(client).url == "/account/"
    assert signed_in(client)
    assert history(user) == ["signed_up", "email_confirmed", "signed_in"]


def test_unverified_address_cannot_sign_in_and_gets_the_letter_again(client):
    person(verified=False)

    assert sign_in(client).url == "/account/confirm-email/"

    assert not signed_in(client)
    assert len(letters("confirm_email")) == 1


def test_confirmation_letters_are_few(client):
    person(verified=False)

    for _ in range(6):
        sign_in(client)

    assert len(letters("confirm_email")) == 3


def test_confirmation_of_an_address_that_another_has_now_is_refused(client):
    alice = person()
    sign_in(client)
    EmailAddress.objects.create(user=alice, email="new@example.org")
    client.post("/account/email/", {"email": "new@example.org", "action_send": ""})
    path = link(letters("confirm_email")[0])
    User.objects.create_user("new@example.org")

    client.post(path)

    alice.refresh_from_db()
    assert alice.email == "alice@example.org"


def test_sign_in_by_mailed_code(client):
    user = person()

    assert ask_code(client).url == "/account/login/code/confirm/"
    assert re.search(r"^[B-Z]{4}-[B-Z]{4}$", text(letters()[0]), re.MULTILINE)
    assert client.post("/account/login/code/confirm/", {"code": mailed_code()}).url == "/account/"

    assert signed_in(client)
    assert history(user) == ["signed_in"]


def test_mailed_code_is_refused_after_three_wrong_ones(client):
    person()
    ask_code(client)
    right = mailed_code()

    for _ in range(3):
        client.post("/account/login/code/confirm/", {"code": "BBBB-BBBB"})

    client.post("/account/login/code/confirm/", {"code": right})
    assert not signed_in(client)


def test_mailed_code_is_worth_nothing_in_another_browser(client, django_test_client):
    person()
    ask_code(client)

    django_test_client.post("/account/login/code/confirm/", {"code": mailed_code()})

    assert not signed_in(django_test_client)


@pytest.fixture
def django_test_client():
    from django.test import Client

    return Client()


def reset(client, path, password=NEW):
    step = client.get(path)
    return client.post(step.url, {"password1": password, "password2": password})


def test_reset_sets_a_new_password_and_verifies_the_address(client):
    user = person(verified=False)
    client.post("/account/password/reset/", {"email": user.email})

    reset(client, link(letters("reset_password")[0]))

    assert sign_in(client, password=PASSWORD).status_code == 200
    assert sign_in(client, password=NEW).url == "/account/"
    assert "password_reset" in history(user)
    assert [letter.details["event"] for letter in letters("notice")] == ["password_reset"]


def test_reset_link_works_once(client):
    user = person()
    client.post("/account/password/reset/", {"email": user.email})
    path = link(letters("reset_password")[0])
    reset(client, path)

    assert client.get(path).status_code == 200  # the page that says so, instead of a redirect to the form


def test_reset_link_is_void_for_an_account_closed_meanwhile(client):
    user = person()
    client.post("/account/password/reset/", {"email": user.email})
    User.objects.update(is_active=False)

    assert letters()[0].kind == "accounts.reset_password"
    assert "/password/reset/key/" not in text(letters()[0])


def test_no_link_and_no_code_lies_in_the_letters_row(client):
    user = person()
    client.post("/account/password/reset/", {"email": user.email})
    sign_up(client, "bob@example.org")
    ask_code(client)

    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT kind, details::text, secret, occasion FROM ticketing_emailmessage ORDER BY created_at, id")
        rows = cursor.fetchall()
    assert [(kind, details) for kind, details, _, _ in rows] == [
        ("accounts.reset_password", "{}"),
        ("accounts.confirm_email", "{}"),
        ("accounts.sign_in_code", "{}"),
    ]
    assert [secret[:5] for _, _, secret, _ in rows] == ["", "", "gAAAA"]
    assert len({occasion for *_, occasion in rows}) == 3


def test_letters_are_never_sent_inside_the_request(client, mailoutbox):
    person()
    ask_code(client)

    assert len(letters()) == 1
    assert mailoutbox == []


def test_change_of_address_waits_for_the_letter_and_tells_the_old_one(client):
    user = person()
    sign_in(client)
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    client.post("/account/email/", {"email": "new@example.org", "action_add": ""})
    user.refresh_from_db()
    assert user.email == "alice@example.org"

    client.post(link(letters("confirm_email")[0]))

    user.refresh_from_db()
    assert user.email == "new@example.org"
    assert list(EmailAddress.objects.values_list("email", "verified", "primary")) == [("new@example.org", True, True)]
    assert [letter.to for letter in letters("notice")] == ["alice@example.org"]
    assert "email_changed" in history(user)


def test_change_of_address_asks_for_the_password_again(client):
    person()
    sign_in(client)

    response = client.post("/account/email/", {"email": "new@example.org", "action_add": ""})

    assert response.url.startswith("/account/reauthenticate/")
    assert letters() == []


def test_change_of_password_is_noted_and_told(client):
    user = person()
    sign_in(client)
    client.post("/account/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})

    assert signed_in(client)
    assert history(user)[-1] == "password_changed"
    assert [letter.details["event"] for letter in letters("notice")] == ["password_changed"]


def test_rename(client):
    user = person()
    sign_in(client)

    assert client.post("/account/", {"name": "Alice Baru"}).url == "/account/"

    user.refresh_from_db()
    assert user.name == "Alice Baru"
    assert history(user)[-1] == "renamed"


def test_history_of_sign_in_holds_no_personal_data(client):
    from ticketing.models import HistoryEntry

    test_sign_up_then_confirm_then_sign_in(client)

    assert "alice" not in str(list(HistoryEntry.objects.values())).lower()
    assert "127.0.0.1" not in str(list(HistoryEntry.objects.values()))


@pytest.mark.parametrize("language", ["en", "id"])
def test_every_letter_can_be_written(language):
    from django.db import transaction

    from accounts import actions, emails

    user = person()
    with transaction.atomic():
        for kind in ("confirm_email", "account_exists", "account_closed", "no_account", "reset_password", "sign_in_code"):
            actions.owe_letter(kind, to=user.email, language=language, user=user, secret="BCDF-GHJK")
        for event in emails.EVENTS:
            actions.owe_letter("notice", to=user.email, language=language, user=user, event=event)

    assert all(text(letter) for letter in letters())
    assert len(letters()) == 6 + len(emails.EVENTS)

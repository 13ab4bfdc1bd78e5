"""Turning keys over keeps every second factor."""

import pytest
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken
from django.core.management import call_command

from tests.accounts.people import code, person, sign_in, signed_in, with_app

pytestmark = pytest.mark.django_db
NEW = Fernet.generate_key().decode()


def test_factor_opens_with_the_new_key_alone(client, settings):
    with_app(person())
    settings.FIELD_KEYS = [NEW, *settings.FIELD_KEYS]

    call_command("rotate_keys")
    settings.FIELD_KEYS = [NEW]

    sign_in(client)
    client.post("/account/security/authenticate/", {"code": code()})
    assert signed_in(client)


def test_dry_run_changes_nothing(capsys, settings):
    with_app(person())
    before = Authenticator.objects.get().data
    settings.FIELD_KEYS = [NEW, *settings.FIELD_KEYS]

    call_command("rotate_keys", "--dry-run")

    assert Authenticator.objects.get().data == before
    assert "mfa.Authenticator: 1 values can be opened" in capsys.readouterr().out


def test_factor_that_no_key_opens_is_found(settings):
    with_app(person())
    settings.FIELD_KEYS = [NEW]

    with pytest.raises(InvalidToken):
        call_command("rotate_keys", "--dry-run")

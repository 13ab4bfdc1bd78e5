"""How passwords are kept: Argon2id at 19 MiB; hashes of earlier systems are accepted and replaced."""

import re

import bcrypt
import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import BCryptSHA256PasswordHasher, get_hashers

from accounts.hashers import BCrypt
from accounts.models import User
from ticketing import settings as product

PASSWORD = "correct horse battery"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _real_hashers(settings):
    settings.PASSWORD_HASHERS = product.PASSWORD_HASHERS


def seeds_form(password):
    return "bcrypt$" + bcrypt.hashpw(password.encode(), bcrypt.gensalt(12)).decode()


def djangos_form(password):
    hasher = BCryptSHA256PasswordHasher()
    return hasher.encode(password, hasher.salt())


def owner_of(encoded):
    user = User.objects.create_user("alice@example.org")
    User.objects.filter(pk=user.pk).update(password=encoded)
    return user


def test_d_01_new_password_is_argon2id_at_19_mebibytes():
    user = User.objects.create_user("alice@example.org", PASSWORD)

    assert user.password.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
    assert [hasher.algorithm for hasher in get_hashers()] == ["argon2", "bcrypt_sha256", "bcrypt"]


@pytest.mark.parametrize("form", [seeds_form, djangos_form])
def test_d_01_bcrypt_hash_is_accepted_and_replaced_at_sign_in(form):
    user = owner_of(form(PASSWORD))

    assert authenticate(None, email="alice@example.org", password=PASSWORD) == user

    user.refresh_from_db()
    assert user.password.startswith("argon2$argon2id$")
    assert authenticate(None, email="alice@example.org", password=PASSWORD) == user


@pytest.mark.parametrize("form", [seeds_form, djangos_form])
def test_wrong_password_keeps_the_bcrypt_hash(form):
    encoded = form(PASSWORD)
    user = owner_of(encoded)

    assert authenticate(None, email="alice@example.org", password="wrong") is None

    user.refresh_from_db()
    assert user.password == encoded


def test_d_01_hash_of_the_seeds_has_60_characters():
    assert re.fullmatch(r"bcrypt\$\$2b\$12\$.{53}", seeds_form(PASSWORD))
    assert len(seeds_form(PASSWORD).removeprefix("bcrypt$")) == 60


def test_password_too_long_for_bcrypt_is_wrong_and_no_fault():
    owner_of(seeds_form(PASSWORD))

    assert authenticate(None, email="alice@example.org", password="é" * 200) is None
    assert BCrypt().verify("x" * 80, seeds_form("x" * 72))

"""Many sign-ups for one address at the same moment make one account, and each is answered with one letter."""

import pytest
from django.test import Client

from accounts.models import User
from tests.accounts.people import history, letters

pytestmark = pytest.mark.django_db(transaction=True)


def test_sign_ups_at_once_make_one_account(together, settings):
    settings.RATE_LIMITS = False

    answers = together(
        lambda n: Client().post("/account/signup/", {"name": f"A{n}", "email": "alice@example.org", "password1": f"horse number {n}"}).url,
        times=6,
    )

    assert answers == ["/account/confirm-email/"] * 6
    kinds = sorted(letter.kind for letter in letters())
    assert kinds == ["accounts.account_exists"] * 5 + ["accounts.confirm_email"]
    assert sorted(history(User.objects.get())) == ["sign_up_repeated"] * 5 + ["signed_up"]


def test_without_the_step_aside_a_race_is_lost(together):
    """The control: the same inserts, told to fail on a row that is there."""
    answers = together(lambda n: User.objects.bulk_create([User(email="alice@example.org")]), times=6)

    assert sum(isinstance(answer, Exception) for answer in answers) == 5

"""What people change about how they sign in is recorded, as digests: no address, no secret, no number of Google's."""

import pytest
from allauth.socialaccount.models import SocialAccount

from tests.accounts.people import code, person, sign_in, with_app
from ticketing.models import AuditLog

pytestmark = pytest.mark.django_db


def recorded(table):
    return list(AuditLog.objects.filter(table=table).order_by("at", "id").values_list("action", "new_values"))


def test_sign_in_rows_are_recorded_without_what_is_in_them():
    user = with_app(person())
    SocialAccount.objects.create(user=user, provider="google", uid="number-of-hers", extra_data={"email": "alice@example.org"})

    everything = str(list(AuditLog.objects.values()))
    assert [len(recorded(table)) for table in ("account_emailaddress", "mfa_authenticator", "socialaccount_socialaccount")] == [1, 1, 1]
    for telling in ("alice", "number-of-hers", "gAAAA"):
        assert telling not in everything


def test_using_a_factor_is_no_change_of_it(client):
    with_app(person())
    sign_in(client)
    client.post("/account/security/authenticate/", {"code": code()})

    assert [action for action, _ in recorded("mfa_authenticator")] == ["CREATE"]

"""The cast, and what they do to sign in."""

import re
import time
from urllib.parse import urlsplit

from allauth.account.models import EmailAddress
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings
from django.contrib.auth.models import Group

from accounts.models import User
from ticketing import mail
from ticketing.models import EmailMessage

PASSWORD = "correct horse battery"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def person(email="alice@example.org", *, verified=True, password=PASSWORD, **fields):
    user = User.objects.create_user(email, password, name="Alice", **fields)
    EmailAddress.objects.create(user=user, email=email, primary=True, verified=verified)
    return user


def with_app(user):
    Authenticator.objects.create(user=user, type="totp", data={"secret": get_adapter().encrypt(SECRET)})
    return user


def code(secret=SECRET, *, steps=0):
    """Return what the authenticator app shows now, or some steps from now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def sign_in(client, email="alice@example.org", password=PASSWORD, **extra):
    return client.post("/account/login/", {"login": email, "password": password}, **extra)


def signed_in(client):
    """Say whether the next request is the person's."""
    return client.get("/account/").status_code == 200


def staff(client, email="adi@example.org", **fields):
    """Sign a member of staff in, second factor and all."""
    user = with_app(person(email, is_staff=True, **fields))
    user.groups.add(Group.objects.get_or_create(name="admin")[0])
    sign_in(client, email)
    client.post("/account/security/authenticate/", {"code": code()})
    return user


def letters(*kinds):
    found = list(EmailMessage.objects.order_by("created_at", "id"))
    return [letter for letter in found if not kinds or letter.kind.partition(".")[2] in kinds]


def text(letter):
    return mail.written(letter).body


def link(letter):
    """Return the path of the link in the letter, which must lead to this site."""
    url = re.search(r"https?://\S+/account/\S+", text(letter)).group()
    assert url.startswith(settings.SITE_URL + "/")
    return urlsplit(url).path


def history(user):
    from ticketing.models import HistoryEntry

    return list(HistoryEntry.objects.filter(subject_id=user.pk).order_by("at", "id").values_list("action", flat=True))

"""Who must have a second factor, and whether a session has shown it."""

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import validate_totp_code
from allauth.mfa.utils import decrypt, is_mfa_enabled
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from ticketing import limits
from ticketing.errors import TooMany
from ticketing.limits import Limit

from . import roles
from .models import User

FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
# A code lives for three steps of 30 s: the one before, this one, the one after.
ONCE = Limit("second-factor-code", tries=1, seconds=90, strict=True)


def privileged(user: User | AnonymousUser) -> bool:
    """Whether the person can do harm beyond his own orders: staff, and whoever works for an approved promoter."""
    return user.is_staff or user.is_superuser or bool(roles.promoters_of(user))


def required(user: User | AnonymousUser) -> bool:
    return not settings.DEMO and privileged(user)


def has_one(user: User | AnonymousUser) -> bool:
    return is_mfa_enabled(user, types=FACTORS)


def shown(request: HttpRequest, user: User | AnonymousUser) -> bool:
    """Whether this session has shown a factor, and not the password alone."""
    return any(record["method"] == "mfa" for record in get_authentication_records(request, user))


def opens(factor: Authenticator, code: str) -> bool:
    """Whether the code is right and not used before. Counted in ticketing.limits, since the cache may be away."""
    if factor.type != Authenticator.Type.TOTP:
        return factor.wrap().validate_code(code)
    if not validate_totp_code(decrypt(factor.data["secret"]), code):
        return False
    try:
        limits.check(ONCE, f"{factor.pk} {''.join(filter(str.isdigit, code))}")
    except TooMany:
        return False
    return True

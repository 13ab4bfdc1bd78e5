"""What every page of sign-in passes: its limits, then one transaction for all that it changes and the letters it owes."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import suspend_request
from allauth.account.internal.stagekit import LOGIN_SESSION_KEY
from allauth.core.exceptions import ImmediateHttpResponse, ReauthenticationRequired
from allauth.socialaccount.models import SocialApp
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import URLPattern, URLResolver, reverse
from django.utils import timezone

from ticketing import limits
from ticketing.bases import uuid7
from ticketing.errors import TooMany
from ticketing.limits import Limit

from . import actions

View = Callable[..., HttpResponseBase]
Source = Callable[[HttpRequest], str]
MINUTES, HOUR = 60, 3600


def typed(field: str) -> Source:
    """Return the address that the visitor typed into that page's own field, as its form understands it."""
    return lambda request: str(request.POST.get(field, "")).strip().lower()[:254]


def waiting(request: HttpRequest) -> str:
    """Return whose sign-in waits for a code: the person, or the address that belongs to nobody."""
    pending = request.session.get(LOGIN_SESSION_KEY) or {}
    code = pending.get("state", {}).get("stages", {}).get("login_by_code", {}).get("data", {})
    return str(code.get("email") or pending.get("user_pk") or "")


def person(request: HttpRequest) -> str:
    return str(request.user.pk or "")


PASSWORDS = Limit("passwords-of-account", tries=10, seconds=15 * MINUTES, strict=True)


def per_origin(name: str, tries: int, seconds: int) -> tuple[Limit, Source]:
    return Limit(f"{name}-of-origin", tries, seconds, strict=True), limits.origin


# By the name of the page, for all but reading it: what is counted, and as whose.
LIMITS: dict[str, list[tuple[Limit, Source]]] = {
    "account_login": [per_origin("passwords", 30, 15 * MINUTES), (PASSWORDS, typed("login"))],
    "account_signup": [per_origin("sign-ups", 10, HOUR), (Limit("sign-ups-of-address", 3, HOUR, strict=True), typed("email"))],
    "account_reset_password": [per_origin("resets", 10, HOUR), (Limit("resets-of-address", 3, HOUR, strict=True), typed("email"))],
    "account_request_login_code": [per_origin("codes", 10, HOUR), (Limit("codes-of-address", 5, HOUR, strict=True), typed("email"))],
    "account_confirm_login_code": [per_origin("code-tries", 30, HOUR), (Limit("code-tries-of-address", 10, HOUR, strict=True), waiting)],
    "account_reset_password_from_key": [per_origin("new-passwords", 20, HOUR)],
    "account_confirm_email": [per_origin("confirmations", 20, HOUR)],
    "mfa_authenticate": [per_origin("factors", 30, 15 * MINUTES), (Limit("factors-of-account", 5, 15 * MINUTES, strict=True), waiting)],
    "socialaccount_signup": [per_origin("sign-ups", 10, HOUR)],
    "mfa_login_webauthn": [per_origin("passkeys", 30, 15 * MINUTES)],
    "google_login": [per_origin("google", 30, 15 * MINUTES)],
    **{
        page: [(Limit(f"{page}-of-account", tries, seconds, strict=True), person)]
        for page, tries, seconds in (
            ("account_reauthenticate", 10, 15 * MINUTES),
            ("account_change_password", 10, 15 * MINUTES),
            ("mfa_reauthenticate", 5, 15 * MINUTES),
            ("mfa_reauthenticate_webauthn", 10, 15 * MINUTES),
            ("mfa_activate_totp", 10, 15 * MINUTES),
            ("account_email", 5, HOUR),
        )
    },
}
# These speak with Google meanwhile, and no transaction waits for a network.
UNBOUND = {"google_login", "google_callback"}


def guarded(patterns: Iterable[URLPattern | URLResolver]) -> list[URLPattern | URLResolver]:
    """Put the guard before each of the pages."""
    patterns = list(patterns)
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            guarded(pattern.url_patterns)
        else:
            pattern.callback = _guarded(pattern.callback, pattern.name or "")
    return patterns


def _guarded(view: View, name: str) -> View:
    inner = view if name in UNBOUND else transaction.atomic(view)

    @wraps(view)
    def guard(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method not in {"GET", "HEAD", "OPTIONS"}:
            _count(request, name)
        try:
            response = inner(request, *args, **kwargs)
        except ImmediateHttpResponse as answer:
            response = answer.response
        except ReauthenticationRequired:
            response = _ask_again(request)
        except SocialApp.DoesNotExist as absent:
            raise Http404 from absent
        _even_out(request)
        return response

    return guard


def _count(request: HttpRequest, name: str) -> None:
    for limit, source in LIMITS.get(name, []):
        try:
            limits.check(limit, source(request))
        except TooMany:
            if limit is PASSWORDS:
                _note_lock_out(source(request))
            raise


def _note_lock_out(email: str) -> None:
    once = Limit("lock-outs-noted", tries=1, seconds=PASSWORDS.seconds)
    try:
        limits.check(once, email)
    except TooMany:
        return
    actions.note_lock_out(email=email, at=timezone.now())


def _ask_again(request: HttpRequest) -> HttpResponseBase:
    ways = get_adapter().get_reauthentication_methods(request.user)
    return suspend_request(request, ways[0]["url"] if ways else reverse("account_login"))


def _even_out(request: HttpRequest) -> None:
    """Give the pretended sign-in of an unknown address a person to look for in vain, as a real one looks for its own."""
    pending = request.session.get(LOGIN_SESSION_KEY)
    if pending and not pending["user_pk"]:
        request.session[LOGIN_SESSION_KEY] = {**pending, "user_pk": uuid7().hex}

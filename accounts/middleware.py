"""What a signed-in visitor passes: the end of an idle session, and the second factor of those who must have one."""

import time
from collections.abc import Callable
from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from . import second_factor

GetResponse = Callable[[HttpRequest], HttpResponse]
SEEN = "seen_at"
# A session is written at most once in so many seconds.
NOTED_EVERY = 60

ALWAYS = {"account_logout", "language", "healthz", "readyz", "metrics"}
TO_SET_UP = ALWAYS | {"mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "account_reauthenticate", "account_confirm_email"}
TO_SHOW = ALWAYS | {"mfa_reauthenticate", "mfa_reauthenticate_webauthn"}


def begin(request: HttpRequest, **_: Any) -> None:
    """Let the idle time begin with the sign-in itself."""
    request.session[SEEN] = int(time.time())


class SignedIn:
    """Ends the session of who was away too long; sends those who must have a second factor to set it up, or to show it.

    It asks before a page, and not before an error: those pages need no database.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        name = request.resolver_match.view_name if request.resolver_match else ""
        # Visitors without a session are not asked for one.
        if name in ALWAYS or settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
            return None
        end_if_idle(request)
        return ask_for_factor(request, name)


def end_if_idle(request: HttpRequest) -> None:
    now = int(time.time())
    idle = now - request.session.get(SEEN, now)
    allowed = settings.PRIVILEGED_IDLE_SECONDS if second_factor.privileged(request.user) else settings.SESSION_COOKIE_AGE
    if idle > allowed:
        logout(request)
    elif idle >= NOTED_EVERY or SEEN not in request.session:
        request.session[SEEN] = now


def ask_for_factor(request: HttpRequest, name: str = "") -> HttpResponse | None:
    """Return the way to where the factor is set up or shown, or None if the page of this name may be seen as it is."""
    if not second_factor.required(request.user):
        return None
    if not second_factor.has_one(request.user):
        return None if name in TO_SET_UP else _send(request, reverse("mfa_activate_totp"))
    if not second_factor.shown(request, request.user):
        return None if name in TO_SHOW else _send(request, _where_to_show(request))
    return None


def _where_to_show(request: HttpRequest) -> str:
    ways = get_adapter().get_reauthentication_methods(request.user)
    return next(way["url"] for way in ways if way["id"].startswith("mfa_reauthenticate"))


def _send(request: HttpRequest, where: str) -> HttpResponse:
    back = {REDIRECT_FIELD_NAME: request.get_full_path()} if request.method == "GET" else {}
    return redirect(f"{where}?{urlencode(back)}" if back else where)

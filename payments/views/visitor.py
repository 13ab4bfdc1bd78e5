"""Who is buying, as far as the request tells: the sign-in, and a cookie of our own in place of any fingerprint."""

from secrets import token_urlsafe
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac
from django.utils.translation import get_language

from events.forms import Buy
from orders.buyers import Buyer
from orders.models import Order
from ticketing import limits

COOKIE = "__Host-buyer" if settings.PRODUCTION else "buyer"
COOKIE_SECONDS = 180 * 24 * 60 * 60
METHODS = {"code": Order.SignIn.MAGIC_LINK, "socialaccount": Order.SignIn.GOOGLE}


def buyer(request: HttpRequest, form: Buy, token: str, consent: dict[str, Any]) -> Buyer:
    typed = form.cleaned_data
    user = request.user if request.user.is_authenticated else None
    return Buyer(
        email=typed["email"],
        name=typed["name"],
        phone=typed["phone"],
        user=user,
        auth_method=_method(request, user) if user else Order.SignIn.GUEST,
        key=digest(token),
        source=_digest("source", limits.origin(request)) if settings.RATE_LIMITS else "",
        language=get_language() or settings.LANGUAGE_CODE,
        consent=consent,
    )


def token_of(request: HttpRequest) -> str:
    return request.COOKIES.get(COOKIE, "")[:64]


def new_token() -> str:
    return token_urlsafe(24)


def remember(response: HttpResponse, token: str) -> None:
    response.set_cookie(COOKIE, token, max_age=COOKIE_SECONDS, httponly=True, samesite="Lax", secure=settings.PRODUCTION)


def digest(token: str) -> str:
    return _digest("buyer", token) if token else ""


def _digest(name: str, text: str) -> str:
    return salted_hmac(f"orders.{name}", text, algorithm="sha256").hexdigest()


def _method(request: HttpRequest, user: Any) -> str:
    for record in get_authentication_records(request, user):
        if record["method"] in METHODS:
            return METHODS[record["method"]]
    return Order.SignIn.PASSWORD

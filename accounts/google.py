"""Google, or whatever OpenID provider GOOGLE_ISSUER names: with PKCE, state and nonce, by the signed identity alone."""

import secrets
from typing import Any

from allauth.account.models import EmailAddress
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from requests import RequestException

from ticketing.errors import DomainError

PROVIDER = "google"


class _Exchange(OpenIDConnectOAuth2Adapter):
    nonce = ""

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        return settings.SITE_URL + reverse("google_callback")

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> Any:
        if not kwargs["response"].get("id_token"):
            raise OAuth2Error("no id_token")
        return super().complete_login(request, app, token, **kwargs)

    def _decode_id_token(self, app: Any, id_token: str) -> dict[str, Any]:
        identity = super()._decode_id_token(app, id_token)
        if not self.nonce or not constant_time_compare(str(identity.get("nonce", "")), self.nonce):
            raise OAuth2Error("wrong nonce")
        if not identity.get("sub"):
            raise OAuth2Error("nobody")
        return identity


class _Callback(OAuth2CallbackView):
    def _get_state(self, request: HttpRequest, provider: Any) -> tuple[Any, Any]:
        state, response = super()._get_state(request, provider)
        self.adapter.nonce = (state or {}).get("nonce", "")
        return state, response


class Google(OpenIDConnectProvider):
    package = OpenIDConnectProvider.get_package()
    oauth2_adapter_class = _Exchange
    pkce_enabled_default = True

    def get_login_url(self, request: HttpRequest, **parameters: str) -> str:
        return reverse("google_login") + (f"?{urlencode(parameters)}" if parameters else "")

    def get_callback_url(self) -> str:
        return reverse("google_callback")

    def redirect(self, request: HttpRequest, process: str, next_url: Any = None, data: Any = None, **__: Any) -> HttpResponse:
        # What the visitor's address bar says about scope and parameters is not heard.
        nonce = secrets.token_urlsafe(24)
        return super().redirect(request, process, next_url, data, auth_params={**self.get_auth_params(), "nonce": nonce}, nonce=nonce)

    def extract_email_addresses(self, data: dict[str, Any]) -> list[EmailAddress]:
        identity = data["id_token"]
        verified = identity.get("email_verified") is True
        return [EmailAddress(email=identity["email"], verified=verified, primary=True)] if identity.get("email") else []

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        return {}  # we need no picture of anybody, and no second copy of the address


class Away(DomainError):
    status = 503

    def __init__(self) -> None:
        super().__init__(_("Google does not answer right now. Please sign in another way, or try again."))


def login(request: HttpRequest) -> HttpResponse:
    try:
        return OAuth2LoginView.adapter_view(_Exchange(request, PROVIDER))(request)
    except RequestException as error:
        raise Away from error


def callback(request: HttpRequest) -> HttpResponse:
    return _Callback.adapter_view(_Exchange(request, PROVIDER))(request)

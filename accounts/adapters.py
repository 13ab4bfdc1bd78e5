"""How django-allauth is bent to the house: letters through the outbox, links from settings, secrets sealed."""

from copy import copy
from typing import Any, ClassVar
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, _build_apps_from_settings
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from django.conf import settings
from django.db.models.expressions import DatabaseDefault
from django.http import HttpRequest
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from ticketing import limits, mail
from ticketing.errors import TooMany
from ticketing.fields import keys
from ticketing.limits import Limit

from . import actions, second_factor
from .models import User

CONFIRMATIONS = Limit("confirmation-letters", tries=3, strict=True)
KINDS = {
    "email_confirmation": "confirm_email",
    "email_confirmation_signup": "confirm_email",
    "login_code": "sign_in_code",
    "unknown_account": "no_account",
    "account_already_exists": "account_exists",
}


class Accounts(DefaultAccountAdapter):
    error_messages: ClassVar[dict[str, Any]] = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("The address or the password is not right."),
        "enter_current_password": _("This is not the current password."),
        "incorrect_code": _("This code is not right, or its time is over."),
        "incorrect_password": _("This is not the password."),
        "same_as_current": _("This is the address that you have."),
        "email_taken": _("This address belongs to another account."),
        "duplicate_email": _("This is the address that you have."),
        "too_many_login_attempts": _("That code was tried too often. Ask for a new one."),
    }

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Owe the letter. Links are made when it is written, so only a code travels with it."""
        kind = KINDS[template_prefix.rpartition("/")[2]]
        actions.owe_letter(kind, to=email, language=mail.language_here(), user=context.get("user"), secret=context.get("code", ""))

    def send_notification_mail(self, template_prefix: str, user: Any, context: Any = None, email: str | None = None) -> None:
        event = template_prefix.rpartition("/")[2]
        actions.owe_letter("notice", to=email or user.email, language=mail.language_here(), user=user, event=event)

    def should_send_confirmation_mail(self, request: HttpRequest, email_address: EmailAddress, signup: bool) -> bool:
        try:
            limits.check(CONFIRMATIONS, email_address.email)
        except TooMany:
            return False
        return True

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Refuse an address that somebody else has signed up with meanwhile."""
        if User.objects.filter(email=email_address.email).exclude(pk=email_address.user_id).exists():
            return False
        return super().confirm_email(request, email_address)

    def is_safe_url(self, url: str) -> bool:
        """Accept a path on this site, and nothing else: the names of this machine are hosts of ours, too."""
        return url_has_allowed_host_and_scheme(url, allowed_hosts=None)

    def get_client_ip(self, request: HttpRequest) -> str:
        return limits.client_address(request) or "0.0.0.0"  # noqa: S104  # unknown; nothing listens there


class SecondFactors(DefaultMFAAdapter):
    error_messages: ClassVar[dict[str, Any]] = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": _("Your role needs a second factor. Set up another one first."),
        "cannot_generate_recovery_codes": _("Set up an authenticator app or a passkey first."),
        "incorrect_code": _("This code is not right, or it was used before."),
    }

    def encrypt(self, text: str) -> str:
        return keys().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return keys().decrypt(encrypted_text.encode()).decode()

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        """Keep the last factor of those who must have one."""
        others = type(authenticator).objects.filter(user_id=authenticator.user_id, type__in=second_factor.FACTORS)
        return not second_factor.required(authenticator.user) or others.exclude(pk=authenticator.pk).exists()

    def generate_authenticator_name(self, user: User, type: Any) -> str:  # noqa: A002  # its name in the library
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return _("Passkey %(number)s") % {"number": number}

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {"id": urlsplit(settings.SITE_URL).hostname or "", "name": settings.SITE_NAME}


class Joined(DefaultSocialAccountAdapter):
    """Google accounts."""

    error_messages: ClassVar[dict[str, Any]] = DefaultSocialAccountAdapter.error_messages | {
        "no_password": _("Set a password first, or you could not sign in any more."),
        "disconnect_last": _("Set a password first, or you could not sign in any more."),
        "no_verified_email": _("Confirm your address first, or you could not sign in any more."),
    }

    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[Any]:
        """From the settings alone, without asking the database at each page."""
        return [app for apps in _build_apps_from_settings(provider=provider, client_id=client_id).values() for app in apps]

    def authenticate_by_email(self, sociallogin: Any) -> tuple[User, str] | None:
        """Join an account only when both sides have verified the address, and the account is open."""
        for address in sociallogin.email_addresses:
            known = EmailAddress.objects.filter(email=address.email, verified=True, user__is_active=True).select_related("user").first()
            if address.verified and known:
                return known.user, known.email
        return None

    def serialize_instance(self, instance: Any) -> dict[str, Any]:
        """Keep who is about to sign up, without the times that only the database knows: it has not been asked yet."""
        known = copy(instance)
        for name, value in vars(instance).items():
            if isinstance(value, DatabaseDefault):
                delattr(known, name)
        kept: dict[str, Any] = super().serialize_instance(known)
        return kept

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> User:
        user = super().populate_user(request, sociallogin, data)
        user.name = str(data.get("name") or "")[:120]
        return user


class Sessions(DefaultUserSessionsAdapter):
    def end_sessions(self, sessions: Any) -> None:
        super().end_sessions(sessions)
        for user in {session.user for session in sessions}:
            actions.note(user, "signed_out_elsewhere", at=timezone.now(), sessions=len(sessions))

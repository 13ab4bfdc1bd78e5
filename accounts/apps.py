"""Who people are."""

from typing import Any

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AdminConfig(admin_apps.AdminConfig):
    """Django's admin with our site in it: INSTALLED_APPS names this in place of django.contrib.admin."""

    default = False  # not this app's own
    default_site = "accounts.admin_site.Site"


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People")

    def ready(self) -> None:
        """Give the groups their permissions, and write what allauth says has happened into the person's history."""
        from allauth.account import signals as account
        from allauth.mfa import signals as mfa
        from allauth.socialaccount import signals as social
        from django.contrib.auth.signals import user_logged_in

        from .middleware import begin

        post_migrate.connect(give_permissions, sender=self)
        user_logged_in.connect(begin)
        for signal, action in (
            (account.password_changed, "password_changed"),
            (account.password_set, "password_set"),
        ):
            signal.connect(_noted(action), weak=False)
        account.user_logged_in.connect(_signed_in)
        account.user_signed_up.connect(_signed_up)
        account.password_reset.connect(_reset)
        account.email_confirmed.connect(_confirmed)
        account.email_changed.connect(_changed)
        for signal, action in (
            (mfa.authenticator_added, "factor_added"),
            (mfa.authenticator_removed, "factor_removed"),
            (mfa.authenticator_reset, "factor_renewed"),
        ):
            signal.connect(_factor(action), weak=False)
        mfa.authenticator_added.connect(_count_as_shown)
        social.social_account_added.connect(_joined)
        social.social_account_removed.connect(_parted)


def give_permissions(plan: Any = None, **_: Any) -> None:
    # Only after tables were made or changed: tests flush often, and each flush sends this signal too.
    if plan:
        from . import roles

        roles.give_permissions()


def _note(user: Any, action: str, **details: Any) -> None:
    from django.utils import timezone

    from . import actions

    actions.note(user, action, at=timezone.now(), **details)


def _noted(action: str) -> Any:
    def receive(user: Any, **_: Any) -> None:
        _note(user, action)

    return receive


def _factor(action: str) -> Any:
    def receive(user: Any, authenticator: Any, **_: Any) -> None:
        _note(user, action, type=str(authenticator.type))

    return receive


def _signed_in(request: Any, user: Any, **_: Any) -> None:
    from allauth.account.internal.flows.login import get_authentication_records

    methods = [
        str(record.get("provider") or record.get("type") or record["method"]) for record in get_authentication_records(request, user)
    ]
    _note(user, "signed_in", methods=methods)


def _signed_up(user: Any, sociallogin: Any = None, **_: Any) -> None:
    _note(user, "signed_up", methods=[sociallogin.account.provider if sociallogin else "password"])


def _reset(user: Any, **_: Any) -> None:
    from django.utils import timezone

    from . import actions

    actions.note_reset(user, at=timezone.now())


def _confirmed(email_address: Any, **_: Any) -> None:
    _note(email_address.user, "email_confirmed")


def _changed(user: Any, from_email_address: Any, **_: Any) -> None:
    if from_email_address:  # at sign-up there is none
        _note(user, "email_changed")


def _count_as_shown(request: Any, user: Any, authenticator: Any, **_: Any) -> None:
    """Let the session go on in which a factor was set up: it was shown just now."""
    from allauth.account.internal.flows.login import record_authentication

    if authenticator.type != authenticator.Type.RECOVERY_CODES:
        record_authentication(request, user, method="mfa", type=str(authenticator.type), id=authenticator.pk)


def _joined(sociallogin: Any, **_: Any) -> None:
    _note(sociallogin.user, "google_joined")


def _parted(socialaccount: Any, **_: Any) -> None:
    _note(socialaccount.user, "google_parted")

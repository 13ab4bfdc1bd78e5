"""Letters about accounts: a role of staff, and whether they are open."""

from django.urls import reverse
from django.utils.translation import gettext as _

from ticketing.mail import EmailMessage, Letter

from .letter import letter


def role_granted(owed: EmailMessage) -> Letter:
    role = owed.details["role"]
    if role == "user":
        return letter(_("You no longer work for this site"), _("Your account and your own tickets stay as they are."))
    return letter(
        _("You work for this site now"),
        _("Your role is: %(role)s. Keep a second factor on your account.") % {"role": role},
        to=reverse("admin:index"),
        label=_("Open the administration"),
    )


def account_disabled(owed: EmailMessage) -> Letter:
    return _shut(_("Your account was closed"))


def account_deleted(owed: EmailMessage) -> Letter:
    return _shut(_("Your account was deleted"))


def account_enabled(owed: EmailMessage) -> Letter:
    return _opened(_("Your account is open again"))


def account_restored(owed: EmailMessage) -> Letter:
    return _opened(_("Your account is back"))


def _shut(heading: str) -> Letter:
    return letter(
        heading,
        _("Nobody can sign in to it now. Tickets that you have bought stay valid; their links still work."),
        _("If you think that this is a mistake, write to us."),
    )


def _opened(heading: str) -> Letter:
    return letter(heading, _("You can sign in as before."), to=reverse("account_login"), label=_("Sign in"))

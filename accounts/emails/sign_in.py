"""The letters of sign-in. Links are made here, while the letter is written, and are never stored."""

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import User
from ticketing.mail import EmailMessage, Letter

from .letter import letter

EVENTS = {
    "password_changed": gettext_noop("Your password was changed."),
    "password_reset": gettext_noop("Your password was changed through a link in a letter to you."),
    "password_set": gettext_noop("A password was set for your account."),
    "email_changed": gettext_noop("Your account now uses another e-mail address."),
    "totp_activated": gettext_noop("An authenticator app was added to your account."),
    "totp_deactivated": gettext_noop("The authenticator app was removed from your account."),
    "webauthn_added": gettext_noop("A passkey or security key was added to your account."),
    "webauthn_removed": gettext_noop("A passkey or security key was removed from your account."),
    "recovery_codes_generated": gettext_noop("New recovery codes were made for your account; the old ones are void."),
    "account_connected": gettext_noop("Your account can now be opened with Google."),
    "account_disconnected": gettext_noop("Your account can no longer be opened with Google."),
}


def _to(name: str, *arguments: str) -> str:
    return reverse(name, args=arguments)


def confirm_email(owed: EmailMessage) -> Letter:
    # A row that is gone, or was changed meanwhile, leaves a link that says so.
    address = EmailAddress.objects.filter(user_id=owed.subject_id, email=owed.to).first() or EmailAddress(pk=0)
    return letter(
        _("Confirm your e-mail address"),
        _("Somebody, most likely you, gave this address to us. Confirm that it is yours; the link works for three days."),
        _("If it was not you, do nothing."),
        label=_("Confirm the address"),
        to=_to("account_confirm_email", EmailConfirmationHMAC(address).key),
    )


def account_exists(owed: EmailMessage) -> Letter:
    return letter(
        _("You have an account already"),
        _("Somebody, most likely you, tried to sign up with this address. It has an account already, so nothing was changed."),
        _("If you do not remember the password, choose a new one."),
        label=_("Choose a new password"),
        to=_to("account_reset_password"),
    )


def account_closed(owed: EmailMessage) -> Letter:
    return letter(
        _("This account is closed"),
        _("Somebody, most likely you, tried to sign up with this address. Its account was closed, so nothing was changed."),
        _("Answer this letter if you want it opened again."),
    )


def no_account(owed: EmailMessage) -> Letter:
    return letter(
        _("There is no account for this address"),
        _("Somebody, most likely you, tried to sign in with this address, but no account is open for it."),
        _("Perhaps you used another address. You can also sign up now. If it was not you, do nothing."),
        label=_("Make an account"),
        to=_to("account_signup"),
    )


def reset_password(owed: EmailMessage) -> Letter:
    user = User.objects.filter(pk=owed.subject_id, is_active=True).first()
    if user is None:
        return no_account(owed)
    return letter(
        _("Choose a new password"),
        _("Somebody, most likely you, asked for a new password. The link works once, for two hours."),
        _("If it was not you, do nothing: your password stays as it is."),
        label=_("Choose a new password"),
        to=_to("account_reset_password_from_key", user.pk.hex, default_token_generator.make_token(user)),
    )


def sign_in_code(owed: EmailMessage) -> Letter:
    return letter(
        _("Your sign-in code"),
        _("Type this code on the page that asked for it. It works for ten minutes."),
        _("If you did not ask for it, do nothing, and give it to nobody."),
        code=owed.secret,
    )


def notice(owed: EmailMessage) -> Letter:
    what = EVENTS[owed.details["event"]]
    return letter(
        _("Your account was changed"),
        _(what),
        _("If this was not you, choose a new password now and answer this letter."),
        label=_("See your account"),
        to=_to("account"),
    )

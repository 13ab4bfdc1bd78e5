"""The letters of sign-in. Links are made here, while the letter is written, and are never stored."""

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import User
from ticketing.mail import EmailMessage, Letter

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


def _url(name: str, *arguments: str) -> str:
    # Never from the request: whoever asks for a letter must not choose where its link leads.
    return settings.SITE_URL + reverse(name, args=arguments)


def _letter(subject: str, *lines: str, label: str = "", url: str = "", code: str = "") -> Letter:
    return Letter(
        subject=subject,
        template="emails/accounts/letter",
        context={"heading": subject, "lines": lines, "label": label, "url": url, "code": code},
    )


def confirm_email(letter: EmailMessage) -> Letter:
    # A row that is gone, or was changed meanwhile, leaves a link that says so.
    address = EmailAddress.objects.filter(user_id=letter.subject_id, email=letter.to).first() or EmailAddress(pk=0)
    return _letter(
        _("Confirm your e-mail address"),
        _("Somebody, most likely you, gave this address to us. Confirm that it is yours; the link works for three days."),
        _("If it was not you, do nothing."),
        label=_("Confirm the address"),
        url=_url("account_confirm_email", EmailConfirmationHMAC(address).key),
    )


def account_exists(letter: EmailMessage) -> Letter:
    return _letter(
        _("You have an account already"),
        _("Somebody, most likely you, tried to sign up with this address. It has an account already, so nothing was changed."),
        _("If you do not remember the password, choose a new one."),
        label=_("Choose a new password"),
        url=_url("account_reset_password"),
    )


def account_closed(letter: EmailMessage) -> Letter:
    return _letter(
        _("This account is closed"),
        _("Somebody, most likely you, tried to sign up with this address. Its account was closed, so nothing was changed."),
        _("Answer this letter if you want it opened again."),
    )


def no_account(letter: EmailMessage) -> Letter:
    return _letter(
        _("There is no account for this address"),
        _("Somebody, most likely you, tried to sign in with this address, but no account is open for it."),
        _("Perhaps you used another address. You can also sign up now. If it was not you, do nothing."),
        label=_("Make an account"),
        url=_url("account_signup"),
    )


def reset_password(letter: EmailMessage) -> Letter:
    user = User.objects.filter(pk=letter.subject_id, is_active=True).first()
    if user is None:
        return no_account(letter)
    return _letter(
        _("Choose a new password"),
        _("Somebody, most likely you, asked for a new password. The link works once, for two hours."),
        _("If it was not you, do nothing: your password stays as it is."),
        label=_("Choose a new password"),
        url=_url("account_reset_password_from_key", user.pk.hex, default_token_generator.make_token(user)),
    )


def sign_in_code(letter: EmailMessage) -> Letter:
    return _letter(
        _("Your sign-in code"),
        _("Type this code on the page that asked for it. It works for ten minutes."),
        _("If you did not ask for it, do nothing, and give it to nobody."),
        code=letter.secret,
    )


def notice(letter: EmailMessage) -> Letter:
    what = EVENTS[letter.details["event"]]
    return _letter(
        _("Your account was changed"),
        _(what),
        _("If this was not you, choose a new password now and answer this letter."),
        label=_("See your account"),
        url=_url("account"),
    )

"""What people type to sign in and up, and to look after their accounts, in the words of the house.

No form of sign-in tells whether an address is known, nor asks the database twice.
"""

from typing import Any, ClassVar

from allauth.account.adapter import get_adapter
from allauth.account.forms import (
    AddEmailForm,
    ChangePasswordForm,
    ConfirmLoginCodeForm,
    LoginForm,
    ReauthenticateForm,
    RequestLoginCodeForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
    SetPasswordForm,
    SignupForm,
)
from allauth.mfa.adapter import get_adapter as get_factors
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as ReauthenticateByCodeForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from allauth.socialaccount.forms import SignupForm as JoinForm
from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import actions, second_factor
from accounts.models import User
from ticketing import mail

NEW = _("New password")
LABELS: dict[str, Any] = {
    "login": _("E-mail"),
    "email": _("E-mail"),
    "password": _("Password"),
    "oldpassword": _("Current password"),
    "code": _("Code"),
}
HINTS: dict[str, Any] = {"password": "", "passwordless": "", "oldpassword": "", "password1": _("At least 8 characters.")}


class Plain(forms.Form):
    """Labels above the fields, nothing inside them; a new password is typed once, since a letter can open the account again."""

    labels: ClassVar[dict[str, Any]] = {}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields.pop("password2", None)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = {**LABELS, **self.labels}.get(name, field.label)
            field.help_text = HINTS.get(name, field.help_text)


class SignIn(Plain, LoginForm):
    pass


class SignUp(Plain, SignupForm):
    labels: ClassVar[dict[str, Any]] = {"password1": _("Password")}
    name = forms.CharField(label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    field_order = ["name", "email", "password1"]

    def validate_unique_email(self, value: str) -> str:
        return value  # the action answers known and unknown addresses alike

    def try_save(self, request: HttpRequest) -> tuple[None, HttpResponseBase]:
        actions.sign_up(
            email=self.cleaned_data["email"],
            password=self.cleaned_data["password1"],
            name=self.cleaned_data["name"],
            language=mail.language_here(),
            at=timezone.now(),
        )
        return None, get_adapter().respond_email_verification_sent(request, None)


class AskReset(Plain, ResetPasswordForm):
    def clean_email(self) -> str:
        return str(self.cleaned_data["email"])

    def save(self, request: HttpRequest, **_: Any) -> str:
        email = self.cleaned_data["email"]
        actions.ask_reset(email=email, language=mail.language_here())
        return email


class AskCode(Plain, RequestLoginCodeForm):
    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"])
        self._user = User.objects.filter(email=email, is_active=True).first()
        return email


class _OncePerCode:
    """Accepts each code of an authenticator app once, whether or not the cache remembers."""

    user: User
    cleaned_data: dict[str, Any]
    authenticator: Authenticator

    def clean_code(self) -> str:
        code = self.cleaned_data["code"]
        for factor in Authenticator.objects.filter(user=self.user).exclude(type=Authenticator.Type.WEBAUTHN):
            if second_factor.opens(factor, code):
                factor.user = self.user
                self.authenticator = factor
                return code
        raise get_factors().validation_error("incorrect_code")


class EnterFactor(_OncePerCode, Plain, AuthenticateForm):
    pass


class EnterFactorAgain(_OncePerCode, Plain, ReauthenticateByCodeForm):
    pass


class EnterCode(Plain, ConfirmLoginCodeForm):
    pass


class EnterPasswordAgain(Plain, ReauthenticateForm):
    pass


class ChangeAddress(Plain, AddEmailForm):
    labels: ClassVar[dict[str, Any]] = {"email": _("New e-mail")}


class ChangePassword(Plain, ChangePasswordForm):
    labels: ClassVar[dict[str, Any]] = {"password1": NEW}


class SetPassword(Plain, SetPasswordForm):
    labels: ClassVar[dict[str, Any]] = {"password1": NEW}


class ResetPassword(Plain, ResetPasswordKeyForm):
    labels: ClassVar[dict[str, Any]] = {"password1": NEW}


class SetUpApp(Plain, ActivateTOTPForm):
    pass


class AddPasskey(Plain, AddWebAuthnForm):
    labels: ClassVar[dict[str, Any]] = {"name": _("Name of the device"), "passwordless": _("Let it open the account without the password")}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial.setdefault("passwordless", True)


class RenamePasskey(Plain, EditWebAuthnForm):
    labels: ClassVar[dict[str, Any]] = {"name": _("Name of the device")}


class Join(Plain, JoinForm):
    pass


class Rename(forms.Form):
    name = forms.CharField(label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))

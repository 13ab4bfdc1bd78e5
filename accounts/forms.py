"""What people type: to sign in and up, and about promoters and their teams.

No form of sign-in tells whether an address is known, nor asks the database twice.
"""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import RequestLoginCodeForm, ResetPasswordForm, SignupForm
from allauth.mfa.adapter import get_adapter as get_factors
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from . import actions, second_factor
from .models import MEMBERS, TeamRole, User


class SignUp(SignupForm):
    name = forms.CharField(label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    field_order = ["name", "email", "password1"]

    def validate_unique_email(self, value: str) -> str:
        return value  # the action answers known and unknown addresses alike

    def try_save(self, request: HttpRequest) -> tuple[None, HttpResponseBase]:
        actions.sign_up(
            email=self.cleaned_data["email"],
            password=self.cleaned_data["password1"],
            name=self.cleaned_data["name"],
            language=get_language() or "en",
            at=timezone.now(),
        )
        return None, get_adapter().respond_email_verification_sent(request, None)


class AskReset(ResetPasswordForm):
    def clean_email(self) -> str:
        return str(self.cleaned_data["email"])

    def save(self, request: HttpRequest, **_: Any) -> str:
        email = self.cleaned_data["email"]
        actions.ask_reset(email=email, language=get_language() or "en")
        return email


class AskCode(RequestLoginCodeForm):
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


class EnterFactor(_OncePerCode, AuthenticateForm):
    pass


class EnterFactorAgain(_OncePerCode, ReauthenticateForm):
    pass


class Rename(forms.Form):
    name = forms.CharField(label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))


class Apply(forms.Form):
    name = forms.CharField(
        label=_("Name of the promoter"), max_length=120, help_text=_("As buyers read it: a company, a venue, a collective.")
    )
    about = forms.CharField(
        label=_("What do you put on, and where?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("A few sentences and a link are enough. Our staff read this to decide."),
    )
    contact_email = forms.EmailField(label=_("E-mail for buyers"))
    contact_phone = forms.CharField(label=_("Phone"), max_length=40, required=False, help_text=_("For our staff only."))


class Invite(forms.Form):
    email = forms.EmailField(label=_("E-mail"))
    role = forms.ChoiceField(label=_("Role"), widget=forms.RadioSelect, initial=TeamRole.GATE)

    def __init__(self, *args: Any, roles: Any = MEMBERS, **options: Any) -> None:
        super().__init__(*args, **options)
        choices = [(role.value, TeamRole(role).meaning) for role in roles]
        self.fields["role"].choices = choices  # type: ignore[attr-defined]


class ChangeRole(forms.Form):
    role = forms.ChoiceField(choices=[(role.value, role.label) for role in MEMBERS])

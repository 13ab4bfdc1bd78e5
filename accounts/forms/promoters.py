"""What people type about promoters and their teams."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import MEMBERS, TeamRole


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


class Details(forms.Form):
    about = forms.CharField(label=_("About you"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 5}))
    contact_email = forms.EmailField(label=_("E-mail for buyers"))
    contact_phone = forms.CharField(label=_("Phone"), max_length=40, required=False, help_text=_("For our staff only."))
    payment_text = forms.CharField(
        label=_("How to pay without USDT"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    terms = forms.CharField(
        label=_("Your terms"),
        max_length=20000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("Buyers accept them with each order."),
    )


class Invite(forms.Form):
    email = forms.EmailField(label=_("E-mail"))
    role = forms.ChoiceField(label=_("Role"), widget=forms.RadioSelect, initial=TeamRole.GATE)

    def __init__(self, *args: Any, roles: Any = MEMBERS, **options: Any) -> None:
        super().__init__(*args, **options)
        choices = [(role.value, TeamRole(role).meaning) for role in roles]
        self.fields["role"].choices = choices  # type: ignore[attr-defined]  # a form's field may be of any kind


class ChangeRole(forms.Form):
    role = forms.ChoiceField(choices=[(role.value, role.label) for role in MEMBERS])

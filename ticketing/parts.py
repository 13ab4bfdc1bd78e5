"""What the components page of the demo shows that a template cannot make up: a form, and the states."""

from django import forms
from django.utils.translation import gettext_lazy as _

STATES = (
    ("ok", _("Paid")),
    ("seen", _("Confirming 3 of 12")),
    ("wait", _("Short by 1.00")),
    ("bad", _("Refused")),
    ("", _("Draft")),
)


class SampleForm(forms.Form):
    email = forms.EmailField(label=_("Your e-mail"), help_text=_("The tickets are sent there."))
    name = forms.CharField(label=_("Your name"), max_length=120, required=False)
    seats = forms.IntegerField(label=_("Seats"), min_value=1, max_value=10, initial=2)
    where = forms.ChoiceField(label=_("Where"), choices=[("standing", _("Standing")), ("balcony", _("Balcony"))], widget=forms.RadioSelect)
    note = forms.CharField(label=_("Note"), widget=forms.Textarea(attrs={"rows": 3}), required=False)
    terms = forms.BooleanField(label=_("I have read the terms"))

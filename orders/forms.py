"""What holders of tickets type."""

from django import forms
from django.utils.translation import gettext_lazy as _


class Find(forms.Form):
    email = forms.EmailField(label=_("Your e-mail"), max_length=254, help_text=_("The one you gave when you bought the tickets."))

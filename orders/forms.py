"""What holders of tickets type."""

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.models.concern import LONGEST


class Move(forms.Form):
    email = forms.EmailField(label=_("New e-mail"), max_length=254)


class Tell(forms.Form):
    words = forms.CharField(label=_("What is wrong?"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 6}))


class Answer(forms.Form):
    answer = forms.CharField(label=_("Your answer"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 6}))


class Find(forms.Form):
    email = forms.EmailField(label=_("Your e-mail"), max_length=254, help_text=_("The one you gave when you bought the tickets."))

"""What holders of tickets type, and those who let them in."""

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.models.concern import LONGEST
from ticketing.forms import EmailField


class Move(forms.Form):
    email = EmailField(label=_("New e-mail"), max_length=254)


class Tell(forms.Form):
    words = forms.CharField(label=_("What is wrong?"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 6}))


class Answer(forms.Form):
    answer = forms.CharField(label=_("Your answer"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 6}))


class Find(forms.Form):
    email = EmailField(label=_("Your e-mail"), max_length=254, help_text=_("The one you gave when you bought the tickets."))


class Name(forms.Form):
    name = forms.CharField(label=_("Name on the ticket"), max_length=120, help_text=_("Of the person who comes. The door may ask for it."))


class PassOn(forms.Form):
    name = forms.CharField(label=_("Name of the new holder"), max_length=120)
    email = EmailField(
        label=_("E-mail of the new holder"),
        max_length=254,
        help_text=_("The ticket goes there. Check each letter: it cannot be called back."),
    )


class Attempt(forms.Form):
    """What each attempt at a gate has: where it was, and a mark of its own."""

    gate = forms.CharField(max_length=40, required=False)
    nonce = forms.RegexField(r"^[A-Za-z0-9_-]{8,64}$")


class Scanned(Attempt):
    code = forms.CharField(max_length=2000, required=False)
    camera = forms.BooleanField(required=False)
    frame = forms.FileField(required=False)
    seen = forms.CharField(max_length=16, required=False)


class ByHand(Attempt):
    reason = forms.CharField(label=_("Reason"), max_length=200)

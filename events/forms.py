"""What visitors type to find events."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from secrets import token_urlsafe
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from ticketing.forms import EmailField

PRICES = [("", _("Any price")), ("0", _("Free")), ("10", _("Up to 10 USDT")), ("25", _("Up to 25 USDT")), ("50", _("Up to 50 USDT"))]


@dataclass(frozen=True)
class Wanted:
    """What is looked for; `after` is where the page before ended: a moment, and how many that begin then were shown."""

    words: str = ""
    city: str = ""
    first_day: date | None = None
    last_day: date | None = None
    most: Decimal | None = None
    after: tuple[datetime, int] | None = None

    @property
    def is_filtered(self) -> bool:
        return bool(self.city or self.first_day or self.last_day or self.most is not None)

    @property
    def is_narrow(self) -> bool:
        return bool(self.words) or self.is_filtered


class Buy(forms.Form):
    """Who buys. `key` is random, and the same each time that one form is sent."""

    email = EmailField(label=_("Your e-mail"), max_length=254)
    name = forms.CharField(label=_("Your name"), max_length=120)
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    code = forms.CharField(label=_("Discount code"), max_length=40, required=False)
    key = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())

    def new_key(self) -> str:
        return token_urlsafe(16)


class Remind(forms.Form):
    email = EmailField(label=_("Your e-mail"), help_text=_("For this one letter. A week later we have forgotten it."))

    def __init__(self, *args: Any, **options: Any) -> None:
        # It stands on one page with the form that buys, which asks for an e-mail, too.
        options.setdefault("auto_id", "remind_%s")
        super().__init__(*args, **options)


def _day(label: Any) -> forms.DateField:
    bounds = [MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2100, 1, 1))]
    return forms.DateField(label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}), validators=bounds)


class Search(forms.Form):
    q = forms.CharField(label=_("Artist, event or venue"), max_length=100, required=False, widget=forms.TextInput(attrs={"type": "search"}))
    city = forms.CharField(label=_("City"), max_length=80, required=False)
    price = forms.ChoiceField(label=_("Price"), choices=PRICES, required=False)

    def __init__(self, *args: Any, cities: list[str], **options: Any) -> None:
        super().__init__(*args, **options)
        # `from` is a word of Python's, so these two cannot be written above.
        self.fields["from"] = _day(_("From"))
        self.fields["to"] = _day(_("To"))
        chosen = str(self.data.get("city", ""))[:80]
        names = sorted({*cities, chosen} - {""})
        self.fields["city"].widget = forms.Select(choices=[("", _("Any city")), *((name, name) for name in names)])
        self.order_fields(["q", "city", "from", "to", "price"])

    def wanted(self, after: tuple[datetime, int] | None) -> Wanted:
        """Return what was understood; a field that was not is left out, and says so."""
        self.is_valid()
        found = self.cleaned_data
        return Wanted(
            words=" ".join(found.get("q", "").split()),
            city=found.get("city", ""),
            first_day=found.get("from"),
            last_day=found.get("to"),
            most=Decimal(found["price"]) if found.get("price") else None,
            after=after,
        )

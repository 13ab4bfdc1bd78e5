"""What the demo's wallet is told: whom to pay, how much, and how."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from payments import purse
from payments.pages.purse import payee


class AmountField(forms.DecimalField):
    """In every language, people type a comma for a point."""

    def to_python(self, value: Any) -> Any:
        return super().to_python(value.replace(",", ".") if isinstance(value, str) else value)


class PayForm(forms.Form):
    to = forms.CharField(
        label=gettext_lazy("Pay to"),
        max_length=500,
        help_text=gettext_lazy("The address, the text of the QR code, or the link of the order’s page."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
    )
    amount = AmountField(
        label=gettext_lazy("Amount in USDT"),
        min_value=Decimal("0.000001"),
        max_value=100_000,
        decimal_places=6,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    way = forms.ChoiceField(
        label=gettext_lazy("How"),
        choices=[(way.name, way.says) for way in purse.WAYS.values()],
        initial="exact",
        widget=forms.RadioSelect,
    )

    def clean_to(self) -> str:
        found = payee(self.cleaned_data["to"])
        if not found:
            raise forms.ValidationError(_("There is no address in this. Copy it from the page on which the order is paid."))
        return found

"""What promoters type about events, tiers and codes."""

from functools import cache
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib.admin.widgets import AdminSplitDateTime
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import DateTimeField
from django.forms.utils import flatatt
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from events.models import DiscountCode, Event, TicketTier
from ticketing.money import Currency, rounded
from ticketing.typed import TypedForm

INDONESIA = [("Asia/Jakarta", "WIB · Jakarta"), ("Asia/Makassar", "WITA · Makassar, Denpasar"), ("Asia/Jayapura", "WIT · Jayapura")]
FIRST, LAST = 2000, 2100  # years; beyond, moments cannot be carried from zone to zone


@cache
def zones() -> list[tuple[Any, list[tuple[str, str]]]]:
    known = {code for code, _name in INDONESIA}
    others = sorted(name for name in available_timezones() - known if "/" in name and not name.startswith(("Etc/", "SystemV/")))
    return [(_("Indonesia"), INDONESIA), (_("Elsewhere"), [(name, name.replace("_", " ")) for name in others])]


def _between(least: int, most: int, says: Any) -> list[Any]:
    return [MinValueValidator(least, says), MaxValueValidator(most, says)]


class Moment(forms.SplitDateTimeField):
    """A date and a time on the clocks of the venue."""

    def compress(self, data_list: Any) -> Any:
        if data_list and data_list[0] not in self.empty_values and not FIRST <= data_list[0].year < LAST:
            raise forms.ValidationError(gettext("Choose a year between %(first)s and %(last)s.") % {"first": FIRST, "last": LAST - 1})
        return super().compress(data_list)


class Zones(forms.Select):
    """Four hundred options in one piece: a template for each would cost more than the rest of the page."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> Any:
        listed = {code for _group, names in zones() for code, _name in names}
        groups = [*zones(), *([] if not value or value in listed else [(value, [(value, value)])])]
        marked = (
            (group, ((code, mark_safe(" selected") if code == value else "", says) for code, says in names)) for group, names in groups
        )
        options = ((group, format_html_join("", '<option value="{}"{}>{}</option>', names)) for group, names in marked)
        inside = format_html_join("", '<optgroup label="{}">{}</optgroup>', options)
        return format_html("<select{}>{}</select>", flatatt({**self.attrs, **(attrs or {}), "name": name}), inside)


class Clock(AdminSplitDateTime):
    """A date and a time without seconds."""

    def __init__(self, attrs: Any = None) -> None:
        super().__init__(attrs)
        self.widgets[1].format = "%H:%M"


MOMENTS: Any = {DateTimeField: {"form_class": Moment, "widget": Clock}}


class EventForm(TypedForm):
    counted = ("sold", "reserved", "waiting_any")
    places = {
        "event_ends_after_start": "ends_at",
        "event_lasts_a_month_at_most": "ends_at",
        "event_doors_open_by_start": "doors_open_at",
    }

    class Meta:
        model = Event
        exclude: tuple[str, ...] = ()
        widgets = {"timezone": Zones, "description": forms.Textarea(attrs={"rows": 8})}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in {"fee_percent", "tax_percent", "refund_percent"} & set(self.fields):
            self.fields[name].validators += _between(0, 100, _("A percentage lies between 0 and 100."))
        for name in {"fee_fixed", "tax_fixed", "refund_withheld"} & set(self.fields):
            self.fields[name].validators.append(MinValueValidator(0, _("An amount cannot be less than nothing.")))
        zone = timezone.get_current_timezone_name()
        if "starts_at" in self.fields:
            self.fields["starts_at"].help_text = gettext("By the clocks of the venue (%(zone)s).") % {"zone": zone}


class TierForm(TypedForm):
    counted = ("sold", "reserved", "waiting")
    places = {
        "tier_fewest_is_at_most_most": "max_purchase",
        "tier_sale_ends_after_start": "sale_ends_at",
        "one_tier_per_name": "name",
    }

    class Meta:
        model = TicketTier
        exclude: tuple[str, ...] = ()
        widgets = {"description": forms.TextInput(attrs={"class": "vTextField"})}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if not self.instance._state.adding:
            _round_initial(self, "price", self.instance.event.currency)


class CodeForm(TypedForm):
    counted = ("used",)
    places = {"code_percent_or_amount_not_both": "amount", "code_ends_after_start": "ends_at", "one_code_per_event": "code"}

    class Meta:
        model = DiscountCode
        exclude: tuple[str, ...] = ()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if not self.instance._state.adding:
            _round_initial(self, "amount", self.instance.event.currency)

    def clean_code(self) -> str:
        return str(self.cleaned_data["code"]).strip().upper()


def _round_initial(form: forms.ModelForm, name: str, currency: str) -> None:
    """Write 150000, not 150000.00, where the currency has no cents."""
    if form.initial.get(name) is not None and not Currency(currency).decimals:
        form.initial[name] = rounded(form.initial[name], currency)

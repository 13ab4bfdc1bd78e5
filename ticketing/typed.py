"""Forms of the admin that are saved by actions.

A refusal comes back to the field it is about, with everything that was typed. Only what a person changed is handed to
the action, so two people who change different fields of one row both succeed; the same field is asked about.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.apps import apps
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError
from django.forms.models import InlineForeignKeyField, construct_instance
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from .desk import Admin
from .errors import DomainError


class Refusal(Exception):
    """What an action answered, and the form and field that it belongs to."""

    def __init__(self, prefix: str, field: str | None, says: Any) -> None:
        super().__init__(says)
        self.prefix, self.field, self.says = prefix, field, says


@contextmanager
def refusals(form: forms.BaseForm, places: Mapping[type[DomainError], str], *, about: str = "") -> Iterator[None]:
    """Send what the action inside refuses to a form: to the field named in `places`, otherwise on top."""
    before = f"{about}: " if about else ""
    try:
        yield
    except DomainError as error:
        place = next((field for kind, field in places.items() if isinstance(error, kind)), None)
        raise Refusal(form.prefix or "", place, f"{before}{error}") from error
    except ValidationError as error:
        raise Refusal(form.prefix or "", None, before + " ".join(error.messages)) from error
    except IntegrityError as error:
        raise Refusal(form.prefix or "", None, f"{before}{_sentence(error)}") from error


def _sentence(error: IntegrityError) -> Any:
    """Return the sentence of the constraint that was broken, which two forms can do that are fine one by one."""
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            if constraint.name == name:
                return constraint.get_violation_error_message()
    raise error


class TypedForm(forms.ModelForm):
    refusal: Refusal | None = None  # of the class that a request makes for itself
    places: Mapping[str, str] = {}  # which field a constraint of several fields is about
    counted: tuple[str, ...] = ()  # what changes while people type, so that the action alone judges it

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.instance._state.adding:
            return
        if self.is_bound:
            self.data: Any = self.data.copy()
        for name, field in self.fields.items():
            field.show_hidden_initial = True
            if self.is_bound and isinstance(field.hidden_widget(), forms.MultiWidget):
                # Django shows again what was seen if there is a value of this name, and a date and a time have two others.
                self.data.setdefault(self.add_initial_prefix(name), "")

    def changes(self) -> dict[str, Any]:
        """Return what the person changed; a time has changed, too, when its time zone has."""
        return {name: self.cleaned_data[name] for name in self._changed_names()}

    def _changed_names(self) -> list[str]:
        seen = self.data.get("initial-timezone")
        moved = seen is not None and seen != self.data.get("timezone")
        times = {name for name, field in self.fields.items() if moved and isinstance(field, forms.SplitDateTimeField)}
        return [name for name in self.fields if name in self.cleaned_data and (name in self.changed_data or name in times)]

    def _post_clean(self) -> None:
        """Check as Django does, but against every constraint: it leaves out those that name a field not typed here."""
        untyped = self._get_validation_exclusions()  # type: ignore[attr-defined]  # Django's own, which the stubs leave out
        untyped |= {n for n, f in self.fields.items() if isinstance(f, InlineForeignKeyField)}
        self.instance = construct_instance(self, self.instance, self._meta.fields, self._meta.exclude)
        try:
            self.instance.full_clean(exclude=untyped, validate_unique=False, validate_constraints=False)
        except ValidationError as error:
            self._update_errors(error)  # type: ignore[attr-defined]  # the same
        self._check_constraints()
        self.validate_unique()
        if not self.instance._state.adding:
            self._ask_about_conflicts()
        if self.refusal and self.refusal.prefix == (self.prefix or ""):
            self.add_error(self.refusal.field if self.refusal.field in self.fields else None, str(self.refusal.says))

    def _check_constraints(self) -> None:
        generated = {field.name for field in self.instance._meta.local_fields if field.generated}
        unknown = {name for name in self.errors if name != NON_FIELD_ERRORS} | generated | set(self.counted)
        for constraint in self.instance._meta.constraints:
            try:
                constraint.validate(type(self.instance), self.instance, exclude=unknown)
            except ValidationError as error:
                place = self.places.get(constraint.name) or self._only_field(constraint)
                self.add_error(place if place in self.fields else None, ValidationError(error.messages))

    def _only_field(self, constraint: Any) -> str | None:
        named: set[str] = getattr(getattr(constraint, "condition", None), "referenced_base_fields", set()) & set(self.fields)
        return named.pop() if len(named) == 1 else None

    def _ask_about_conflicts(self) -> None:
        with timezone.override(self._zone_seen()):
            for name in self._changed_names():
                bound, now = self[name], self.get_initial_for_field(self.fields[name], name)
                hidden = bound.field.hidden_widget()
                seen = self._widget_data_value(hidden, bound.html_initial_name)  # type: ignore[attr-defined]  # the same
                if bound.field.has_changed(now, seen) and bound.field.has_changed(now, bound.data):
                    self._show(bound, now)
                    words = _("Somebody else changed this meanwhile. It is now: %(now)s. Save again to keep yours.")
                    self.add_error(name, words % {"now": self._written(bound, now)})

    def _zone_seen(self) -> Any:
        name = self.data.get("initial-timezone")
        return ZoneInfo(name) if name in available_timezones() else timezone.get_current_timezone()

    def _show(self, bound: Any, now: Any) -> None:
        """Let the next page say that the person has seen what it is now."""
        widget, value = bound.field.hidden_widget(), bound.field.prepare_value(now)
        data: Any = self.data
        if isinstance(widget, forms.MultiWidget):
            for number, part in enumerate(widget.decompress(value) or ()):
                data[f"{bound.html_initial_name}_{number}"] = "" if part is None else str(part)
        elif isinstance(value, list | tuple):
            data.setlist(bound.html_initial_name, [str(getattr(item, "pk", item)) for item in value])
        else:
            data[bound.html_initial_name] = "" if value is None else str(value)

    def _written(self, bound: Any, now: Any) -> str:
        if hasattr(now, "astimezone"):
            return f"{timezone.localtime(now):%Y-%m-%d %H:%M}"
        if isinstance(now, list | tuple):
            return ", ".join(map(str, now)) or _("nothing")
        named = dict(getattr(bound.field, "choices", ())).get(now, now) if not hasattr(bound.field, "queryset") else now
        return {True: _("yes"), False: _("no")}.get(now, "") if isinstance(now, bool) else str(named or _("nothing"))


class TypedFormSet(forms.BaseInlineFormSet):
    def clean(self) -> None:
        super().clean()
        if any("id" in form.errors for form in self.initial_forms):
            raise ValidationError(_("One of these was removed meanwhile. Load the page again to see what is there."))


class Acting(Admin):
    """Pages that are saved by actions, with times on the clocks of the row's own zone."""

    def zone(self, request: HttpRequest, object_id: str | None) -> Any:
        return timezone.get_current_timezone()

    def changeform_view(self, request: Any, object_id: str | None = None, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        request.refusal = None
        with timezone.override(self.zone(request, object_id)):
            try:
                answer = super().changeform_view(request, object_id, form_url, extra_context)
            except Refusal as refusal:  # everything was rolled back; the same form once more, now with the sentence
                request.refusal = refusal
                answer = super().changeform_view(request, object_id, form_url, extra_context)
            return answer.render() if hasattr(answer, "render") else answer

    def get_form(self, request: Any, obj: Any = None, change: bool = False, **options: Any) -> Any:
        form: Any = super().get_form(request, obj, change, **options)
        form.refusal = getattr(request, "refusal", None)
        return form

    def get_formsets_with_inlines(self, request: Any, obj: Any = None) -> Iterator[tuple[Any, Any]]:
        for formset, inline in super().get_formsets_with_inlines(request, obj):
            formset.form.refusal = getattr(request, "refusal", None)
            yield formset, inline

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Leave it to `save_related`, which has the rows below it, too."""

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Leave it to the action, which writes it."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Leave it to the action, which writes it."""

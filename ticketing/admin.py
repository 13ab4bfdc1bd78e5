"""What staff may read of the ground floor. Nothing here is typed: history, audit and letters write themselves."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth import get_user_model
from django.db.models import Q
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from . import undelivered, words
from .desk import ReadOnly, Sorted
from .models import AuditLog, EmailMessage, HistoryEntry

BREAK = mark_safe("<br>")


class InWords(admin.AllValuesFieldListFilter):
    def choices(self, changelist: Any) -> Any:
        known = words.said()
        for choice in super().choices(changelist):
            code = str(choice["display"])
            yield {**choice, "display": known.get(code) or words.kind(code)}


class Told(ChangeList):
    """A page of history with each line in words, which cost a few queries a page."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = list(self.result_list)
        for entry, line in zip(self.result_list, words.told(self.result_list, request), strict=True):
            entry.line = line


@admin.register(HistoryEntry)
class HistoryAdmin(ReadOnly):
    list_display = ("at", "what", "thing", "who")
    list_filter = (("subject_type", InWords), ("action", InWords))
    search_fields = ("subject_id__exact", "actor")
    date_hierarchy = "at"
    ordering = ("-at",)
    fields = ("at", "what", "thing", "who", "details")
    show_full_result_count = False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return Told

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        entry = super().get_object(request, object_id, from_field)
        if entry:
            entry.line = words.told([entry], request)[0]
        return entry

    @admin.display(description=_("what"), ordering="action")
    def what(self, entry: Any) -> Any:
        return format_html("{}<br><span class='quiet'>{}</span>", entry.line.what, entry.line.how) if entry.line.how else entry.line.what

    @admin.display(description=_("to what"), ordering="subject_type")
    def thing(self, entry: Any) -> Any:
        name = format_html('<a href="{}">{}</a>', entry.line.url, entry.line.name) if entry.line.url else entry.line.name
        return format_html("{}<br>{}", entry.line.kind, name)

    @admin.display(description=_("by whom"), ordering="actor")
    def who(self, entry: Any) -> Any:
        return entry.line.who


class Named(ChangeList):
    """A page of the audit with the people who acted, in one query more."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = list(self.result_list)
        people = get_user_model()._base_manager.in_bulk({entry.user for entry in self.result_list if entry.user})
        for entry in self.result_list:
            entry.person = people.get(entry.user)


@admin.register(AuditLog)
class AuditAdmin(ReadOnly):
    change_form_template = "admin/written.html"
    list_display = ("at", "what", "thing", "record", "who", "request_id")
    list_filter = (("action", InWords), ("table", InWords))
    search_fields = ("record", "user__exact", "request_id")
    date_hierarchy = "at"
    ordering = ("-at",)
    fields = ("at", "what", "thing", "record", "who", "values", "request_id", "came_from")
    show_full_result_count = False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return Named

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        entry = super().get_object(request, object_id, from_field)
        if entry:
            entry.person = get_user_model()._base_manager.filter(pk=entry.user).first()
        return entry

    @admin.display(description=_("what"), ordering="action")
    def what(self, entry: AuditLog) -> Any:
        return words.said().get(entry.action, entry.action)

    @admin.display(description=_("to what"), ordering="table")
    def thing(self, entry: AuditLog) -> Any:
        return words.kind(entry.table)

    @admin.display(description=_("by whom"), ordering="user")
    def who(self, entry: Any) -> Any:
        return entry.person or entry.user or "–"

    @admin.display(description=_("values"))
    def values(self, entry: AuditLog) -> Any:
        return format_html_join(BREAK, "{}: {}", _values(entry)) or "–"

    @admin.display(description=_("came from, as a digest"))
    def came_from(self, entry: AuditLog) -> str:
        return entry.ip or "–"


def _values(entry: AuditLog) -> Iterator[tuple[Any, str]]:
    """Yield what is different now, or all that was there where a row came or went."""
    model = words.model_of(entry.table)
    names = {field.column: field.verbose_name for field in model._meta.concrete_fields} if model else {}
    old, new = entry.old_values or {}, entry.new_values or {}
    for column in sorted({*old, *new}):
        if old.get(column) != new.get(column):
            values = [_shown(values[column]) for values in (old, new) if column in values]
            yield names.get(column, column), " → ".join(values)


def _shown(value: Any) -> str:
    return str(value) if isinstance(value, str) and value else json.dumps(value)


class Delivery(Sorted):
    title, parameter_name = _("delivery"), "delivery"
    sorts = {
        "waiting": (_("waiting to be sent"), Q(sent_at=None, failed_at=None)),
        "sent": (_("sent"), Q(sent_at__isnull=False)),
        "given_up": (_("given up"), Q(failed_at__isnull=False)),
    }


@admin.register(EmailMessage)
class EmailAdmin(ReadOnly):
    change_form_template = "admin/written.html"
    list_display = ("made", "what", "to", "delivery", "attempts")
    list_filter = (("kind", InWords), Delivery)
    fields = ("what", "to", "made", "delivery", "attempts", "due_at")
    search_fields = ("to", "subject_id__exact")
    ordering = ("-created_at",)
    show_full_result_count = False

    @admin.display(description=_("what"), ordering="kind")
    def what(self, letter: EmailMessage) -> Any:
        return words.said().get(letter.kind, letter.kind)

    @admin.display(description=_("delivery"), ordering="sent_at")
    def delivery(self, letter: EmailMessage) -> Any:
        parts = [format_html('<span class="status {}">{}</span> {}', *_stands(letter))]
        if letter.last_error:
            parts += [undelivered.why(letter.last_error), format_html('<span class="quiet">{}</span>', letter.last_error)]
        return format_html_join(BREAK, "{}", ((part,) for part in parts))


def _stands(letter: EmailMessage) -> tuple[str, Any, str]:
    if at := letter.sent_at or letter.failed_at:
        return ("ok", _("sent"), _moment(at)) if letter.sent_at else ("bad", _("given up"), _moment(at))
    again = gettext("next try %(at)s") % {"at": _moment(letter.due_at)} if letter.last_error else ""
    return "wait", _("waiting to be sent"), again


def _moment(at: datetime) -> str:
    return date_format(localtime(at), "SHORT_DATETIME_FORMAT")

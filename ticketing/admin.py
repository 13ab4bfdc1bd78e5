"""What staff may read of the ground floor. Nothing here is typed: history, audit and letters write themselves."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth import get_user_model
from django.db.models import Q
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from . import words
from .desk import ReadOnly, Sorted
from .models import AuditLog, EmailMessage, HistoryEntry


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
    list_display = ("at", "what", "table", "record", "who", "request_id")
    list_filter = (("action", InWords), "table")
    search_fields = ("record", "user__exact", "request_id")
    date_hierarchy = "at"
    ordering = ("-at",)
    show_full_result_count = False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return Named

    @admin.display(description=_("what"), ordering="action")
    def what(self, entry: AuditLog) -> Any:
        return words.said().get(entry.action, entry.action)

    @admin.display(description=_("by whom"), ordering="user")
    def who(self, entry: Any) -> Any:
        return entry.person or entry.user


class Delivery(Sorted):
    title, parameter_name = _("delivery"), "delivery"
    sorts = {
        "waiting": (_("waiting to be sent"), Q(sent_at=None, failed_at=None)),
        "sent": (_("sent"), Q(sent_at__isnull=False)),
        "given_up": (_("given up"), Q(failed_at__isnull=False)),
    }


@admin.register(EmailMessage)
class EmailAdmin(ReadOnly):
    list_display = ("made", "what", "to", "attempts", "due_at", "sent_at", "failed_at", "last_error")
    list_filter = (("kind", InWords), Delivery)
    fields = ("what", "to", "made", "due_at", "attempts", "last_error", "sent_at", "failed_at")
    search_fields = ("to", "subject_id__exact")
    ordering = ("-created_at",)
    show_full_result_count = False

    @admin.display(description=_("what"), ordering="kind")
    def what(self, letter: EmailMessage) -> Any:
        return words.said().get(letter.kind, letter.kind)

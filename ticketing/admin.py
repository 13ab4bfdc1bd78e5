"""What staff may read of the ground floor. Nothing here is typed: history, audit and letters write themselves."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from . import identity
from .models import AuditLog, EmailMessage, HistoryEntry, SiteIdentity


class ReadOnly(admin.ModelAdmin):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(HistoryEntry)
class HistoryAdmin(ReadOnly):
    list_display = ("at", "subject_type", "subject_id", "action", "old_status", "new_status", "actor")
    list_filter = ("subject_type", "action")
    search_fields = ("subject_id__exact", "actor")
    date_hierarchy = "at"
    ordering = ("-at",)
    show_full_result_count = False


@admin.register(AuditLog)
class AuditAdmin(ReadOnly):
    list_display = ("at", "action", "table", "record", "user", "request_id")
    list_filter = ("action", "table")
    search_fields = ("record", "user__exact", "request_id")
    date_hierarchy = "at"
    ordering = ("-at",)
    show_full_result_count = False


@admin.register(EmailMessage)
class EmailAdmin(ReadOnly):
    exclude = ("secret",)
    list_display = ("created_at", "kind", "to", "attempts", "due_at", "sent_at", "failed_at", "last_error")
    list_filter = ("kind", ("sent_at", admin.EmptyFieldListFilter), ("failed_at", admin.EmptyFieldListFilter))
    search_fields = ("to", "subject_id__exact")
    ordering = ("-created_at",)
    show_full_result_count = False


@admin.register(SiteIdentity)
class SiteIdentityAdmin(admin.ModelAdmin):
    """One row, made at the first visit and never removed."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not SiteIdentity.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: SiteIdentity, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        identity.forget()

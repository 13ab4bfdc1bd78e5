"""What the list of events in the admin is narrowed by."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models import Event

SOON = timedelta(days=14)


class State(admin.SimpleListFilter):
    title, parameter_name = _("status"), "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [*Event.Status.choices, ("deleted", _("deleted"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "deleted":
            return queryset.exclude(deleted_at=None)
        living = queryset.filter(deleted_at=None)
        return living.filter(status=self.value()) if self.value() in Event.Status.values else living


class When(admin.SimpleListFilter):
    title, parameter_name = _("date"), "when"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("soon", _("within 14 days")), ("ahead", _("to come")), ("past", _("past"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        now = timezone.now()
        if self.value() == "past":
            return queryset.filter(ends_at__lte=now)
        if self.value() in {"soon", "ahead"}:
            ahead = queryset.filter(starts_at__gt=now)
            return ahead.filter(starts_at__lte=now + SOON) if self.value() == "soon" else ahead
        return queryset

"""What every model's pages in the admin have: buttons, our history in place of Django's log, 404 for what is not there."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import PAGE_VAR
from django.contrib.admin.widgets import AdminSplitDateTime
from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import history, words
from .buttons import Button, buttons_of
from .history import HistoryEntry

# What a filter or the date bar writes behind the name of its field.
ASKED = {"exact", "isnull", "isempty", "gte", "gt", "lte", "lt", "year", "month", "day", "id", "pk"}


class Admin(admin.ModelAdmin):
    """The base of every admin of ours: the site takes in no other."""

    change_form_template = "admin/object.html"
    manager = "_default_manager"  # "all_objects" where the deleted can be restored

    def get_urls(self) -> list[URLPattern]:
        return [button.url(self) for button in buttons_of(type(self))] + super().get_urls()

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = getattr(self.model, self.manager).all()
        return rows.order_by(*self.get_ordering(request)) if self.get_ordering(request) else rows

    def buttons_for(self, request: HttpRequest, row: Model) -> list[Button]:
        """Return the buttons that make sense for this row as it is, and that this person may press."""
        return [button for button in buttons_of(type(self)) if button.fits(row) and button.may_press(self, request, row)]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        row = context.get("original")
        if row:
            context |= {"title": str(row), "subtitle": None}
        offered = self.buttons_for(request, row) if row else []
        context["buttons"] = [{"button": button, "url": button.where(self, row)} for button in offered]
        return super().render_change_form(request, context, *args, **kwargs)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        plain = {"title": capfirst(self.opts.verbose_name_plural), "subtitle": None}
        return super().changelist_view(request, {**plain, **(extra_context or {})})

    def get_view_on_site_url(self, obj: Any = None) -> str | None:
        """Link to the page itself: Django would lead through an address that opens anything by its number."""
        return obj.get_absolute_url() if obj is not None and hasattr(obj, "get_absolute_url") else None

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Let the address ask only what a filter asks: any other field would answer questions about what the list hides."""
        filters = [self.date_hierarchy, *(self.get_list_filter(request) if request else self.list_filter)]
        names = [getattr(item, "parameter_name", None) or (item[0] if isinstance(item, list | tuple) else item) for item in filters]
        return any(
            lookup == name or (lookup.startswith(f"{name}__") and set(lookup.removeprefix(f"{name}__").split("__")) <= ASKED)
            for name in names
        )

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field: Any = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(getattr(field, "widget", None), AdminSplitDateTime):
            for widget, part in zip(field.widget.widgets, (_("date"), _("time")), strict=True):
                widget.attrs["aria-label"] = f"{capfirst(db_field.verbose_name)}: {part}"
        return field

    @admin.display(description=gettext_lazy("made at"), ordering="created_at")
    def made(self, row: Any) -> str:
        return date_format(localtime(row.created_at), "DATETIME_FORMAT")  # as lists do; on a row's own page Django writes it raw

    # --- history ------------------------------------------------------------------------------------------

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        return [*form.changed_data, *(formset.prefix for formset in formsets or [] if formset.has_changed())]

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        self._note(request, obj, "added")

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        if message:
            self._note(request, obj, "changed", fields=message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        for row in queryset:
            self._note(request, row, "deleted")

    def _note(self, request: HttpRequest, row: Any, action: str, **details: Any) -> None:
        history.record(row, action, at=timezone.now(), by=history.by_user(request.user.pk), details=details)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        row = self.get_object(request, unquote(object_id))
        if row is None:
            raise Http404
        if not self.has_view_or_change_permission(request, row):
            raise PermissionDenied
        lines = HistoryEntry.objects.filter(subject_type=self.opts.label_lower, subject_id=row.pk).order_by("-at", "-id")
        page = self.get_paginator(request, lines if isinstance(row.pk, UUID) else lines.none(), 100).get_page(request.GET.get(PAGE_VAR, 1))
        context = {
            **self.admin_site.each_context(request),
            "title": _("History"),
            "subtitle": str(row),
            "page": page,
            "lines": words.told(page.object_list, request),
            "module_name": capfirst(self.opts.verbose_name_plural),
            "object": row,
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/history.html", context)

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        raise Http404  # Django would send people to the index, whether the row is nobody's or somebody else's


class Sorted(admin.SimpleListFilter):
    """A filter whose sorts of rows have names, in place of Django's "empty" and "not empty"."""

    sorts: dict[str, tuple[Any, Q]] = {}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(name, label) for name, (label, _which) in self.sorts.items()]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        _label, which = self.sorts.get(self.value() or "", ("", Q()))
        return queryset.filter(which)


class ReadOnly(Admin):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

"""What the lists of orders, tickets and payments have in common: they are read, filtered, exported, and changed by buttons only."""

import re
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from accounts import roles
from accounts.models import TeamRole
from accounts.scoping import RUNNING, TEAM, Scoped, sees_all
from payments import exports
from ticketing import audit
from ticketing.desk import ReadOnly

from .sending import sent

UUID = re.compile(r"[0-9a-f-]{36}")  # what was typed into the address otherwise is nothing for the audit
MONEY = (TeamRole.OWNER, TeamRole.FINANCE)


class Ledger(ReadOnly, Scoped):
    may = {"view": TEAM, "run": RUNNING, "money": MONEY}
    actions = None
    change_list_template = "admin/ledger.html"
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    exported: tuple[str, ...] = ()  # names in `exports.SHEETS`
    searched_by: Any = ""  # Django's own place for it makes the field's label one that axe does not count

    def has_run_permission(self, request: HttpRequest, row: Any = None) -> bool:
        return self._has(request, row, "run")

    def has_money_permission(self, request: HttpRequest, row: Any = None) -> bool:
        return self._has(request, row, "money")

    def _has(self, request: HttpRequest, row: Any, deed: str) -> bool:
        return roles.is_admin(request.user) if sees_all(request) else self.allows(request, row, deed)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return []  # the page is drawn by its template

    # --- exports ------------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        return [self._export_url(name, form) for name in self.exported for form in exports.FORMS] + super().get_urls()

    def _export_url(self, name: str, form: str) -> URLPattern:
        def view(request: HttpRequest) -> HttpResponse:
            return self._export(request, name, form)

        route = f"{self.opts.app_label}_{self.opts.model_name}_{name}_{form}"
        return path(f"{name}.{form}", self.admin_site.admin_view(view), name=route)

    def _export(self, request: HttpRequest, name: str, form: str) -> Any:
        """Send what the list shows, all pages of it: the same rows, the same filters."""
        rows = exports.SHEETS[name].rows(self.get_changelist_instance(request).queryset)
        told = {"sheet": name, "format": form, "rows": rows.count()}
        event = request.GET.get("event", "")
        audit.record_export(table=self.opts.db_table, record=event if UUID.fullmatch(event) else "", user=request.user.pk, details=told)
        return sent(exports.SHEETS[name], rows, form)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        links = [
            (exports.SHEETS[name].label, form.upper(), f"{name}.{form}?{request.GET.urlencode()}")
            for name in self.exported
            for form in exports.FORMS
        ]
        return super().changelist_view(request, {"exports": links, "searched_by": self.searched_by, **(extra_context or {})})

"""What a promoter's people see and do in the admin: the rows of their own promoters, on every road that leads to a row.

An admin of promoters' rows is a `Scoped` and says two things: the path of foreign keys from its model to the promoter,
and which roles of a team may do what. Staff go by the permissions of their group (`roles.MAY`) and see all rows.

    class EventAdmin(Scoped):
        promoter_path = "promoter"
        may = {"view": TEAM, "add": RUNNING, "change": RUNNING}
"""

import copy
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.contrib.admin.filters import AllValuesFieldListFilter, RelatedFieldListFilter, RelatedOnlyFieldListFilter
from django.contrib.admin.utils import get_fields_from_path, reverse_field_path
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import ngettext

from ticketing.desk import Admin

from . import roles
from .models import TeamRole

TEAM = (TeamRole.OWNER, TeamRole.MANAGER, TeamRole.FINANCE)
RUNNING = (TeamRole.OWNER, TeamRole.MANAGER)


class OwnValues(AllValuesFieldListFilter):
    """The values that one's own rows lead to; Django's asks the whole of the other table."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        _field, request, _params, _model, desk = given
        path = named["field_path"]
        self.lookup_choices = desk.get_queryset(request).distinct().order_by(path).values_list(path, flat=True)


class Scoping:
    """What admins and their inlines have in common."""

    promoter_path: str  # foreign keys, joined by two underscores; "pk" if the row is the promoter
    may: dict[str, tuple[TeamRole, ...]] = {"view": TEAM}  # view, add, change, delete; who is not named may not
    admin_site: Any

    def promoters(self, request: HttpRequest, *deeds: str) -> set[UUID]:
        """Return the promoters in which this person's role allows one of the deeds: one query a request for all of them."""
        allowed = {role for deed in deeds for role in self.may.get(deed, ())}
        return {team.pk for team in roles.promoters_of(request.user, *allowed)} if allowed else set()

    def within(self, rows: Any, promoters: set[UUID]) -> Any:
        return rows.filter(**{f"{self.promoter_path}__in": promoters})

    def choices(self, request: HttpRequest, rows: QuerySet) -> QuerySet:
        """Return those of the rows that a form here may point to: seen there, and of a promoter that may be written for here.

        A model whose admin is not scoped has nothing to choose from.
        """
        desk = self.admin_site._registry.get(rows.model)
        if not isinstance(desk, Scoping):
            return rows.none()
        return desk.within(rows, self.promoters(request, "add", "change") & desk.promoters(request, "view", "change"))

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request)  # type: ignore[misc]  # of the admin beside us
        return rows if sees_all(request) else self.within(rows, self.promoters(request, "view", "change"))

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return self._limited(super().formfield_for_dbfield(db_field, request, **kwargs), request)  # type: ignore[misc]  # of the admin beside us

    def _limited(self, field: Any, request: HttpRequest) -> Any:
        if getattr(field, "queryset", None) is not None and not sees_all(request):
            field.queryset = self.choices(request, field.queryset)
        return field

    def _with_own_fields(self, form: Any, request: HttpRequest) -> None:
        """Limit the fields that the form itself declares, on copies: the declared ones serve everybody."""
        for name, field in form.declared_fields.items():
            form.base_fields[name] = self._limited(copy.deepcopy(field), request)

    def promoter_of(self, row: Any) -> UUID | None:
        *steps, last = self.promoter_path.split("__")
        for step in steps:
            row = getattr(row, step)
        return row.pk if last == "pk" else getattr(row, row._meta.get_field(last).attname)

    def allows(self, request: HttpRequest, row: Any, *deeds: str) -> bool:
        own = self.promoters(request, *deeds)
        return bool(own) if row is None else self.promoter_of(row) in own

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if sees_all(request):
            return super().has_view_permission(request, obj)  # type: ignore[misc]  # of the admin beside us
        return self.allows(request, obj, "view", "change")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if sees_all(request):
            return super().has_change_permission(request, obj)  # type: ignore[misc]  # of the admin beside us
        return self.allows(request, obj, "change")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if sees_all(request):
            return super().has_delete_permission(request, obj)  # type: ignore[misc]  # of the admin beside us
        return self.allows(request, obj, "delete")


class Scoped(Scoping, Admin):
    def __init__(self, model: type[Model], admin_site: Any) -> None:
        super().__init__(model, admin_site)
        if self.raw_id_fields:
            raise ImproperlyConfigured(f"{self}: a raw id names any row that it is given; use autocomplete_fields.")
        if not all(issubclass(inline, ScopedInline) for inline in self.inlines):
            raise ImproperlyConfigured(f"{self}: its inlines must be scoped, too.")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) if sees_all(request) else self.allows(request, None, "add")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return super().has_module_permission(request) if sees_all(request) else self.allows(request, None, *self.may)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        self._with_own_fields(form, request)
        return form

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Refuse what ends in a promoter for which this person may not do it, however it got there."""
        if not sees_all(request) and not self.allows(request, obj, "change" if change else "add"):
            raise PermissionDenied
        super().save_model(request, obj, form, change)

    def get_list_filter(self, request: HttpRequest) -> Any:
        filters = super().get_list_filter(request)
        return filters if sees_all(request) else [self._own_filter(item) for item in filters]

    def _own_filter(self, item: Any) -> Any:
        path, kind = item if isinstance(item, list | tuple) else (item, None)
        if not isinstance(path, str):
            return item
        field = get_fields_from_path(self.model, path)[-1]
        if field.is_relation and kind in {None, RelatedFieldListFilter}:
            return path, RelatedOnlyFieldListFilter
        says_values = kind is AllValuesFieldListFilter or (kind is None and not field.choices)
        elsewhere = reverse_field_path(self.model, path)[0] is not self.model
        return (path, OwnValues) if says_values and elsewhere else item

    def response_action(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:  # type: ignore[override]  # of the admin beside us
        """Let an action reach the rows of those promoters alone in which this person may do what it asks for."""
        action = self.get_actions(request).get(request.POST.get("action", ""))
        if not sees_all(request):
            for deed in getattr(action and action[0], "allowed_permissions", ["change"]):
                queryset = self.within(queryset, self.promoters(request, deed))
        return super().response_action(request, queryset)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Count what goes along with the rows, or stands in the way, and name none of it: it may be another's."""
        names, counts, needed, protected = super().get_deleted_objects(objs, request)
        if sees_all(request):
            return names, counts, needed, protected
        others = ngettext("%(count)d row that needs it", "%(count)d rows that need it", len(protected)) % {"count": len(protected)}
        return [str(row) for row in objs], counts, set() if protected else needed, [others] if protected else []


class ScopedInline(Scoping, admin.TabularInline):
    """Rows on their parent's page: their own path says whose they are, the parent's admin whose page it is."""

    extra = 0

    def allows(self, request: HttpRequest, row: Any, *deeds: str) -> bool:
        own = self.promoters(request, *deeds)
        return bool(own) if row is None else self.admin_site.get_model_admin(self.parent_model).promoter_of(row) in own

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_add_permission(request, obj) if sees_all(request) else self.allows(request, obj, "add")

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        self._with_own_fields(formset.form, request)
        return formset


def sees_all(request: HttpRequest) -> bool:
    return roles.is_staff_member(request.user)

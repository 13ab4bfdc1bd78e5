"""By what the lists of people, promoters and invitations are narrowed."""

from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ticketing.desk import Sorted


class Deleted(Sorted):
    title, parameter_name = _("deleted"), "deleted"
    sorts = {"no": (_("No"), Q(deleted_at=None)), "yes": (_("Yes"), Q(deleted_at__isnull=False))}


class State(admin.SimpleListFilter):
    title, parameter_name = _("state"), "state"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, Any]]:
        return [("waiting", _("waiting")), ("approved", _("approved")), ("refused", _("refused")), ("deleted", _("deleted"))]

    def queryset(self, request: Any, queryset: Any) -> Any:
        state = self.value()
        living = queryset.filter(deleted_at=None)
        if state == "deleted":
            return queryset.filter(deleted_at__isnull=False)
        return getattr(living, state)() if state in {"waiting", "approved", "refused"} else queryset


class Answer(Sorted):
    title, parameter_name = _("answer"), "answer"
    sorts = {
        "open": (_("waits for an answer"), Q(accepted_at=None, withdrawn_at=None)),
        "accepted": (_("accepted"), Q(accepted_at__isnull=False)),
        "withdrawn": (_("withdrawn"), Q(withdrawn_at__isnull=False)),
    }

"""History in words: what happened, to what, by whom. Each app says its deeds and its letters in a module `words`, in `SAID`."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from .history import SYSTEM, HistoryEntry
from .rooms import furnished

SAID: dict[str, Any] = {
    "added": _("Added"),
    "changed": _("Changed"),
    "deleted": _("Deleted"),
    "restored": _("Restored"),
    "demo_letter": _("Demo letter asked for"),
    # deeds, as the audit names them
    "CREATE": _("Added"),
    "UPDATE": _("Changed"),
    "DELETE": _("Deleted"),
    "EXPORT": _("Taken away as a file"),
    # letters, by their kind
    "ticketing.demo_letter": _("A letter from the demo"),
}
Rows = dict[str, dict[Any, Model]]


@dataclass(frozen=True)
class Line:
    at: datetime
    what: Any
    how: str
    kind: Any
    name: str
    url: str
    who: Any


@cache
def said() -> dict[str, Any]:
    return {code: text for room in furnished("words") for code, text in room.SAID.items()}


def told(entries: Iterable[HistoryEntry], request: HttpRequest) -> list[Line]:
    """Put the lines of one page into words, with one query for each kind of thing and one for the people."""
    entries = list(entries)
    known = said()
    things, people = _things(entries), _people(entries)
    return [
        Line(
            at=entry.at,
            what=capfirst(known.get(entry.action) or entry.action.replace("_", " ")),
            how=_how(entry, known),
            kind=kind(entry.subject_type),
            name=str(things[entry.subject_type].get(entry.subject_id) or f"…{entry.subject_id.hex[-6:]}"),
            url=_url(things[entry.subject_type].get(entry.subject_id), request),
            who=_who(entry.actor, people, known, request),
        )
        for entry in entries
    ]


def model_of(label: str) -> type[Model] | None:
    """Return the model of that label, or of that table; none if it is no more."""
    models = apps.get_models(include_auto_created=True)
    return next((model for model in models if label in {model._meta.label_lower, model._meta.db_table}), None)


def kind(label: str) -> Any:
    model = model_of(label)
    return capfirst(model._meta.verbose_name) if model else label


def _things(entries: list[HistoryEntry]) -> Rows:
    ids = defaultdict(set)
    for entry in entries:
        ids[entry.subject_type].add(entry.subject_id)
    return {label: _named(model).in_bulk(found) if (model := model_of(label)) else {} for label, found in ids.items()}


def _named(model: type[Model]) -> Any:
    """Return its rows, each with what its name is made of, if it says so."""
    parts = getattr(model, "NAMED_BY", ())
    return model._base_manager.select_related(*parts) if parts else model._base_manager.all()


def _people(entries: list[HistoryEntry]) -> dict[str, Any]:
    ids = {entry.actor.removeprefix("user:") for entry in entries if entry.actor.startswith("user:")}
    return {str(pk): user for pk, user in get_user_model()._base_manager.in_bulk(ids).items()} if ids else {}


def _url(thing: Model | None, request: HttpRequest) -> str:
    """Return the thing's page, if it has one that this person may see."""
    desk = admin.site._registry.get(type(thing)) if thing else None
    if thing is None or desk is None or not desk.has_view_permission(request, thing):
        return ""
    return reverse(f"admin:{thing._meta.app_label}_{thing._meta.model_name}_change", args=[thing.pk])


def _who(actor: str, people: dict[str, Any], said: dict[str, Any], request: HttpRequest) -> Any:
    if actor == SYSTEM:
        return _("the system")
    user = people.get(actor.removeprefix("user:"))
    if user is None:
        return _("somebody") if actor.startswith("user:") else said.get(actor, actor)
    # Promoters read what was done to their things, and not who of the staff did it.
    return _("staff of this site") if user.is_staff and not request.user.is_staff else str(user)


def _how(entry: HistoryEntry, said: dict[str, Any]) -> str:
    details = entry.details
    change = [code for code in (entry.old_status or details.get("old"), entry.new_status or details.get("new")) if code]
    told_already = change == [entry.action]
    parts = [] if told_already else [" → ".join(str(said.get(code, code)) for code in change)]
    parts += [str(said.get(code, code)) for code in (details.get("reason", ""), *details.get("fields", []))]
    parts += [f"{said.get(code, code)}: {figure}" for code, figure in details.get("figures", {}).items()]
    return ", ".join(part for part in parts if part)

"""The one writer of a status."""

from datetime import datetime
from typing import Any

from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from . import history
from .errors import DomainError


class MoveRefused(DomainError):
    """The row's table of moves does not have this one, or somebody else moved the row first."""

    def __init__(self) -> None:
        super().__init__(_("This has changed meanwhile. Load the page again to see where it stands."))


def move(row: Any, new: str, *, at: datetime, by: str, action: str = "", details: dict[str, Any] | None = None, **fields: Any) -> None:
    """Move the row, which the caller has locked, to the status `new`, and write its history.

    `fields` belong to the status (such as `paid_at`) and are saved with it. Raises MoveRefused.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("statuses.move needs the caller's transaction: the status and its history are one change")
    field = status_field(type(row))
    old = getattr(row, field)
    if new not in row.TRANSITIONS.get(old, ()):
        raise MoveRefused
    # Only from the status that was decided upon: a caller who forgot the lock loses the race, not the row.
    if not type(row)._base_manager.filter(**{"pk": row.pk, field: old}).update(**{field: new, **fields}):
        raise MoveRefused
    for name, value in {field: new, **fields}.items():
        setattr(row, name, value)
    history.record(row, action or str(new), at=at, by=by, old=old, new=new, details=details)


def status_field(model: type[models.Model]) -> str:
    """Return the name of the column that holds the status: `status`, unless the model says otherwise."""
    return getattr(model, "STATUS_FIELD", "status")


def moves_of(model: type[models.Model]) -> dict[str, frozenset[str]]:
    """Return the model's table of moves, every status included."""
    return {str(old): frozenset(map(str, news)) for old, news in getattr(model, "TRANSITIONS", {}).items()}

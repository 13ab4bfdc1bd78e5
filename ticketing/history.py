"""What happened to a thing, in order: append-only, and without personal data."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models.functions import Now
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from .bases import DatabaseUUID7, uuid7

SYSTEM = "system"


class HistoryEntry(models.Model):
    """One line of a thing's history. `details` holds ids, numbers and words, never a name or an address."""

    id = models.UUIDField(primary_key=True, default=uuid7, db_default=DatabaseUUID7(), editable=False)
    subject_type = models.CharField(_("to what"), max_length=60)
    subject_id = models.UUIDField()
    action = models.CharField(_("what"), max_length=60)
    old_status = models.CharField(max_length=30, blank=True)
    new_status = models.CharField(max_length=30, blank=True)
    actor = models.CharField(max_length=60, help_text="user:<id>, system, or a role such as buyer")
    at = models.DateTimeField(_("when"), db_default=Now())
    details = models.JSONField(_("details"), default=dict, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("history entry"), _("history")
        indexes = [
            models.Index(fields=["subject_id", "at"], name="history_subject"),
            models.Index(fields=["action", "at"], name="history_action"),
            models.Index(fields=["actor", "at"], name="history_actor"),
            models.Index(fields=["at"], name="history_at"),
        ]

    def __str__(self) -> str:
        return date_format(localtime(self.at), "SHORT_DATETIME_FORMAT")


def by_user(user_id: UUID | None) -> str:
    return f"user:{user_id}"


def record(
    subject: models.Model, action: str, *, at: datetime, by: str, old: str = "", new: str = "", details: dict[str, Any] | None = None
) -> HistoryEntry:
    """Write one line, in the caller's transaction."""
    entry = line(subject, action, at=at, by=by, old=old, new=new, details=details)
    entry.save(force_insert=True)
    return entry


def line(
    subject: models.Model, action: str, *, at: datetime, by: str, old: str = "", new: str = "", details: dict[str, Any] | None = None
) -> HistoryEntry:
    """Return a line that is not written yet: for those who write many at once."""
    return HistoryEntry(
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        action=action,
        old_status=old,
        new_status=new,
        actor=by,
        at=at,
        details=details or {},
    )

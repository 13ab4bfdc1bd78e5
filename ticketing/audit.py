"""Who changed what: one append-only table, written by triggers in the database (`triggers.audited`).

So `update()`, `bulk_create` and plain SQL are recorded too. Here we tell the triggers who is acting.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, models, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from . import logs
from .bases import DatabaseUUID7, uuid7

WRITES = ("INSERT", "UPDATE", "DELETE")


class AuditLog(models.Model):
    """One change of one row. Personal values, the address included, are keyed digests: equal means equal."""

    class Action(models.TextChoices):
        CREATE = "CREATE", "create"
        UPDATE = "UPDATE", "update"
        DELETE = "DELETE", "delete"
        EXPORT = "EXPORT", "export"

    id = models.UUIDField(primary_key=True, default=uuid7, db_default=DatabaseUUID7(), editable=False)
    at = models.DateTimeField(_("when"), db_default=Now())
    user = models.UUIDField(_("by whom"), null=True, help_text="who did it, if a person did")
    action = models.CharField(_("what"), max_length=6, choices=Action)
    table = models.CharField(_("table"), max_length=63)
    record = models.CharField(_("record"), max_length=63)
    old_values = models.JSONField(null=True)
    new_values = models.JSONField(null=True)
    ip = models.CharField(max_length=32, blank=True, help_text="keyed digest of the address it came from")
    request_id = models.CharField(_("request"), max_length=32, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("audit entry"), _("audit log")
        indexes = [
            models.Index(fields=["table", "record", "at"], name="audit_record"),
            models.Index(fields=["user", "at"], name="audit_user"),
            models.Index(fields=["at"], name="audit_at"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(action__in=["CREATE", "UPDATE", "DELETE", "EXPORT"]), name="audit_action_known")
        ]

    def __str__(self) -> str:
        from . import words  # which needs the models to be there

        return f"{words.said().get(self.action, self.action)}: {words.kind(self.table)}"


def record_export(*, table: str, record: str, user: UUID | None, details: dict[str, Any]) -> None:
    """Note that rows of a table were taken away as a file. `details` holds names and numbers, nothing of the rows."""
    with connection.cursor() as cursor:
        cursor.execute(EXPORT, [user, table, record[:63], json.dumps(details)])


EXPORT = """
INSERT INTO ticketing_auditlog ("user", action, "table", record, new_values, ip, request_id)
VALUES (%s, 'EXPORT', %s, %s, %s, coalesce(ticketing_digest(nullif(current_setting('app.ip', true), '')), ''),
    coalesce(current_setting('app.request_id', true), ''))"""


@contextmanager
def acting(*, user: Callable[[], UUID | None] = lambda: None, ip: str = "") -> Iterator[None]:
    """Record the writes of the block as this user's, from this address. `user` is asked at each write."""

    def wrapper(execute: Any, sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
        if not _is_write(sql):
            return execute(sql, params, many, context)
        with nullcontext() if connection.in_atomic_block else transaction.atomic():
            _tell(Told(str(user() or ""), ip, logs.request_id.get()))
            return execute(sql, params, many, context)

    with connection.execute_wrapper(wrapper):
        yield


@dataclass(frozen=True)
class Told:
    """What the triggers were told. It stands among what runs on commit, which goes whenever the telling is undone."""

    user: str
    ip: str
    request_id: str

    def __call__(self) -> None:
        pass


def _tell(told: Told) -> None:
    """Tell the triggers who is acting, unless they know it in this transaction."""
    last = [callback for _sids, callback, *_ in connection.run_on_commit if isinstance(callback, Told)][-1:]
    if last != [told]:
        with connection.cursor() as cursor:
            cursor.execute(SET, [told.user, told.ip, told.request_id])
        transaction.on_commit(told)


SET = "SELECT set_config('app.user', %s, true), set_config('app.ip', %s, true), set_config('app.request_id', %s, true)"


def _is_write(sql: Any) -> bool:
    return isinstance(sql, str) and sql.lstrip()[:6].upper() in WRITES

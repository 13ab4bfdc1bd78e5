"""What rows have: a time-ordered UUID, when they were made and last changed, and some a soft death."""

import os
import time
import uuid

from django.db import models
from django.db.models import Func
from django.db.models.functions import Now


def uuid7() -> uuid.UUID:
    """Return a time-ordered UUID, for a row whose id must be known before it is inserted.

    Ordered to a quarter of a microsecond (RFC 9562, method 3), so that rows made one after another stay in their order.
    """
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    parts = rest * 4096 // 1_000_000
    chance = int.from_bytes(os.urandom(8)) >> 2
    return uuid.UUID(int=milliseconds << 80 | 0x7 << 76 | parts << 64 | 0x2 << 62 | chance)


class DatabaseUUID7(Func):
    """The same in SQL, so that rows inserted without Django get one too."""

    function = "ticketing_uuid7"
    arity = 0
    output_field = models.UUIDField()


class Row(models.Model):
    """The base of our models. `updated_at` is kept by a trigger (`triggers.touched`), for writes from anywhere."""

    id = models.UUIDField(primary_key=True, default=uuid7, db_default=DatabaseUUID7(), editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        abstract = True


class SoftDeleted(models.Model):
    """A row that is hidden, not deleted, so that it can come back.

    Its model names two managers: `objects` (`querysets.Living`) hides the deleted, `all_objects` does not.
    """

    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        abstract = True

    @property
    def is_deleted(self) -> bool:
        return self.deleted_at is not None

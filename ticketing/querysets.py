"""The one way to lock rows, and the one way to hide the deleted."""

from typing import Any, Self

from django.db import models


class RowQuerySet(models.QuerySet):
    def locked(self, *, skip: bool = False) -> Self:
        """Lock the rows until the transaction ends, by primary key; with `skip`, without those that somebody else holds.

        `no_key`, because inserting a child row takes a key-share lock on its parent, which a plain
        FOR UPDATE would block.
        """
        return self.order_by("pk").select_for_update(of=("self",), no_key=True, skip_locked=skip)


class Living(models.Manager):
    """Hides the deleted (`bases.SoftDeleted`); used as `Living.from_queryset(...)`."""

    def get_queryset(self) -> Any:
        return super().get_queryset().filter(deleted_at=None)

"""Pictures of events: what was uploaded, until it is drawn, and then what it was drawn as."""

from secrets import token_hex
from typing import Self

from django.db import models
from django.db.models import CheckConstraint, Q
from django.utils.translation import gettext_lazy as _

from ticketing.bases import Row
from ticketing.querysets import RowQuerySet

from .event import Event


def new_digest() -> str:
    """Return 128 random bits for the picture's address."""
    return token_hex(16)


class PictureQuerySet(RowQuerySet):
    def waiting(self) -> Self:
        return self.filter(original__isnull=False)

    def drawn(self) -> Self:
        return self.filter(original=None)


class Picture(Row):
    """One upload. Its address never shows anything else, so browsers keep it for a year; another picture is another row."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="pictures", verbose_name=_("event"))
    # Not a hash of the file alone: whoever has the file could ask whether a draft shows it.
    digest = models.CharField(max_length=32, unique=True, default=new_digest, editable=False)
    original = models.BinaryField(null=True)
    tries = models.SmallIntegerField(default=0, editable=False)
    small = models.BinaryField(null=True)
    medium = models.BinaryField(null=True)
    large = models.BinaryField(null=True)

    objects = PictureQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("picture"), _("pictures")
        constraints = [
            CheckConstraint(
                condition=Q(original__isnull=False, small=None, medium=None, large=None)
                | Q(original=None, small__isnull=False, medium__isnull=False, large__isnull=False),
                name="picture_waits_or_is_drawn",
                violation_error_message=_("A picture waits as it was uploaded, or it is drawn in all widths."),
            ),
            CheckConstraint(
                condition=Q(digest__regex="^[0-9a-f]{32}$"),
                name="picture_digest_is_128_bits",
                violation_error_message=_("A picture's address is 32 hexadecimal digits."),
            ),
        ]
        indexes = [models.Index(fields=["created_at"], condition=Q(original__isnull=False), name="pictures_waiting")]

    def __str__(self) -> str:
        return self.digest

"""What the promoter's team and staff note about an order, for each other."""

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Index, Q
from django.utils.translation import gettext_lazy as _

from ticketing.bases import Row
from ticketing.querysets import RowQuerySet

from .order import Order


class Note(Row):
    """Not in the history, which forgets nothing: a note may name people, and goes when they are forgotten."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="notes", db_index=False, verbose_name=_("order"))
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("author"))
    text = models.CharField(_("note"), max_length=500)

    objects = RowQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("note"), _("notes")
        constraints = [CheckConstraint(condition=~Q(text=""), name="note_says_something", violation_error_message=_("Write a note."))]
        indexes = [Index(fields=["order", "created_at"], name="notes_of_order")]

    def __str__(self) -> str:
        return self.text[:60]

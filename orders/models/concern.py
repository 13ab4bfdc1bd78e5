"""What a buyer finds wrong with an order, and what the seller answers."""

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Index, Q
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from ticketing.bases import Row
from ticketing.querysets import RowQuerySet

from .order import Order

LONGEST = 2000


class Concern(Row):
    """One message and its answer. Both are personal, so no history and no audit repeats them."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="concerns", db_index=False, verbose_name=_("order"))
    words = models.TextField(_("what is wrong"), max_length=LONGEST)
    asked_at = models.DateTimeField(_("asked at"))
    answer = models.TextField(_("answer"), max_length=LONGEST, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("answered by")
    )

    objects = RowQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("concern"), _("concerns")
        constraints = [
            CheckConstraint(condition=~Q(words=""), name="concern_says_what", violation_error_message=_("Say what is wrong.")),
            CheckConstraint(
                condition=Q(answer="", answered_at=None) | ~Q(answer="") & Q(answered_at__isnull=False),
                name="answered_concern_says_when",
                violation_error_message=_("An answer has the time at which it was given."),
            ),
        ]
        indexes = [
            Index(fields=["order", "asked_at"], name="concerns_order"),
            Index(fields=["asked_at"], condition=Q(answered_at=None), name="concerns_open"),
        ]

    def __str__(self) -> str:
        return f"{self.order}, {date_format(localtime(self.asked_at), 'SHORT_DATE_FORMAT')}"

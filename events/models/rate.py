"""What one USDT is about worth, to show beside a price. Nothing is ever charged from it."""

from django.db import models
from django.db.models import CheckConstraint, Q
from django.utils.translation import gettext_lazy as _

from ticketing.bases import Row


class ReferenceRate(Row):
    currency = models.CharField(_("currency"), max_length=4, unique=True)
    per_usdt = models.DecimalField(_("of it for one USDT"), max_digits=20, decimal_places=8)
    quoted_at = models.DateTimeField(_("quoted at"))

    class Meta:
        verbose_name, verbose_name_plural = _("reference rate"), _("reference rates")
        constraints = [
            CheckConstraint(
                condition=Q(currency__in=["IDR", "USD", "USDT"]),
                name="rate_currency_known",
                violation_error_message=_("Choose IDR, USD or USDT."),
            ),
            CheckConstraint(condition=Q(per_usdt__gt=0), name="rate_positive", violation_error_message=_("A rate is more than 0.")),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.per_usdt}"

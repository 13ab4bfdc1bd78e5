"""What one USDT costs: every round of asking, with every answer. Append-only."""

from typing import Self

from django.db import models
from django.db.models import CheckConstraint, Index, Q
from django.utils.translation import gettext_lazy as _

from ticketing.bases import Row
from ticketing.querysets import RowQuerySet


class RateQuerySet(RowQuerySet):
    def accepted(self, currency: str) -> Self:
        """Those that amounts may be computed from, newest first."""
        return self.filter(currency=currency, refused="").order_by("-fetched_at", "-id")


class Rate(Row):
    """A round of asking. `per_usdt` is how much of the currency one USDT costs; in rupiah, IDR for 1 USDT."""

    currency = models.CharField(_("currency"), max_length=4)
    per_usdt = models.DecimalField(_("of it for one USDT"), max_digits=20, decimal_places=8, null=True)
    source = models.CharField(_("source"), max_length=20, help_text=_("“median” of several, or “static”."))
    fetched_at = models.DateTimeField(_("fetched at"))
    refused = models.CharField(_("refused because"), max_length=40, blank=True)

    objects = RateQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("rate"), _("rates")
        constraints = [
            CheckConstraint(
                condition=Q(currency__in=["IDR", "USD"]),
                name="rate_of_known_currency",
                violation_error_message=_("A rate is of IDR or USD."),
            ),
            CheckConstraint(
                condition=Q(per_usdt=None) | Q(per_usdt__gt=0),
                name="rate_is_positive",
                violation_error_message=_("A rate is more than 0."),
            ),
            CheckConstraint(
                condition=~Q(refused="") | Q(per_usdt__isnull=False),
                name="accepted_rate_has_value",
                violation_error_message=_("An accepted rate has a value."),
            ),
            CheckConstraint(
                condition=Q(source__in=["median", "static"]),
                name="rate_source_known",
                violation_error_message=_("A rate is the median of several, or static."),
            ),
        ]
        indexes = [Index(fields=["currency", "-fetched_at"], name="rates_newest")]

    def __str__(self) -> str:
        return f"{self.currency} {self.per_usdt}"


class RateQuote(Row):
    """What one source answered in a round, and why it did not count."""

    rate = models.ForeignKey(Rate, models.PROTECT, related_name="quotes", verbose_name=_("round"))
    source = models.CharField(_("source"), max_length=40)
    per_usdt = models.DecimalField(_("of it for one USDT"), max_digits=20, decimal_places=8, null=True)
    quoted_at = models.DateTimeField(_("its own time"), null=True)
    milliseconds = models.IntegerField(_("took"), default=0)
    reason = models.CharField(_("did not count because"), max_length=40, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("answer"), _("answers")
        constraints = [
            CheckConstraint(
                condition=~Q(reason="") | Q(per_usdt__gt=0, per_usdt__isnull=False),
                name="counted_answer_has_value",
                violation_error_message=_("An answer that counts has a value of more than 0."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.per_usdt}"

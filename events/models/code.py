"""Discounts that a buyer types."""

from datetime import datetime

from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from ticketing.bases import Row
from ticketing.querysets import RowQuerySet

from .event import Event
from .tier import TicketTier


class DiscountCode(Row):
    """Percent or an amount off each ticket of its tiers, or only the key to hidden tiers. `used` counts orders."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="codes", db_index=False, verbose_name=_("event"))
    code = models.CharField(_("code"), max_length=40)
    percent = models.DecimalField(_("percent off"), max_digits=5, decimal_places=2, null=True, blank=True)
    amount = models.DecimalField(_("amount off each ticket"), max_digits=14, decimal_places=2, null=True, blank=True)
    tiers = models.ManyToManyField(TicketTier, blank=True, related_name="codes", verbose_name=_("tiers"), help_text=_("Empty: all."))
    max_uses = models.IntegerField(_("orders at most"), null=True, blank=True, help_text=_("Empty: no limit."))
    max_uses_per_buyer = models.IntegerField(_("orders at most for each person"), null=True, blank=True)
    used = models.IntegerField(_("used"), default=0, editable=False)
    starts_at = models.DateTimeField(_("valid from"), null=True, blank=True)
    ends_at = models.DateTimeField(_("valid until"), null=True, blank=True)
    unlocks_hidden = models.BooleanField(_("shows hidden tiers"), default=False)
    is_active = models.BooleanField(_("active"), default=True)

    objects = RowQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("discount code"), _("discount codes")
        constraints = [
            CheckConstraint(
                condition=Q(code__regex=r"^[A-Z0-9][A-Z0-9_-]{2,39}$"),
                name="code_is_readable",
                violation_error_message=_("A code has 3 to 40 capital letters, digits, - or _."),
            ),
            UniqueConstraint(
                fields=["event", "code"],
                name="one_code_per_event",
                violation_error_message=_("The event has this code already."),
            ),
            CheckConstraint(
                condition=Q(percent=None) | Q(percent__gt=0, percent__lte=100),
                name="code_percent_within_100",
                violation_error_message=_("A percentage off is more than 0 and at most 100."),
            ),
            CheckConstraint(
                condition=Q(amount=None) | Q(amount__gt=0),
                name="code_amount_positive",
                violation_error_message=_("An amount off is more than 0."),
            ),
            CheckConstraint(
                condition=Q(percent=None) | Q(amount=None),
                name="code_percent_or_amount_not_both",
                violation_error_message=_("A code takes off a percentage or an amount, not both."),
            ),
            CheckConstraint(
                condition=Q(percent__isnull=False) | Q(amount__isnull=False) | Q(unlocks_hidden=True),
                name="code_does_something",
                violation_error_message=_("Say what the code does: a percentage off, an amount off, or showing hidden tiers."),
            ),
            CheckConstraint(
                condition=(Q(max_uses=None) | Q(max_uses__gt=0)) & (Q(max_uses_per_buyer=None) | Q(max_uses_per_buyer__gt=0)),
                name="code_limits_positive",
                violation_error_message=_("A limit is 1 or more. Leave it empty if there is none."),
            ),
            CheckConstraint(
                condition=Q(used__gte=0) & (Q(max_uses=None) | Q(max_uses__gte=F("used"))),
                name="code_uses_within_limit",
                violation_error_message=_("The limit cannot be smaller than the orders that used the code."),
            ),
            CheckConstraint(
                condition=Q(starts_at=None) | Q(ends_at=None) | Q(ends_at__gt=F("starts_at")),
                name="code_ends_after_start",
                violation_error_message=_("A code ends after it starts. Correct one of the two times."),
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def is_valid(self, at: datetime) -> bool:
        begun = self.starts_at is None or self.starts_at <= at
        return self.is_active and begun and (self.ends_at is None or at < self.ends_at)

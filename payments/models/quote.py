"""What an order costs in whole units of a token, until when. Append-only: another price is another quote."""

from django.db import models
from django.db.models import CheckConstraint, F, Index, Q
from django.utils.translation import gettext_lazy as _

from ticketing.bases import Row

from .chain import Chain, Token
from .payment import Payment
from .rate import Rate


class Quote(Row):
    """`due` is asked for, `least` is what settles the order: exchanges take their fees from what was sent."""

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="quotes", db_index=False, verbose_name=_("payment"))
    chain = models.ForeignKey(Chain, models.PROTECT, related_name="+", verbose_name=_("chain"))
    token = models.ForeignKey(Token, models.PROTECT, related_name="+", verbose_name=_("token"))
    rate = models.ForeignKey(Rate, models.PROTECT, null=True, related_name="+", verbose_name=_("rate"), help_text=_("None for USDT."))
    due = models.DecimalField(_("due, in the token's smallest units"), max_digits=78, decimal_places=0)
    least = models.DecimalField(_("enough, in the token's smallest units"), max_digits=78, decimal_places=0)
    quoted_at = models.DateTimeField(_("quoted at"))
    deadline = models.DateTimeField(_("valid until"))

    class Meta:
        verbose_name, verbose_name_plural = _("quote"), _("quotes")
        constraints = [
            CheckConstraint(
                condition=Q(least__gt=0, due__gte=F("least")),
                name="quote_asks_for_something",
                violation_error_message=_("Something is due, and what is enough is more than nothing."),
            ),
            CheckConstraint(
                condition=Q(deadline__gt=F("quoted_at")),
                name="quote_ends_after_start",
                violation_error_message=_("A quote ends after it starts."),
            ),
        ]
        indexes = [Index(fields=["payment", "-quoted_at"], name="quotes_of_payment")]

    def __str__(self) -> str:
        return f"{self.due}"

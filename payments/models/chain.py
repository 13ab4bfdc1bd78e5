"""Where money is taken: chains, how deep a block must lie before it is believed, and the tokens on them."""

from decimal import Decimal
from typing import Self

from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from ticketing.bases import Row
from ticketing.querysets import RowQuerySet

ADDRESS = r"^0x[0-9a-f]{40}$"
HASH = r"^0x[0-9a-f]{64}$"


class ChainQuerySet(RowQuerySet):
    def watched(self) -> Self:
        """Those whose blocks are read: every enabled one, for money goes to the right address on the wrong chain, too.

        One that was switched off is read until nothing that was quoted there waits for it.
        """
        from .payment import Payment
        from .quote import Quote

        # Two questions, each with its index, and asked only where a chain is off: with "or", all payments would be looked at.
        held, doubted = (
            Q(pk__in=Quote.objects.filter(payment__in=payments).values("chain"))
            for payments in (Payment.objects.awaited(), Payment.objects.doubted())
        )
        return self.filter(Q(enabled=True) | held | doubted).order_by("position", "number")


class Chain(Row):
    """An EVM chain. `large_depth` empty: an order above `small_amount` waits until its blocks are final."""

    number = models.BigIntegerField(_("chain id"), unique=True)
    name = models.CharField(_("name"), max_length=40)
    position = models.SmallIntegerField(_("position"), default=0)
    enabled = models.BooleanField(_("enabled"), default=False)
    explorer = models.CharField(_("explorer"), max_length=200, blank=True, help_text=_("Its address, which /tx/ and /address/ follow."))
    small_amount = models.DecimalField(_("small until, in USDT"), max_digits=12, decimal_places=2, default=Decimal(100))
    small_depth = models.IntegerField(_("blocks for a small amount"))
    large_depth = models.IntegerField(_("blocks for a large amount"), null=True, blank=True)
    final_depth = models.IntegerField(_("blocks until final"))
    final_tag = models.BooleanField(_("its own word for final counts, too"), default=True)
    query_delay = models.SmallIntegerField(_("blocks left unread at the head"), default=1)
    patience = models.IntegerField(_("not sold when unseen for, in seconds"), default=300)

    objects = ChainQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("chain"), _("chains")
        constraints = [
            CheckConstraint(
                condition=Q(number__gt=0), name="chain_number_positive", violation_error_message=_("A chain id is more than 0.")
            ),
            CheckConstraint(condition=~Q(name=""), name="chain_has_name", violation_error_message=_("A chain needs a name.")),
            CheckConstraint(
                condition=Q(small_depth__gte=1, final_depth__gte=F("small_depth"), query_delay__gte=0, patience__gt=0),
                name="chain_depths_make_sense",
                violation_error_message=_("At least one block is waited for, and final is no sooner than believed."),
            ),
            CheckConstraint(
                condition=Q(large_depth=None) | Q(large_depth__gte=F("small_depth"), large_depth__lte=F("final_depth")),
                name="chain_large_depth_between",
                violation_error_message=_("A large amount waits no shorter than a small one, and no longer than until final."),
            ),
            CheckConstraint(
                condition=Q(small_amount__gte=0),
                name="chain_small_amount_not_negative",
                violation_error_message=_("An amount cannot be less than nothing."),
            ),
            CheckConstraint(
                condition=Q(explorer="") | Q(explorer__startswith="https://"),
                name="chain_explorer_is_https",
                violation_error_message=_("An explorer's address begins with https://."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Token(Row):
    """A token at its address. Not accepted: money of it is noted and never credited, such as another dollar."""

    chain = models.ForeignKey(Chain, models.PROTECT, related_name="tokens", db_index=False, verbose_name=_("chain"))
    address = models.CharField(_("address"), max_length=42)
    label = models.CharField(_("label"), max_length=20)
    decimals = models.SmallIntegerField(_("decimals"))
    accepted = models.BooleanField(_("accepted"), default=False)
    position = models.SmallIntegerField(_("position"), default=0)

    objects = RowQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("token"), _("tokens")
        constraints = [
            UniqueConstraint(
                fields=["chain", "address"],
                name="one_token_per_address",
                violation_error_message=_("The chain has a token at this address already."),
            ),
            CheckConstraint(
                condition=Q(address__regex=ADDRESS),
                name="token_address_shape",
                violation_error_message=_("An address is 0x and 40 small hexadecimal digits."),
            ),
            CheckConstraint(
                # Two, because a quote is rounded to a hundredth.
                condition=Q(decimals__gte=2, decimals__lte=30),
                name="token_decimals_within_reason",
                violation_error_message=_("A token has 2 to 30 decimals."),
            ),
            CheckConstraint(condition=~Q(label=""), name="token_has_label", violation_error_message=_("A token needs a label.")),
        ]
        indexes = [Index(fields=["chain", "position"], name="tokens_of_chain")]

    def __str__(self) -> str:
        return self.label

"""Money that was seen on its way to one of our addresses, whatever became of its order."""

from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from ticketing.bases import Row
from ticketing.querysets import RowQuerySet

from .address import PaymentAddress
from .chain import ADDRESS, HASH, Chain, Token


class TransferQuerySet(RowQuerySet):
    def standing(self) -> Self:
        """Those that are in the chain as we know it now, in their order."""
        return self.filter(canonical=True).order_by("block_number", "log_index")


class Transfer(Row):
    """One log of one block. After a reorg, the same transaction is another row: its block and its number changed.

    A trigger holds that nothing but `canonical` ever changes. Whose money it is, its address says.
    """

    chain = models.ForeignKey(Chain, models.PROTECT, related_name="+", db_index=False, verbose_name=_("chain"))
    token = models.ForeignKey(Token, models.PROTECT, related_name="+", verbose_name=_("token"))
    address = models.ForeignKey(PaymentAddress, models.PROTECT, related_name="transfers", verbose_name=_("to"), db_column="to_address")
    sender = models.CharField(_("from"), max_length=42, db_column="from_address")
    tx_hash = models.CharField(_("transaction"), max_length=66, db_index=True)
    block_number = models.BigIntegerField(_("block"))
    block_hash = models.CharField(_("hash of the block"), max_length=66)
    log_index = models.IntegerField(_("number in the block"))
    amount = models.DecimalField(_("amount, in the token's smallest units"), max_digits=78, decimal_places=0)
    block_at = models.DateTimeField(_("time of the block"))
    canonical = models.BooleanField(_("in the chain"), default=True)
    accepted = models.BooleanField(_("accepted"), default=True)

    objects = TransferQuerySet.as_manager()

    class Meta:
        db_table = "blockchain_transactions"
        verbose_name, verbose_name_plural = _("transfer"), _("transfers")
        constraints = [
            UniqueConstraint(
                fields=["chain", "block_hash", "log_index"],
                name="one_transfer_per_log",
                violation_error_message=_("This transfer is known already."),
            ),
            ExclusionConstraint(
                name="transaction_stands_in_one_block",
                expressions=[("chain", RangeOperators.EQUAL), ("tx_hash", RangeOperators.EQUAL), ("block_hash", RangeOperators.NOT_EQUAL)],
                condition=Q(canonical=True),
                violation_error_message=_("A transaction is in one block only."),
            ),
            CheckConstraint(
                condition=Q(amount__gt=0),
                name="transfer_amount_positive",
                violation_error_message=_("A transfer is of more than nothing."),
            ),
            CheckConstraint(
                condition=Q(tx_hash__regex=HASH, block_hash__regex=HASH, sender__regex=ADDRESS),
                name="transfer_hashes_shape",
                violation_error_message=_("Hashes and addresses are 0x and small hexadecimal digits."),
            ),
            CheckConstraint(
                condition=Q(block_number__gte=0, log_index__gte=0),
                name="transfer_has_its_place",
                violation_error_message=_("A transfer has its block and its number there."),
            ),
        ]
        indexes = [Index(fields=["chain", "block_number"], name="transfers_by_height")]

    def __str__(self) -> str:
        return self.tx_hash

    def confirmations(self, tip: int) -> int:
        """Return how many blocks confirm it, its own among them, when the chain was read to this height."""
        return max(0, tip - self.block_number + 1) if self.canonical else 0

    def status(self, final: int) -> str:
        """Return the source documents' word for it: pending, confirmed or failed."""
        if not (self.canonical and self.accepted):
            return "failed"
        return "confirmed" if self.block_number <= final else "pending"

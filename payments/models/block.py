"""How far a chain was read: the blocks behind us, and the last one."""

from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from ticketing.bases import Row
from ticketing.querysets import RowQuerySet

from .chain import HASH, Chain


class ChainBlock(Row):
    """A block whose transfers are all written down. A block that fell out of the chain is no longer here."""

    chain = models.ForeignKey(Chain, models.CASCADE, related_name="blocks", db_index=False, verbose_name=_("chain"))
    number = models.BigIntegerField(_("number"))
    hash = models.CharField(_("hash"), max_length=66)
    parent = models.CharField(_("hash of the one before"), max_length=66)
    at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name, verbose_name_plural = _("block"), _("blocks")
        constraints = [
            UniqueConstraint(
                fields=["chain", "number"], name="one_block_per_number", violation_error_message=_("The chain has a block of this number.")
            ),
            CheckConstraint(
                condition=Q(hash__regex=HASH, parent__regex=HASH, number__gte=0),
                name="block_shape",
                violation_error_message=_("A block has a number, its hash, and that of the one before."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}"


class ChainCursor(Row):
    """The last block that was read. It moves only from the hash that was built upon, so two readers cannot both move it."""

    chain = models.OneToOneField(Chain, models.CASCADE, related_name="cursor", verbose_name=_("chain"))
    number = models.BigIntegerField(_("block"))
    hash = models.CharField(_("hash"), max_length=66)
    at = models.DateTimeField(_("time of the block"))
    final_number = models.BigIntegerField(_("final until"))
    checked_number = models.BigIntegerField(_("looked at again until"), default=-1)
    reached_at = models.DateTimeField(_("head reached at"), null=True, blank=True)
    halted = models.CharField(_("nothing is settled because"), max_length=200, blank=True)

    objects = RowQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("cursor"), _("cursors")
        constraints = [
            CheckConstraint(
                condition=Q(hash__regex=HASH, number__gte=0, final_number__gte=-1, final_number__lte=F("number"))
                & Q(checked_number__gte=-1, checked_number__lte=F("number")),
                name="cursor_shape",
                violation_error_message=_("A cursor stands at a block; nothing after it is final, or was looked at again."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}"

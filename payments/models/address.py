"""Addresses that money is sent to: one for each order, for life."""

from typing import Self

from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from ticketing.bases import Row
from ticketing.querysets import RowQuerySet

from .chain import ADDRESS


class PaymentAddressQuerySet(RowQuerySet):
    def free(self, wallet: str) -> Self:
        """Those of this wallet that were never shown to anybody."""
        return self.filter(wallet=wallet, is_used=False)


class PaymentAddress(Row):
    """Triggers hold that a row's facts never change, and that a used address never becomes unused.

    `private_key` is what the source documents call it. It holds no key: it says how whoever holds the wallet finds it.
    """

    address = models.CharField(_("address"), max_length=42, unique=True)
    wallet = models.CharField(_("wallet"), max_length=8, help_text=_("The fingerprint of the wallet's public key."))
    account = models.IntegerField(_("account"))
    index = models.IntegerField(_("number"))
    private_key = models.CharField(_("way to its key"), max_length=300)
    is_used = models.BooleanField(_("used"), default=False, editable=False)
    used_at = models.DateTimeField(_("used at"), null=True, blank=True, editable=False)

    objects = PaymentAddressQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("address"), _("addresses")
        constraints = [
            CheckConstraint(
                condition=Q(address__regex=ADDRESS),
                name="address_shape",
                violation_error_message=_("An address is 0x and 40 small hexadecimal digits."),
            ),
            CheckConstraint(
                condition=Q(wallet__regex=r"^[0-9a-f]{8}$", account__gte=0, index__gte=0),
                name="address_says_where_it_is_from",
                violation_error_message=_("An address has its wallet, its account and its number there."),
            ),
            UniqueConstraint(
                fields=["wallet", "account", "index"],
                name="one_address_per_number",
                violation_error_message=_("The wallet has an address of this number already."),
            ),
            CheckConstraint(
                condition=Q(private_key__regex=r"^(hd:v1:[0-9a-f]{8}:m/[0-9'/]+|sealed:v1:[0-9a-z]+:[A-Za-z0-9+/=]+)$")
                & ~Q(private_key__regex=r"[0-9a-fA-F]{64}"),
                name="address_holds_no_key",
                violation_error_message=_("No private key is kept here, but the way to it, or one that cannot be opened here."),
            ),
            CheckConstraint(
                condition=Q(is_used=True, used_at__isnull=False) | Q(is_used=False, used_at=None),
                name="used_address_says_when",
                violation_error_message=_("A used address has the time at which it was taken."),
            ),
        ]
        indexes = [Index(fields=["wallet", "index"], condition=Q(is_used=False), name="addresses_free")]

    def __str__(self) -> str:
        return self.address

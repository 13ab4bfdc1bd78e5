"""Amounts of money: which currencies there are, and how each is rounded and written."""

from decimal import ROUND_HALF_UP, ROUND_UP, Decimal

from django.db import models
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext


class Currency(models.TextChoices):
    IDR = "IDR", "IDR"
    USD = "USD", "USD"
    USDT = "USDT", "USDT"

    @property
    def decimals(self) -> int:
        return 0 if self is Currency.IDR else 2


def rounded(amount: Decimal, currency: str) -> Decimal:
    """Round to what can be paid: halves up, but USDT always up, so that no transfer falls short of what is due."""
    known = Currency(currency)
    return amount.quantize(Decimal(1).scaleb(-known.decimals), ROUND_UP if known is Currency.USDT else ROUND_HALF_UP)


def is_payable(amount: Decimal, currency: str) -> bool:
    """Answer whether the amount has no more decimals than its currency."""
    return amount == rounded(amount, currency)


def in_full(amount: Decimal) -> str:
    """Write a number with all its decimals, as the reader's language does."""
    return number_format(amount, use_l10n=True, force_grouping=True)


def priced(amount: Decimal, currency: str) -> str:
    """Write what something costs: what costs nothing is free."""
    return written(amount, currency) if amount else pgettext("price", "Free")


def written(amount: Decimal, currency: str) -> str:
    """Write the amount as the reader's language does."""
    number = number_format(rounded(amount, currency), Currency(currency).decimals, use_l10n=True, force_grouping=True)
    if currency == Currency.USDT:
        return f"{number} USDT"  # as wallets and exchanges write it
    return _("IDR %(number)s") % {"number": number} if currency == Currency.IDR else f"{currency} {number}"

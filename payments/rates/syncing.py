"""One sync: ask outside of any transaction, then hand the answers to the action."""

from datetime import datetime
from decimal import Decimal

from django.conf import settings

from payments import actions
from payments.models import Rate

from .asking import ask_all

CURRENCIES = ("IDR", "USD")


def sync(currency: str, *, at: datetime) -> Rate:
    if settings.RATE_PROVIDER == "static":
        per_usdt = Decimal(settings.STATIC_RATE) if currency == "IDR" else Decimal(1)
        return actions.take_static(currency=currency, per_usdt=per_usdt, at=at)
    return actions.take_round(currency=currency, answers=ask_all(currency), at=at)

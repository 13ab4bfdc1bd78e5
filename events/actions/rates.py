"""What one USDT is about worth, for display. Payments finds it out and tells it here."""

from datetime import datetime
from decimal import Decimal

from events.models import ReferenceRate


def show_rate(*, currency: str, per_usdt: Decimal, at: datetime) -> None:
    """Show this rate beside prices from now on. Locks: the currency's row, for the caller's transaction."""
    ReferenceRate.objects.update_or_create(currency=currency, defaults={"per_usdt": per_usdt, "quoted_at": at})

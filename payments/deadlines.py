"""Until when places are held, by the way in which they are paid. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from events.models import Event, TicketTier

from .models import Provider


def deadline(provider: str, event: Event, tiers: Iterable[TicketTier], *, at: datetime) -> datetime:
    """Return the moment; manual orders never outlast the sale, since nobody could buy the places afterwards."""
    if provider != Provider.MANUAL:
        return at + timedelta(minutes=event.hold_minutes)
    ends = [tier.sale_ends_at for tier in tiers if tier.sale_ends_at]
    return min(at + timedelta(hours=event.manual_hold_hours), event.ends_at, *ends)

"""The doors of buying."""

from .buying import reserve
from .deeds import cancel, cancel_seat, extend, network, sent
from .order import order, receipt, status

__all__ = ["cancel", "cancel_seat", "extend", "network", "order", "receipt", "reserve", "sent", "status"]

"""The doors of buying."""

from .buying import reserve
from .deeds import cancel, cancel_seat, extend
from .order import order, receipt, status

__all__ = ["cancel", "cancel_seat", "extend", "order", "receipt", "reserve", "status"]

"""The doors of buying."""

from .buying import reserve
from .deeds import cancel, cancel_seat, extend
from .demo_wallet import demo_wallet
from .order import order, receipt, receipt_pdf, status

__all__ = ["cancel", "cancel_seat", "demo_wallet", "extend", "order", "receipt", "receipt_pdf", "reserve", "status"]

"""The doors of buying."""

from .buying import reserve
from .deeds import cancel, cancel_seat, extend, network, sent
from .demo_wallet import demo_wallet
from .order import order, receipt, receipt_pdf, status

__all__ = ["cancel", "cancel_seat", "demo_wallet", "extend", "network", "order", "receipt", "receipt_pdf", "reserve", "sent", "status"]

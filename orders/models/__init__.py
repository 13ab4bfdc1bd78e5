"""Orders, their lines and tickets, and what happens to tickets at the door."""

from .order import LIVE, Order, OrderItem
from .scan import DeadCode, Scan
from .ticket import Ticket

__all__ = ["LIVE", "DeadCode", "Order", "OrderItem", "Scan", "Ticket"]

"""Orders, their lines and tickets, and what happens to tickets at the door."""

from .concern import Concern
from .order import LIVE, Order, OrderItem
from .scan import DeadCode, Scan
from .ticket import Ticket

__all__ = ["LIVE", "Concern", "DeadCode", "Order", "OrderItem", "Scan", "Ticket"]

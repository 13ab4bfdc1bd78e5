"""Who has which tickets: orders, their lines, and one ticket for each place that is paid."""

from .order import LIVE, Order, OrderItem
from .ticket import Ticket

__all__ = ["LIVE", "Order", "OrderItem", "Ticket"]

"""Who has which tickets: orders, their lines, and one ticket for each place that is paid."""

from .concern import Concern
from .order import LIVE, Order, OrderItem
from .ticket import Ticket

__all__ = ["LIVE", "Concern", "Order", "OrderItem", "Ticket"]

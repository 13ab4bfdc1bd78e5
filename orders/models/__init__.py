"""Who has which tickets: orders, their lines, and one ticket for each place that is paid."""

from .note import Note
from .order import LIVE, Order, OrderItem
from .ticket import Ticket
from .view import UserTicket

__all__ = ["LIVE", "Note", "Order", "OrderItem", "Ticket", "UserTicket"]

"""Orders, their lines and tickets, and what happens to tickets at the door."""

from .note import Note
from .order import LIVE, Order, OrderItem
from .scan import DeadCode, Scan
from .ticket import Ticket
from .view import UserTicket

__all__ = ["LIVE", "DeadCode", "Note", "Order", "OrderItem", "Scan", "Ticket", "UserTicket"]

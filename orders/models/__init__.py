"""Orders, their lines and tickets, and what happens to tickets at the door."""

from .concern import Concern
from .note import Note
from .order import LIVE, Order, OrderItem
from .scan import DeadCode, Scan
from .ticket import Ticket
from .view import UserTicket

__all__ = ["LIVE", "Concern", "DeadCode", "Note", "Order", "OrderItem", "Scan", "Ticket", "UserTicket"]

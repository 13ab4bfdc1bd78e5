"""What promoters' people and staff see of orders, tickets and money, and the buttons that call the deeds."""

from .chains import ChainAdmin
from .concerns import ConcernAdmin
from .orders import OrderAdmin
from .payments import PaymentAdmin
from .sales import SalesAdmin
from .tickets import TicketAdmin

__all__ = ["ChainAdmin", "ConcernAdmin", "OrderAdmin", "PaymentAdmin", "SalesAdmin", "TicketAdmin"]

"""How orders are paid, and what events have sold."""

from .payment import WITHOUT_ADDRESS, Payment, Provider, State
from .sales import EventSales

__all__ = ["WITHOUT_ADDRESS", "EventSales", "Payment", "Provider", "State"]

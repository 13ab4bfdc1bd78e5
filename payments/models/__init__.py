"""How orders are paid: the ways, the chains, the addresses and rates, and the money that was seen."""

from .address import PaymentAddress
from .block import ChainBlock, ChainCursor
from .chain import Chain, Token
from .payment import WITHOUT_ADDRESS, Payment, Provider, State
from .quote import Quote
from .rate import Rate, RateQuote
from .sales import EventSales
from .transfer import Transfer

__all__ = [
    "WITHOUT_ADDRESS",
    "Chain",
    "ChainBlock",
    "ChainCursor",
    "EventSales",
    "Payment",
    "PaymentAddress",
    "Provider",
    "Quote",
    "Rate",
    "RateQuote",
    "State",
    "Token",
    "Transfer",
]

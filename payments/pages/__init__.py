"""What the pages of buying show: plain values for templates."""

from .consent import consent
from .letters import to_send
from .looking import known_of
from .machine import as_json
from .offers import AWAY, forget_offers, state_of_usdt, way_to_pay, ways_to_pay
from .order import OrderPage, order_page
from .reading import etag, order_with
from .receipt import receipt_of
from .refund import comes_back
from .ways import ways

__all__ = [
    "AWAY",
    "OrderPage",
    "as_json",
    "comes_back",
    "consent",
    "etag",
    "forget_offers",
    "known_of",
    "order_page",
    "order_with",
    "receipt_of",
    "state_of_usdt",
    "to_send",
    "way_to_pay",
    "ways",
    "ways_to_pay",
]

"""What the pages of buying show: plain values for templates."""

from .consent import consent
from .machine import as_json
from .order import OrderPage, order_page, stamp
from .receipt import receipt_of
from .refund import comes_back
from .ways import ways

__all__ = ["OrderPage", "as_json", "comes_back", "consent", "order_page", "receipt_of", "stamp", "ways"]

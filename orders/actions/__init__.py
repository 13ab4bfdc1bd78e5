"""The deeds of orders. Money comes first: whoever calls these for an order that has one holds its payment."""

from .ending import TicketUsed, cancel, cancel_seat
from .holds import NotExtended, expire, extend
from .links import send_links
from .paying import mark_paid
from .placing import (
    HOLDS_PER_BUYER,
    AccountNeeded,
    NothingChosen,
    Offer,
    OneOrderEach,
    TooManyFromHere,
    TooManyHolds,
    Visit,
    Wish,
    place,
    priced,
    receive,
)

__all__ = [
    "HOLDS_PER_BUYER",
    "AccountNeeded",
    "NotExtended",
    "NothingChosen",
    "Offer",
    "OneOrderEach",
    "TicketUsed",
    "TooManyFromHere",
    "TooManyHolds",
    "Visit",
    "Wish",
    "cancel",
    "cancel_seat",
    "expire",
    "extend",
    "mark_paid",
    "place",
    "priced",
    "receive",
    "send_links",
]

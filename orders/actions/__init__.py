"""The deeds of orders. Money comes first: whoever calls these for an order that has one holds its payment."""

from .certainty import await_certainty, await_money, hold_at_gate, lapse, put_off
from .ending import TicketUsed, cancel, cancel_seat
from .holds import NotExtended, expire, extend
from .paying import mark_paid
from .placing import (
    HOLDS_PER_BUYER,
    AccountNeeded,
    NothingChosen,
    Offer,
    OneOrderEach,
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
    "TooManyHolds",
    "Visit",
    "Wish",
    "await_certainty",
    "await_money",
    "cancel",
    "cancel_seat",
    "expire",
    "extend",
    "hold_at_gate",
    "lapse",
    "mark_paid",
    "place",
    "priced",
    "put_off",
    "receive",
]

"""The deeds of orders. Money comes first: whoever calls these for an order that has one holds its payment."""

from .door import Checked, NonceUsed, NoReason, NotInside, admit, check_in, undo
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
from .seats import SeatFixed, name_seat, pass_on, reissue

__all__ = [
    "HOLDS_PER_BUYER",
    "AccountNeeded",
    "Checked",
    "NoReason",
    "NonceUsed",
    "NotExtended",
    "NotInside",
    "NothingChosen",
    "Offer",
    "OneOrderEach",
    "SeatFixed",
    "TicketUsed",
    "TooManyHolds",
    "Visit",
    "Wish",
    "admit",
    "cancel",
    "cancel_seat",
    "check_in",
    "expire",
    "extend",
    "mark_paid",
    "name_seat",
    "pass_on",
    "place",
    "priced",
    "receive",
    "reissue",
    "undo",
]

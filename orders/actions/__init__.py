"""The deeds of orders. Money comes first: whoever calls these for an order that has one holds its payment."""

from .counting import drift, rebuild_counters
from .ending import TicketUsed, cancel, cancel_seat
from .holds import NotExtended, expire, extend
from .letters import NothingToSend, TooManyLetters, owe_changes, owe_reminders, resend
from .links import send_links
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
    "NothingToSend",
    "Offer",
    "OneOrderEach",
    "TicketUsed",
    "TooManyHolds",
    "TooManyLetters",
    "Visit",
    "Wish",
    "cancel",
    "cancel_seat",
    "drift",
    "expire",
    "extend",
    "mark_paid",
    "owe_changes",
    "owe_reminders",
    "place",
    "priced",
    "rebuild_counters",
    "receive",
    "resend",
    "send_links",
]

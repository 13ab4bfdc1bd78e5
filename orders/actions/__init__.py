"""The deeds of orders. Money comes first: whoever calls these for an order that has one holds its payment."""

from .address import AT_ONCE, Asked, NotMoved, confirm_email, move_email, read_token
from .certainty import await_certainty, await_money, hold_at_gate, lapse, put_off
from .concerns import AlreadyAnswered, TooManyConcerns, answer_concern, may_answer, raise_concern
from .counting import drift, rebuild_counters
from .door import Checked, NonceUsed, NoReason, NotInside, admit, check_in, undo
from .ending import TicketUsed, cancel, cancel_seat
from .holds import NotExtended, expire, extend, shorten
from .letters import NothingToSend, TooManyLetters, owe_changes, owe_reminders, resend
from .links import send_links
from .numbering import NumberTaken, keep_number
from .paying import mark_paid
from .placing import (
    HOLDS_PER_BUYER,
    AccountNeeded,
    NothingChosen,
    Offer,
    OneOrderEach,
    TooManyForOne,
    TooManyFromHere,
    TooManyHolds,
    Visit,
    Wish,
    place,
    priced,
    receive,
)
from .seats import SeatFixed, name_seat, pass_on, reissue

__all__ = [
    "AT_ONCE",
    "HOLDS_PER_BUYER",
    "AccountNeeded",
    "AlreadyAnswered",
    "Asked",
    "Checked",
    "NoReason",
    "NonceUsed",
    "NotExtended",
    "NotInside",
    "NotMoved",
    "NothingChosen",
    "NothingToSend",
    "NumberTaken",
    "Offer",
    "OneOrderEach",
    "SeatFixed",
    "TicketUsed",
    "TooManyConcerns",
    "TooManyForOne",
    "TooManyFromHere",
    "TooManyHolds",
    "TooManyLetters",
    "Visit",
    "Wish",
    "admit",
    "answer_concern",
    "await_certainty",
    "await_money",
    "cancel",
    "cancel_seat",
    "check_in",
    "confirm_email",
    "drift",
    "expire",
    "extend",
    "hold_at_gate",
    "keep_number",
    "lapse",
    "mark_paid",
    "may_answer",
    "move_email",
    "name_seat",
    "owe_changes",
    "owe_reminders",
    "pass_on",
    "place",
    "priced",
    "put_off",
    "raise_concern",
    "read_token",
    "rebuild_counters",
    "receive",
    "reissue",
    "resend",
    "send_links",
    "shorten",
    "undo",
]

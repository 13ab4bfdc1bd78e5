"""The deeds of money: orders begin here, are settled, held longer, and ended."""

from .checkout import check_out
from .comps import TooManyComps, comps_left, give_comps, try_comps
from .ending import MoneyOnTheWay, NotReturnable, annul, annul_seat, cancel, cancel_seat, follow_cancelled_events
from .holds import expire_overdue, extend
from .notes import NothingNoted, add_note
from .reports import refresh_sales, sales_are_old
from .settling import NoReason, settle_by_hand

__all__ = [
    "MoneyOnTheWay",
    "NoReason",
    "NotReturnable",
    "NothingNoted",
    "TooManyComps",
    "add_note",
    "annul",
    "annul_seat",
    "cancel",
    "cancel_seat",
    "check_out",
    "comps_left",
    "expire_overdue",
    "extend",
    "follow_cancelled_events",
    "give_comps",
    "refresh_sales",
    "sales_are_old",
    "settle_by_hand",
    "try_comps",
]

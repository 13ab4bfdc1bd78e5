"""The deeds of money: orders begin here, are settled, held longer, and ended."""

from .checkout import check_out, give_comps
from .ending import MoneyOnTheWay, NotReturnable, annul, cancel, cancel_seat, follow_cancelled_events
from .holds import expire_overdue, extend
from .settling import NoReason, settle_by_hand

__all__ = [
    "MoneyOnTheWay",
    "NoReason",
    "NotReturnable",
    "annul",
    "cancel",
    "cancel_seat",
    "check_out",
    "expire_overdue",
    "extend",
    "follow_cancelled_events",
    "give_comps",
    "settle_by_hand",
]

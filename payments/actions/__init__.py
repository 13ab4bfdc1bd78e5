"""The deeds of money: orders begin here, are settled, held longer, and ended."""

from .addresses import NoAddress, derive_addresses, fill_pool, take_address
from .checkout import check_out, give_comps
from .ending import MoneyOnTheWay, NotReturnable, annul, cancel, cancel_seat, follow_cancelled_events
from .holds import expire_overdue, extend
from .rates import NoRate, rate_in_use, take_round, take_static
from .settling import NoReason, settle_by_hand

__all__ = [
    "MoneyOnTheWay",
    "NoAddress",
    "NoRate",
    "NoReason",
    "NotReturnable",
    "annul",
    "cancel",
    "cancel_seat",
    "check_out",
    "derive_addresses",
    "expire_overdue",
    "extend",
    "fill_pool",
    "follow_cancelled_events",
    "give_comps",
    "rate_in_use",
    "settle_by_hand",
    "take_address",
    "take_round",
    "take_static",
]

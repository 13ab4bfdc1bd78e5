"""The deeds of money: orders begin here, are settled, held longer, and ended."""

from .addresses import NoAddress, derive_addresses, fill_pool, take_address
from .blocks import apply_block, begin_chain, look_again, roll_back, see_head
from .chains import disable_chain, enable_chain, resume_chain
from .checkout import check_out
from .comps import TooManyComps, comps_left, give_comps, try_comps
from .ending import MoneyOnTheWay, NotReturnable, annul, annul_seat, cancel, cancel_seat, follow_cancelled_events
from .holds import expire_overdue, extend
from .judging import judge, to_judge, to_vouch
from .networks import NotChanged, change_network
from .notes import NothingNoted, add_note
from .playing import run_out
from .quoting import NotTaken, offered_tokens
from .rates import NoRate, rate_in_use, take_round, take_static
from .reports import refresh_sales, sales_are_old
from .settling import NoReason, settle_by_hand

__all__ = [
    "MoneyOnTheWay",
    "NoAddress",
    "NoRate",
    "NoReason",
    "NotChanged",
    "NotReturnable",
    "NotTaken",
    "NothingNoted",
    "TooManyComps",
    "add_note",
    "annul",
    "annul_seat",
    "apply_block",
    "begin_chain",
    "cancel",
    "cancel_seat",
    "change_network",
    "check_out",
    "comps_left",
    "derive_addresses",
    "disable_chain",
    "enable_chain",
    "expire_overdue",
    "extend",
    "fill_pool",
    "follow_cancelled_events",
    "give_comps",
    "judge",
    "look_again",
    "offered_tokens",
    "rate_in_use",
    "refresh_sales",
    "resume_chain",
    "roll_back",
    "run_out",
    "sales_are_old",
    "see_head",
    "settle_by_hand",
    "take_address",
    "take_round",
    "take_static",
    "to_judge",
    "to_vouch",
    "try_comps",
]

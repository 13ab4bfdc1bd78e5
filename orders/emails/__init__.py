"""The letters about orders. A letter's kind, `orders.<name>`, is a name in here."""

from .bought import held, tickets
from .coming import changed, reminder
from .concerns import concern_answered, concern_raised
from .links import links
from .moving import confirm_email, moved_away
from .seats import seat_given_away, seat_passed_on, seat_reissued

__all__ = [
    "changed",
    "concern_answered",
    "concern_raised",
    "confirm_email",
    "held",
    "links",
    "moved_away",
    "reminder",
    "seat_given_away",
    "seat_passed_on",
    "seat_reissued",
    "tickets",
]

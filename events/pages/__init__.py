"""What the public pages show of events: plain values for templates, put together once and kept."""

from .attempt import Attempt, Way
from .calendar import calendar
from .drawings import Look, card, drawing, look, poster_stamp
from .event import Shown, Terms, event, terms
from .lists import Card, Results, cities, past, read_cursor, results
from .tickets import Tickets, TierLine, read_quantities, tickets, turns
from .words import zone_name

__all__ = [
    "Attempt",
    "Card",
    "Look",
    "Results",
    "Shown",
    "Terms",
    "Tickets",
    "TierLine",
    "Way",
    "calendar",
    "card",
    "cities",
    "drawing",
    "event",
    "look",
    "past",
    "poster_stamp",
    "read_cursor",
    "read_quantities",
    "results",
    "terms",
    "tickets",
    "turns",
    "zone_name",
]

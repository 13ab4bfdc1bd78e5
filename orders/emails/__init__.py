"""The letters about orders. A letter's kind, `orders.<name>`, is a name in here."""

from .seats import seat_given_away, seat_passed_on, seat_reissued

__all__ = ["seat_given_away", "seat_passed_on", "seat_reissued"]

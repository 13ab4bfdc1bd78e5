"""The letters about orders. A letter's kind, `orders.<name>`, is a name in here."""

from .bought import held, tickets
from .coming import changed, reminder

__all__ = ["changed", "held", "reminder", "tickets"]

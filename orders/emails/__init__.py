"""The letters about orders. A letter's kind, `orders.<name>`, is a name in here."""

from .bought import held, tickets
from .coming import changed, reminder
from .links import links

__all__ = ["changed", "held", "links", "reminder", "tickets"]

"""What is kept of events between two visits, and for how long. Buying never looks here: it reads the rows."""

from ticketing.kept import Shelf

from .models import Event

TEXTS = Shelf("event-texts", seconds=5 * 60)
STOCK = Shelf("event-stock", seconds=60)
LISTS = Shelf("event-lists", seconds=60)
MAPS = Shelf("event-maps", seconds=60 * 60)
EVERYTHING = "all"


def renew(event: Event) -> None:
    """Show the event anew everywhere, once the transaction is committed."""
    TEXTS.renew(event.slug)
    STOCK.renew(event.pk)
    LISTS.renew(EVERYTHING)

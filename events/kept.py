"""What is kept of events between two visits, and for how long. Buying never looks here: it reads the rows."""

from django.conf import settings

from ticketing.kept import Shelf

from .models import Event

TTLS = settings.CACHE_TTLS
TEXTS = Shelf("event-texts", seconds=TTLS["event"])
STOCK = Shelf("event-tickets", seconds=TTLS["availability"])
LISTS = Shelf("event-lists", seconds=TTLS["availability"])
MAPS = Shelf("event-maps", seconds=60 * 60)
EVERYTHING = "all"


def renew(event: Event) -> None:
    """Show the event anew everywhere, once the transaction is committed."""
    TEXTS.renew(event.slug)
    STOCK.renew(event.pk)
    LISTS.renew(EVERYTHING)

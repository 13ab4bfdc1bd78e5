"""How events are found: by where they stand, by words, and by city."""

from datetime import datetime, timedelta
from typing import Any, Self

from django.db import connection
from django.db.models import Exists, F, OuterRef, Prefetch, Q, Subquery, Value

from ticketing.querysets import Living, RowQuerySet

from . import search
from .states import PUBLIC, Status

LONGEST = timedelta(days=31)

CITIES = """
WITH RECURSIVE cities (city) AS (
    (SELECT city FROM events_event WHERE deleted_at IS NULL AND status IN ('published', 'sales_closed') AND city > '' ORDER BY city LIMIT 1)
    UNION ALL
    SELECT (SELECT e.city FROM events_event e WHERE e.deleted_at IS NULL AND e.status IN ('published', 'sales_closed')
            AND e.city > cities.city ORDER BY e.city LIMIT 1)
    FROM cities WHERE cities.city IS NOT NULL
)
SELECT cities.city FROM cities WHERE EXISTS (
    SELECT 1 FROM events_event e WHERE e.deleted_at IS NULL AND e.status IN ('published', 'sales_closed')
    AND e.city = cities.city AND e.starts_at > %(since)s AND e.ends_at > %(at)s)
LIMIT 200
"""


class EventQuerySet(RowQuerySet):
    def shown(self) -> Self:
        """Those with a page of their own: once published, always, since people hold links to it."""
        return self.filter(published_at__isnull=False)

    def public(self) -> Self:
        return self.filter(status__in=PUBLIC)

    def upcoming(self, at: datetime) -> Self:
        """Those the public can still attend, soonest first. The second bound is for the index: nothing lasts longer."""
        return self.filter(status__in=PUBLIC, ends_at__gt=at, starts_at__gt=at - LONGEST).order_by("starts_at", "ends_at", "pk")

    def past(self, at: datetime) -> Self:
        """Those that were, the latest first. The second bound is for the index: it passes over what is to come."""
        return self.filter(status__in=PUBLIC, ends_at__lte=at, starts_at__lt=at).order_by("-starts_at", "-ends_at", "-pk")

    def on_sale(self, at: datetime) -> Self:
        """Upcoming ones with places that can be bought at this moment by anybody."""
        from .tier import TicketTier

        tiers = TicketTier.objects.filter(event=OuterRef("pk")).listed().in_window(at).filter(available__gt=0)
        has_room = Q(capacity=None) | Q(capacity__gt=F("sold") + F("reserved"))
        return self.upcoming(at).filter(has_room, Exists(tiers), status=Status.PUBLISHED)

    def with_prices(self, code: Any = None) -> Self:
        """With what a price needs: the rate, the promoter's fees, and the tiers that everybody sees, or who has this code."""
        from .rate import ReferenceRate
        from .tier import TicketTier

        rate = ReferenceRate.objects.filter(currency=OuterRef("currency")).values("per_usdt")
        tiers = Prefetch("tiers", queryset=TicketTier.objects.listed_for(code))
        return self.annotate(per_usdt=Subquery(rate)).select_related("promoter").prefetch_related(tiers)

    def matching(self, words: str) -> Self:
        """Those that have all the words, each with its `rank`; the caller orders."""
        return self.filter(search.Matches(Value(words))).annotate(rank=search.Weight(Value(words)))

    def alike(self, words: str) -> Self:
        """For when nothing matches: public ones whose names are written much like this, each with its `rank`."""
        return self.filter(pk__in=search.alike(words)).annotate(rank=search.Likeness(words))


class LivingEvents(Living.from_queryset(EventQuerySet)):  # type: ignore[misc]  # made at run time
    def cities(self, at: datetime) -> list[str]:
        """Return where something public can still be attended. From city to city in the index, whatever the number of events."""
        with connection.cursor() as cursor:
            cursor.execute(CITIES, {"at": at, "since": at - LONGEST})
            return [city for (city,) in cursor.fetchall()]

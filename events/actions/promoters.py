"""What a promoter's end means for its events."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

import accounts.actions
from accounts.models import Promoter, User
from events.models import Event
from events.models.states import PUBLIC
from ticketing.errors import DomainError

from .sales import close_sales

NAMED = 5
BATCH = 100


class HasPublicEvents(DomainError):
    def __init__(self, events: Sequence[Event]) -> None:
        names = ", ".join([event.title for event in events[:NAMED]] + ["…"] * (len(events) > NAMED))
        super().__init__(_("These events are public: %(names)s. Cancel them, or archive what is over, first.") % {"names": names})
        self.events = events


@transaction.atomic
def delete_promoter(*, promoter_id: Any, by: User | None, at: datetime) -> None:
    """Hide a promoter that has no public event. Deleting twice is deleting once.

    Locks: the promoter, which whoever publishes locks too; then the people of its team. Raises: NotAllowed, HasPublicEvents.
    """
    promoter = Promoter.all_objects.locked().get(pk=promoter_id)
    if public := list(Event.objects.filter(promoter=promoter, status__in=PUBLIC).order_by("starts_at", "pk")):
        raise HasPublicEvents(public)
    accounts.actions.delete_promoter(promoter_id=promoter_id, by=by, at=at)


def follow_refused_promoters(*, at: datetime, most: int = BATCH) -> int:
    """Stop the sales of promoters that lost their approval; return how many. Each event is a transaction of its own.

    The pages stay, since people hold tickets. Once the promoter is approved again, its people open the sales themselves.
    """
    selling = Event.objects.filter(status=Event.Status.PUBLISHED, promoter__refused_at__isnull=False)
    found = list(selling.order_by("pk").values_list("pk", flat=True)[:most])
    for event_id in found:
        close_sales(event_id=event_id, by=None, at=at)
    return len(found)

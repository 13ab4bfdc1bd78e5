"""How an event comes before the public, and how it ends."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from events.models import Event
from events.readiness import Missing, missing
from ticketing import history, statuses
from ticketing.errors import DomainError

from .rights import EventDeleted, actor, lock_promoter, locked_event, locked_tiers, only_planners

DRAFT, PUBLISHED, SALES_CLOSED, CANCELLED, ARCHIVED = Event.Status


class NotReady(DomainError):
    """Something is missing; `missing` says what and where."""

    def __init__(self, things: list[Missing]) -> None:
        super().__init__(" ".join([_("This event is not ready to publish."), *(thing.says for thing in things)]))
        self.missing = things


class NotOver(DomainError):
    def __init__(self) -> None:
        super().__init__(_("This event has not ended yet. Cancel it, or archive it afterwards."))


class NoReason(DomainError):
    def __init__(self) -> None:
        super().__init__(_("Say why the event is cancelled: the buyers read it."))


class StillPublic(DomainError):
    def __init__(self) -> None:
        super().__init__(_("This event is public. Cancel it, or archive it when it is over, before you delete it."))


@transaction.atomic
def publish(*, event_id: Any, by: User | None, at: datetime) -> None:
    """Show a draft to the public. Publishing twice is publishing once.

    Locks: the event, its tiers, then its promoter. Raises: NotAllowed, EventDeleted, NotReady, MoveRefused.
    """
    event = locked_event(event_id, by)
    if event.status == PUBLISHED:
        return
    if event.status != DRAFT:
        raise statuses.MoveRefused
    tiers = locked_tiers(event)
    lock_promoter(event)
    if things := missing(event, tiers, at=at):
        raise NotReady(things)
    statuses.move(event, PUBLISHED, at=at, by=actor(by), published_at=at, poster=str(event.choice))


@transaction.atomic
def close_sales(*, event_id: Any, by: User | None, at: datetime) -> None:
    """Stop selling; the page stays. Closing twice is closing once.

    Locks: the event, then its tiers, so that no claim is half-way. Raises: NotAllowed, EventDeleted, MoveRefused.
    """
    event = locked_event(event_id, by)
    if event.status != SALES_CLOSED:
        locked_tiers(event)
        statuses.move(event, SALES_CLOSED, at=at, by=actor(by))


@transaction.atomic
def reopen_sales(*, event_id: Any, by: User | None, at: datetime) -> None:
    """Sell again. Reopening twice is reopening once.

    Locks: the event, then its tiers. Raises: NotAllowed, EventDeleted, NotReady, MoveRefused.
    """
    event = locked_event(event_id, by)
    if event.status == PUBLISHED:
        return
    if event.status != SALES_CLOSED:
        raise statuses.MoveRefused
    things = [thing for thing in missing(event, locked_tiers(event), at=at) if thing.key != "start" or event.is_over(at)]
    if things:
        raise NotReady(things)
    statuses.move(event, PUBLISHED, at=at, by=actor(by), action="sales_reopened")


@transaction.atomic
def cancel(*, event_id: Any, reason: str, by: User | None, at: datetime) -> None:
    """Call an event off for good. What follows for orders, tickets and the line, apps to the left find and do.

    Locks: the event, then its tiers. Raises: NotAllowed, EventDeleted, NoReason, MoveRefused.
    """
    event = locked_event(event_id, by)
    if event.status == CANCELLED:
        return
    if not reason.strip():
        raise NoReason
    locked_tiers(event)
    statuses.move(event, CANCELLED, at=at, by=actor(by), cancelled_at=at, cancel_reason=reason.strip(), version=event.version + 1)


@transaction.atomic
def archive(*, event_id: Any, by: User | None, at: datetime) -> None:
    """Put away a draft, or what is over. Archiving twice is archiving once.

    Locks: the event, then its tiers. Raises: NotAllowed, EventDeleted, NotOver, MoveRefused.
    """
    event = locked_event(event_id, by)
    if event.status == ARCHIVED:
        return
    if event.status != DRAFT and not event.is_over(at):
        raise NotOver
    locked_tiers(event)
    statuses.move(event, ARCHIVED, at=at, by=actor(by))


@transaction.atomic
def delete(*, event_id: Any, by: User | None, at: datetime) -> None:
    """Hide an event from everybody; it can be restored. Deleting twice is deleting once.

    Locks: the event. Raises: NotAllowed, StillPublic.
    """
    try:
        event = locked_event(event_id, by)
    except EventDeleted:
        return
    if event.is_public:
        raise StillPublic
    _set_deleted(event, at, "deleted", by=by, at=at)


@transaction.atomic
def restore(*, event_id: Any, by: User | None, at: datetime) -> None:
    """Bring a deleted event back as it was. Restoring twice is restoring once.

    Locks: the event. Raises: NotAllowed.
    """
    event = Event.all_objects.locked().get(pk=event_id)
    only_planners(event.promoter, by)
    if event.is_deleted:
        _set_deleted(event, None, "restored", by=by, at=at)


def _set_deleted(event: Event, deleted_at: datetime | None, action: str, *, by: User | None, at: datetime) -> None:
    Event.all_objects.filter(pk=event.pk).update(deleted_at=deleted_at)
    history.record(event, action, at=at, by=actor(by))

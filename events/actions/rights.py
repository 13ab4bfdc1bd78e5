"""Who may plan events, and in which events there is something left to plan."""

from typing import Any

from django.utils.translation import gettext as _

from accounts import roles
from accounts.actions import NotAllowed
from accounts.models import Promoter, TeamRole, User
from events import kept
from events.models import Event, TicketTier
from ticketing import history
from ticketing.errors import DomainError

PLANNERS = (TeamRole.OWNER, TeamRole.MANAGER)
STAFF = (roles.SUPERADMIN, roles.ADMIN)


class EventDeleted(DomainError):
    def __init__(self) -> None:
        super().__init__(_("This event was deleted. Restore it first."))


class EventFinished(DomainError):
    """Cancelled or archived: what buyers were told stays as it is."""

    def __init__(self) -> None:
        super().__init__(_("This event is cancelled or archived, so it cannot be changed. Duplicate it instead."))


def actor(by: User | None) -> str:
    return history.by_user(by.pk) if by else history.SYSTEM


def is_staff(by: User | None) -> bool:
    return by is None or (by.is_active and roles.role_of(by) in STAFF)


def only_planners(promoter: Promoter, by: User | None) -> None:
    """Let pass the promoter's owner and managers, staff, and the system."""
    if not is_staff(by) and roles.role_in(by, promoter) not in PLANNERS:
        raise NotAllowed(_("Only the promoter's owner and managers may do that."))


def locked_event(event_id: Any, by: User | None) -> Event:
    """Lock the event, for somebody who may plan it, and so is about to change it. Raises NotAllowed, EventDeleted."""
    event: Event = Event.all_objects.locked().get(pk=event_id)
    only_planners(event.promoter, by)
    if event.is_deleted:
        raise EventDeleted
    kept.renew(event)
    return event


def changeable_event(event_id: Any, by: User | None) -> Event:
    """Lock the event as above, unless it is finished. Raises EventFinished, too."""
    event = locked_event(event_id, by)
    if event.status in (Event.Status.CANCELLED, Event.Status.ARCHIVED):
        raise EventFinished
    return event


def locked_tiers(event: Event) -> list[TicketTier]:
    return list(TicketTier.objects.filter(event=event).locked())


def lock_promoter(event: Event) -> None:
    """Lock the event's promoter and look at it afresh: it may be refused or deleted while its event goes public."""
    event.promoter = Promoter.all_objects.locked().get(pk=event.promoter_id)


def set_fields(row: Any, changes: dict[str, Any]) -> list[str]:
    """Set what differs, check its shape, and save; return the names of what changed."""
    changed = sorted(name for name, value in changes.items() if getattr(row, name) != value)
    for name in changed:
        setattr(row, name, changes[name])
    if changed:
        row.clean_fields(exclude={field.name for field in row._meta.concrete_fields} - set(changed))
        row.save(update_fields=changed)
    return changed

"""Who may work at an event's door, and who may set its tickets right. None is the system."""

from django.utils.translation import gettext as _

from accounts import roles
from accounts.actions import NotAllowed
from accounts.models import TeamRole, User
from events.models import Event
from ticketing import history

DOOR = (TeamRole.OWNER, TeamRole.MANAGER, TeamRole.GATE)
SUPERVISORS = (TeamRole.OWNER, TeamRole.MANAGER)


def actor(by: User | None) -> str:
    return history.by_user(by.pk) if by else history.SYSTEM


def may(team: tuple[TeamRole, ...], event: Event, by: User | None) -> bool:
    """Answer whether this is a site's admin, or has one of these roles of the event's promoter; its promoter is joined."""
    return by is None or roles.is_admin(by) or roles.role_in(by, event.promoter) in team


def only_door(event: Event, by: User | None) -> None:
    if not may(DOOR, event, by):
        raise NotAllowed(_("Only the team of the promoter works at this door."))


def only_supervisors(event: Event, by: User | None) -> None:
    if not may(SUPERVISORS, event, by):
        raise NotAllowed(_("Only the promoter's owner and managers may do that."))

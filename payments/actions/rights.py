"""Who may handle the orders and the money of an event. None is the system."""

from django.utils.translation import gettext as _

from accounts import roles
from accounts.actions import NotAllowed
from accounts.models import TeamRole, User
from events.models import Event
from ticketing import history

MONEY = (TeamRole.OWNER, TeamRole.FINANCE)
TEAM = (TeamRole.OWNER, TeamRole.MANAGER, TeamRole.FINANCE)
PLANNERS = (TeamRole.OWNER, TeamRole.MANAGER)


def actor(by: User | None) -> str:
    return history.by_user(by.pk) if by else history.SYSTEM


def only(team: tuple[TeamRole, ...], event: Event, by: User | None) -> None:
    """Let pass the site's admins and these roles of the event's promoter. Raises NotAllowed."""
    if by is not None and not roles.is_admin(by) and roles.role_in(by, event.promoter) not in team:
        words: dict[tuple[TeamRole, ...], str] = {
            MONEY: _("Only the promoter's owner and its finance may do that."),
            PLANNERS: _("Only the promoter's owner and managers may do that."),
        }
        raise NotAllowed(words.get(team, _("Only the promoter's team may do that.")))

"""What every deed asks first: may this person do it? `by` is None for a command on the machine itself."""

from typing import Any

from django.utils.translation import gettext as _

from accounts import roles
from accounts.models import Promoter, TeamRole, User
from ticketing import history
from ticketing.errors import DomainError

MANAGED = {TeamRole.FINANCE, TeamRole.GATE}  # whom a manager may invite, change and remove; the owner: everybody


class NotAllowed(DomainError):
    status = 403


class NotApproved(DomainError):
    """The promoter waits for its answer, or was refused."""


class PromoterDeleted(DomainError):
    def __init__(self) -> None:
        super().__init__(_("This promoter was deleted. Staff of this site can restore it."))


def actor(by: User | None) -> str:
    return history.by_user(by.pk) if by else history.SYSTEM


def only_staff(by: User | None) -> None:
    if by is not None and not roles.is_staff_member(by):
        raise NotAllowed(_("Only staff of this site may do that."))


def only_admins(by: User | None) -> None:
    if by is not None and not roles.is_admin(by):
        raise NotAllowed(_("Only an admin of this site may do that."))


def locked_promoter(promoter_id: Any) -> Promoter:
    """Lock the promoter. Raises PromoterDeleted."""
    promoter: Promoter = Promoter.all_objects.locked().get(pk=promoter_id)
    if promoter.is_deleted:
        raise PromoterDeleted
    return promoter


def locked_team(promoter_id: Any) -> Promoter:
    """Lock the promoter, before anything of its team is looked at. Raises PromoterDeleted, NotApproved."""
    promoter = locked_promoter(promoter_id)
    if not promoter.is_approved:
        raise NotApproved(_("This promoter is not approved, so its team cannot change."))
    return promoter


def only_over(promoter: Promoter, by: User, *others: str) -> None:
    """Refuse unless this person may handle people of these roles in the promoter's team, which is locked."""
    if promoter.owner_id == by.pk:
        return
    is_manager = promoter.members.filter(user=by, role=TeamRole.MANAGER).exists()
    if not is_manager or not set(others) <= MANAGED:
        raise NotAllowed(_("Your role in this team does not allow that. Ask the owner."))

"""Who works for the site, and whose account is closed."""

from datetime import datetime
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts import roles
from accounts.models import Promoter, User
from accounts.roles import AccountDeleted
from ticketing import history, mail
from ticketing.errors import DomainError

from .rights import NotAllowed, actor, only_admins
from .rows import set_fields


class LastSuperadmin(DomainError):
    """Without one, nobody could give a role again."""


class OwnsPromoter(DomainError):
    def __init__(self, promoter: Promoter) -> None:
        super().__init__(_("This person owns %(name)s. Delete the promoter first, or have it handed over.") % {"name": promoter.name})


# Why an account is closed. Words to choose from: what is typed would name people, and history forgets nobody.
REASONS = ("asked", "rules", "stolen", "left")


@transaction.atomic
def grant_role(*, user_id: Any, role: str, by: User | None, at: datetime, language: str) -> bool:
    """Give a person this one role of staff, or with "user" none; answer whether that changed anything.

    Locks: the person and every superadmin, so that two cannot unmake each other. Raises NotAllowed, LastSuperadmin.
    """
    if by is not None and roles.role_of(by) != roles.SUPERADMIN:
        raise NotAllowed(_("Only a superadmin may give roles to staff."))
    people = list(User.objects.locked().filter(Q(pk=user_id) | Q(is_superuser=True, is_active=True)))
    user = next(person for person in people if person.pk == user_id)
    old = next((name for name in roles.STAFF if name == roles.role_of(user)), roles.NOBODY)
    held = user.group_names & set(roles.STAFF)
    if (old, held) == (role, {role} - {roles.NOBODY}):
        return False
    if old == roles.SUPERADMIN != role and len(people) == 1:
        raise LastSuperadmin(_("This is the only superadmin. Make another one first."))
    user.is_staff, user.is_superuser = role in roles.STAFF, role == roles.SUPERADMIN
    user.save(update_fields=["is_staff", "is_superuser"])
    user.groups.remove(*Group.objects.filter(name__in=roles.STAFF).exclude(name=role))
    user.groups.add(*Group.objects.filter(name__in=roles.STAFF, name=role))
    history.record(user, "role_granted", at=at, by=actor(by), details={"old": old, "new": role})
    mail.queue(
        kind="accounts.role_granted", subject=user, to=user.email, language=language, occasion=at.isoformat(), details={"role": role}
    )
    return True


@transaction.atomic
def disable(*, user_id: Any, reason: str, by: User | None, at: datetime, language: str) -> None:
    """Close an account: its sessions end, and nobody signs in to it. Closing twice is closing once.

    Locks: the person and every superadmin, so that two cannot close each other's. Raises NotAllowed, LastSuperadmin.
    """
    user = _account(user_id, by)
    if not user.is_active:
        return
    _shut(user, by)
    history.record(user, "disabled", at=at, by=actor(by), details={"reason": reason})
    mail.queue(kind="accounts.account_disabled", subject=user, to=user.email, language=language, occasion=at.isoformat())


@transaction.atomic
def enable(*, user_id: Any, by: User | None, at: datetime, language: str) -> None:
    """Open a closed account again. Opening twice is opening once.

    Locks: the person and every superadmin. Raises NotAllowed, AccountDeleted.
    """
    user = _account(user_id, by)
    if user.is_active:
        return
    if user.deleted_at:
        raise AccountDeleted
    set_fields(user, is_active=True)
    history.record(user, "enabled", at=at, by=actor(by))
    mail.queue(kind="accounts.account_enabled", subject=user, to=user.email, language=language, occasion=at.isoformat())


@transaction.atomic
def delete_user(*, user_id: Any, by: User | None, at: datetime, language: str) -> None:
    """Delete an account so that it can come back: it is closed, and opened by restoring alone. Deleting twice is deleting once.

    Locks: the person and every superadmin. Raises NotAllowed, LastSuperadmin, OwnsPromoter.
    """
    user = _account(user_id, by)
    if user.deleted_at:
        return
    if owned := Promoter.objects.approved().filter(owner=user).first():
        raise OwnsPromoter(owned)
    _shut(user, by, deleted_at=at)
    history.record(user, "deleted", at=at, by=actor(by))
    mail.queue(kind="accounts.account_deleted", subject=user, to=user.email, language=language, occasion=at.isoformat())


@transaction.atomic
def restore_user(*, user_id: Any, by: User | None, at: datetime, language: str) -> None:
    """Bring a deleted account back, open, with its place in its teams. Restoring twice is restoring once.

    Locks: the person and every superadmin. Raises NotAllowed.
    """
    user = _account(user_id, by)
    if not user.deleted_at:
        return
    set_fields(user, is_active=True, deleted_at=None)
    history.record(user, "restored", at=at, by=actor(by))
    mail.queue(kind="accounts.account_restored", subject=user, to=user.email, language=language, occasion=at.isoformat())


def _account(user_id: Any, by: User | None) -> User:
    """Lock the account, if this person may open and close it: an admin any but those of staff, a superadmin these, too."""
    only_admins(by)
    people = {person.pk: person for person in User.objects.locked().filter(Q(pk=user_id) | Q(is_superuser=True, is_active=True))}
    user = people[user_id]
    is_superadmin = by is None or (by.pk in people and people[by.pk].is_superuser and people[by.pk].is_active)
    if roles.role_of(user) in roles.STAFF and not is_superadmin:
        raise NotAllowed(_("Only a superadmin may open and close accounts of staff."))
    return user


def _shut(user: User, by: User | None, **fields: Any) -> None:
    if by is not None and by.pk == user.pk:
        raise NotAllowed(_("You cannot close your own account here."))
    if user.is_superuser and not User.objects.filter(is_superuser=True, is_active=True).exclude(pk=user.pk).exists():
        raise LastSuperadmin(_("This is the only superadmin. Make another one first."))
    set_fields(user, is_active=False, **fields)
    sessions = UserSession.objects.filter(user=user)
    Session.objects.filter(session_key__in=list(sessions.values_list("session_key", flat=True))).delete()
    sessions.delete()

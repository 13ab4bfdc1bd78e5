"""Who works for the site."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts import roles
from accounts.models import User
from ticketing import history, mail
from ticketing.errors import DomainError

from .rights import NotAllowed, actor


class LastSuperadmin(DomainError):
    """Without one, nobody could give a role again."""


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

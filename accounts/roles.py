"""Who may do what: the groups, what each may see and change in the admin, and a person's place in a promoter's team."""

from fnmatch import fnmatch
from typing import Any

from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.utils.translation import gettext as _

from ticketing.errors import DomainError

from .models import Promoter, PromoterMember, TeamRole, User

SUPERADMIN, ADMIN, MODERATOR, PROMOTER, GATE, NOBODY = "superadmin", "admin", "moderator", "promoter", "gate", "user"
STAFF = (SUPERADMIN, ADMIN, MODERATOR)  # given by a superadmin; the other two follow from the teams a person is in

# Patterns of "app.permission". This table is the truth: every migration makes the groups equal to it again.
MAY: dict[str, tuple[str, ...]] = {
    SUPERADMIN: ("*.*",),
    ADMIN: (
        *("*.view_*", "ticketing.change_siteidentity", "accounts.change_promoter", "accounts.add_invitation"),
        *("events.*_event", "events.*_tickettier", "events.*_discountcode"),
    ),
    MODERATOR: ("accounts.view_*", "events.view_*", "ticketing.view_historyentry", "accounts.change_promoter"),
    # In the admin, a promoter's people may what their role in the team may (scoping.Scoped.may), and nothing else.
    PROMOTER: (),
    GATE: (),
}
OURS = ("ticketing", "accounts", "events", "waitlist", "orders", "payments")


class AccountDeleted(DomainError):
    def __init__(self) -> None:
        super().__init__(_("This account was deleted. Restore it first."))


def make_groups(groups: Any = Group) -> None:
    """Make the groups that are missing. For the migration, and for tests whose tables were emptied."""
    groups.objects.bulk_create([groups(name=name) for name in MAY], ignore_conflicts=True)


def give_permissions() -> None:
    """Let each group have exactly what the table says. After every migration, as these make the permissions."""
    for app in OURS:
        create_permissions(apps.get_app_config(app), verbosity=0)
    known = Permission.objects.filter(content_type__app_label__in=OURS).select_related("content_type")
    for group in Group.objects.filter(name__in=MAY):
        group.permissions.set(
            permission
            for permission in known
            if any(fnmatch(f"{permission.content_type.app_label}.{permission.codename}", pattern) for pattern in MAY[group.name])
        )


def role_of(user: User) -> str:
    """Return the one word for this person: the highest of the roles held."""
    if user.is_superuser:
        return SUPERADMIN
    return next((name for name in MAY if name in user.group_names), NOBODY)


def is_staff_member(user: Any) -> bool:
    """Answer whether this person works for the site (not for a promoter)."""
    return user.is_authenticated and user.is_active and role_of(user) in STAFF


def is_admin(user: Any) -> bool:
    """Answer whether this person handles accounts and money for the site: more than a moderator."""
    return user.is_authenticated and user.is_active and role_of(user) in (SUPERADMIN, ADMIN)


def promoters_of(user: Any, *roles: str) -> list[Promoter]:
    """Return the approved promoters this person works for, in any of the roles, each with `role`."""
    if not user.is_authenticated:
        return []
    return [promoter for promoter in user.teams if not roles or promoter.role in roles]


def role_in(user: Any, promoter: Promoter) -> str | None:
    """Return owner, manager, finance, gate or None. In a promoter that is not approved nobody has a role."""
    return next((team.role for team in promoters_of(user) if team.pk == promoter.pk), None)


def settle(*user_ids: Any) -> None:
    """Make the groups promoter and gate follow the teams these people are in, within the caller's transaction.

    Locks the users last, by id: two changes of one person's teams see each other, and so does a deletion.
    Raises AccountDeleted for who would own an approved promoter.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("roles.settle needs the caller's transaction: the team and the groups are one change")
    groups = {group.name: group for group in Group.objects.filter(name__in=[PROMOTER, GATE])}
    for user in User.objects.locked().filter(pk__in=user_ids):
        own = Promoter.objects.approved().filter(owner=user).exists()
        if own and user.deleted_at:
            raise AccountDeleted
        held = set(PromoterMember.objects.filter(user=user, promoter__in=Promoter.objects.approved()).values_list("role", flat=True))
        wanted = {PROMOTER: own or held - {TeamRole.GATE.value}, GATE: TeamRole.GATE.value in held}
        user.groups.add(*[group for name, group in groups.items() if wanted[name]])
        user.groups.remove(*[group for name, group in groups.items() if not wanted[name]])

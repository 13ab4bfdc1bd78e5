"""How a team changes once people are in it."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import roles
from accounts.models import Promoter, PromoterMember, User
from ticketing import history, mail
from ticketing.errors import DomainError

from .rights import actor, locked_promoter, locked_team, only_over


class OwnerStays(DomainError):
    """A promoter is never without an owner."""


@transaction.atomic
def change_member_role(*, promoter_id: Any, member_id: Any, role: str, by: User, at: datetime) -> None:
    """Give a member another role. Somebody who is gone meanwhile, or has it already, is left alone.

    Locks: the promoter, then the member's user. Raises NotApproved, NotAllowed.
    """
    promoter = locked_team(promoter_id)
    member = promoter.members.select_related("user").filter(pk=member_id).first()
    if member is None or member.role == role:
        return
    only_over(promoter, by, member.role, role)
    old, member.role = member.role, role
    member.save(update_fields=["role"])
    roles.settle(member.user_id)
    _note(promoter, member, "member_role_changed", by=by, at=at, old=old, new=role)
    write(promoter, member.user, "accounts.role_changed", to=member.user, role=role, at=at)


@transaction.atomic
def remove_member(*, promoter_id: Any, member_id: Any, by: User, at: datetime) -> None:
    """Take a member out of the team; the rights are gone at the next request. Removing twice is removing once.

    Open invitations to the same address end too, or the person would walk in again.
    Locks: the promoter, then the member's user. Raises NotApproved, NotAllowed.
    """
    promoter = locked_team(promoter_id)
    member = promoter.members.select_related("user").filter(pk=member_id).first()
    if member is None:
        return
    only_over(promoter, by, member.role)
    _take_out(promoter, member, at=at)
    _note(promoter, member, "member_removed", by=by, at=at, old=member.role)
    write(promoter, member.user, "accounts.member_removed", to=member.user, role=member.role, at=at)


@transaction.atomic
def leave(*, promoter_id: Any, by: User, at: datetime) -> None:
    """Leave a team. Leaving twice is leaving once.

    Locks: the promoter, then the user. Raises PromoterDeleted, OwnerStays.
    """
    promoter = locked_promoter(promoter_id)
    if promoter.owner_id == by.pk:
        raise OwnerStays(_("You own this promoter. Hand it over to a manager first."))
    member = promoter.members.select_related("user").filter(user=by).first()
    if member is None:
        return
    _take_out(promoter, member, at=at)
    _note(promoter, member, "member_left", by=by, at=at, old=member.role)
    write(promoter, member.user, "accounts.member_left", to=promoter.owner, role=member.role, at=at)


def _take_out(promoter: Promoter, member: PromoterMember, *, at: datetime) -> None:
    PromoterMember.objects.filter(pk=member.pk).delete()
    promoter.invitations.open().filter(email=member.user.email).update(withdrawn_at=at)
    roles.settle(member.user_id)


def write(promoter: Promoter, about: User, kind: str, *, to: User, role: str, at: datetime) -> None:
    """Owe somebody a letter about a person of the team."""
    details = {"role": role, "user": str(about.pk)}
    occasion = f"{about.pk.hex[-12:]} {at.isoformat()}"
    mail.queue(kind=kind, subject=promoter, to=to.email, language=promoter.language, occasion=occasion, details=details)


def _note(promoter: Promoter, member: PromoterMember, action: str, *, by: User, at: datetime, **words: str) -> None:
    history.record(promoter, action, at=at, by=actor(by), details={"user": str(member.user_id), **words})

"""How people come into a team: a letter with a secret link, which is proof of the address it went to."""

from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts import roles
from accounts.models import Invitation, Promoter, PromoterMember, TeamRole, User, digest
from ticketing import history, mail
from ticketing.errors import DomainError

from .members import write
from .promoters import AlreadyPromoter, open_promoter
from .rights import NotAllowed, actor, locked_team, only_over, only_staff
from .rows import set_fields

LIFE = timedelta(days=7)


class AlreadyInvited(DomainError):
    """The address has an open invitation to something else, or its person is in the team."""


class InvitationClosed(DomainError):
    """Accepted by another person, withdrawn, or too old."""


@transaction.atomic
def invite_promoter(*, email: str, name: str, language: str, by: User | None, at: datetime) -> Invitation:
    """Ask somebody to become a promoter; accepting makes one that is approved.

    Locks: nothing; one open invitation per address is the database's rule. Raises NotAllowed, AlreadyInvited.
    """
    only_staff(by)
    return _invite(promoter=None, email=email, role=TeamRole.OWNER, name=name, language=language, by=by, at=at)


@transaction.atomic
def invite_member(*, promoter_id: Any, email: str, role: str, language: str, by: User, at: datetime) -> Invitation:
    """Ask somebody into a promoter's team.

    Locks: the promoter. Raises NotApproved, NotAllowed, AlreadyInvited.
    """
    promoter = locked_team(promoter_id)
    only_over(promoter, by, role)
    if _in_team(promoter, User.objects.filter(email=email.lower()).first()):
        raise AlreadyInvited(_("This person is in the team already."))
    return _invite(promoter=promoter, email=email, role=role, language=language, by=by, at=at)


@transaction.atomic
def offer_ownership(*, promoter_id: Any, member_id: Any, by: User, at: datetime) -> Invitation:
    """Offer the promoter to one of its managers, who must accept; until then nothing changes.

    Locks: the promoter. Raises NotApproved, NotAllowed, AlreadyInvited.
    """
    promoter = locked_team(promoter_id)
    only_over(promoter, by, TeamRole.OWNER)
    manager = promoter.members.select_related("user").filter(pk=member_id, role=TeamRole.MANAGER).first()
    if manager is None:
        raise NotAllowed(_("Only a manager of the team can become its owner."))
    return _invite(promoter=promoter, email=manager.user.email, role=TeamRole.OWNER, language=promoter.language, by=by, at=at)


@transaction.atomic
def withdraw_invitation(*, invitation_id: Any, by: User | None, at: datetime) -> None:
    """Take an invitation back. Taking it back twice is taking it back once.

    Locks: the promoter (if any), then the invitation. Raises NotApproved, NotAllowed, InvitationClosed.
    """
    promoter, invitation = _locked(invitation_id)
    if promoter and by:
        only_over(promoter, by, invitation.role)
    else:
        only_staff(by)
    if invitation.accepted_at:
        raise InvitationClosed(_("This invitation was accepted already. Remove the person from the team instead."))
    if invitation.withdrawn_at:
        return
    set_fields(invitation, withdrawn_at=at)
    _note(promoter, invitation, "invitation_withdrawn", by=by, at=at)
    _write(invitation, "accounts.invitation_withdrawn")


@transaction.atomic
def accept_invitation(*, invitation_id: Any, by: User, at: datetime) -> Promoter:
    """Come into the team, become its owner, or become a promoter. The door has seen the link's secret.

    Locks: the promoter (if any), then the invitation, then the people whose roles change.
    Raises NotApproved, InvitationClosed, AlreadyInvited, AlreadyPromoter, NotAllowed.
    """
    promoter, invitation = _locked(invitation_id)
    if invitation.accepted_by_id == by.pk:
        return promoter or Promoter.all_objects.get(owner=by)
    if not invitation.is_open(at):
        raise InvitationClosed(_("This invitation has ended. Ask for a new one."))
    if promoter is None:
        details = {"name": invitation.name, "contact_email": invitation.email}
        promoter = open_promoter(owner=by, by=by, at=at, language=invitation.language, **details)
    elif invitation.role == TeamRole.OWNER:
        _hand_over(promoter, to=by, at=at)
    else:
        _join(promoter, by, invitation.role, at=at)
    set_fields(invitation, accepted_at=at, accepted_by=by)
    _note(promoter, invitation, "invitation_accepted", by=by, at=at, user=str(by.pk))
    return promoter


def _join(promoter: Promoter, user: User, role: str, *, at: datetime) -> None:
    if _in_team(promoter, user):
        raise AlreadyInvited(_("You are in this team already."))
    PromoterMember.objects.create(promoter=promoter, user=user, role=role)
    roles.settle(user.pk)
    write(promoter, user, "accounts.member_joined", to=promoter.owner, role=role, at=at)


def _hand_over(promoter: Promoter, *, to: User, at: datetime) -> None:
    if not promoter.members.filter(user=to, role=TeamRole.MANAGER).delete()[0]:
        raise NotAllowed(_("Only a manager of the team can become its owner."))
    before, promoter.owner = promoter.owner, to
    try:
        with transaction.atomic():
            promoter.save(update_fields=["owner"])
    except IntegrityError as error:
        raise AlreadyPromoter from error
    PromoterMember.objects.create(promoter=promoter, user=before, role=TeamRole.MANAGER)
    roles.settle(before.pk, to.pk)
    write(promoter, to, "accounts.handed_over", to=before, role=TeamRole.OWNER, at=at)
    write(promoter, to, "accounts.promoter_received", to=to, role=TeamRole.OWNER, at=at)


def _invite(
    *, promoter: Promoter | None, email: str, role: str, language: str, by: User | None, at: datetime, name: str = ""
) -> Invitation:
    to_same = Invitation.objects.open().filter(promoter=promoter, email=email.lower())
    to_same.filter(expires_at__lte=at).update(withdrawn_at=at)
    new = Invitation(promoter=promoter, email=email.lower(), role=role, name=name, language=language, expires_at=at + LIFE)
    new.secret_digest = digest(new.secret)
    Invitation.objects.bulk_create([new], ignore_conflicts=True)
    if not Invitation.objects.filter(pk=new.pk).exists():
        standing = to_same.first()
        if standing is None or standing.role != role:
            raise AlreadyInvited(_("This address has an open invitation. Withdraw it first."))
        return standing
    _note(promoter, new, "invited", by=by, at=at)
    _write(new, "accounts.invitation")
    return new


def _locked(invitation_id: Any) -> tuple[Promoter | None, Invitation]:
    promoter_id = Invitation.objects.values_list("promoter", flat=True).get(pk=invitation_id)  # never changes
    promoter = locked_team(promoter_id) if promoter_id else None
    return promoter, Invitation.objects.locked().get(pk=invitation_id)


def _in_team(promoter: Promoter, user: User | None) -> bool:
    return user is not None and (promoter.owner_id == user.pk or promoter.members.filter(user=user).exists())


def _note(promoter: Promoter | None, invitation: Invitation, action: str, *, by: User | None, at: datetime, **more: str) -> None:
    details = {"invitation": str(invitation.pk), "role": invitation.role, **more}
    history.record(promoter or invitation, action, at=at, by=actor(by), details=details)


def _write(invitation: Invitation, kind: str) -> None:
    mail.queue(kind=kind, subject=invitation, to=invitation.email, language=invitation.language)

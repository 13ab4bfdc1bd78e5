"""How a promoter begins: somebody applies, staff approve or refuse."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import roles
from accounts.models import Promoter, User
from ticketing import history, mail
from ticketing.errors import DomainError
from ticketing.slugs import slugs

from .rights import actor, locked_team, only_admins, only_over, only_staff


class AlreadyPromoter(DomainError):
    """One person runs one promoter."""

    def __init__(self) -> None:
        super().__init__(_("You run a promoter already. One person can run only one."))


class FeesOutOfBounds(DomainError):
    def __init__(self) -> None:
        super().__init__(_("A percentage lies between 0 and 100, and a fee is not less than nothing."))


class NoReason(DomainError):
    """A refusal without a reason helps nobody."""

    def __init__(self) -> None:
        super().__init__(_("Say why: the promoter reads it."))


@transaction.atomic
def apply(*, by: User, at: datetime, language: str, **details: Any) -> Promoter:
    """Ask to become a promoter; after a refusal, ask again. Asking twice is asking once.

    Locks: the promoter. Raises AlreadyPromoter.
    """
    new = Promoter(owner=by, applied_at=at, language=language, **details)
    _insert(new)
    promoter = Promoter.objects.locked().get(owner=by)
    if promoter.is_approved:
        raise AlreadyPromoter
    if promoter.is_waiting and promoter.pk != new.pk:
        return promoter
    if promoter.pk != new.pk:
        _set(promoter, applied_at=at, language=language, refused_at=None, refused_because="", **details)
    history.record(promoter, "applied", at=at, by=actor(by))
    _write_to_owner(promoter, "accounts.application_received", at=at)
    return promoter


@transaction.atomic
def approve(*, promoter_id: Any, by: User | None, at: datetime) -> None:
    """Let a promoter sell, and its team work. Approving twice is approving once.

    Locks: the promoter, then the people of its team. Raises NotAllowed.
    """
    only_staff(by)
    promoter = Promoter.objects.locked().get(pk=promoter_id)
    if promoter.is_approved:
        return
    _set(promoter, approved_at=at, refused_at=None, refused_because="")
    _settle_team(promoter)
    history.record(promoter, "approved", at=at, by=actor(by))
    _write_to_owner(promoter, "accounts.promoter_approved", at=at)


@transaction.atomic
def refuse(*, promoter_id: Any, reason: str, by: User | None, at: datetime) -> None:
    """Refuse an application, or take an approval back: the whole team loses its rights at once.

    Locks: the promoter, then the people of its team. Raises NotAllowed, NoReason.
    """
    only_staff(by)
    if not reason.strip():
        raise NoReason
    promoter = Promoter.objects.locked().get(pk=promoter_id)
    if promoter.refused_at:
        return
    was_approved = promoter.is_approved
    _set(promoter, approved_at=None, refused_at=at, refused_because=reason)
    _settle_team(promoter)
    history.record(promoter, "approval_withdrawn" if was_approved else "refused", at=at, by=actor(by))
    _write_to_owner(promoter, "accounts.promoter_refused", at=at, details={"reason": reason, "was_approved": was_approved})


@transaction.atomic
def set_fees(*, promoter_id: Any, fee_percent: Decimal, fee_fixed: Decimal, tax_percent: Decimal, by: User | None, at: datetime) -> None:
    """Set what the site takes of a promoter's new events, and the tax. Setting the same again changes nothing.

    Locks: the promoter. Raises NotAllowed, FeesOutOfBounds.
    """
    only_admins(by)
    new = {"fee_percent": fee_percent, "fee_fixed": fee_fixed, "tax_percent": tax_percent}
    if min(new.values()) < 0 or max(fee_percent, tax_percent) > 100:
        raise FeesOutOfBounds
    promoter = Promoter.objects.locked().get(pk=promoter_id)
    changed = {name: value for name, value in new.items() if value != getattr(promoter, name)}
    if not changed:
        return
    fields = {name: f"{getattr(promoter, name)} → {value}" for name, value in changed.items()}
    _set(promoter, **changed)
    history.record(promoter, "fees_set", at=at, by=actor(by), details={"figures": fields})


@transaction.atomic
def open_promoter(*, owner: User, by: User | None, at: datetime, language: str, **details: Any) -> Promoter:
    """Make a promoter that needs no application, because staff asked for it.

    Locks: the owner. Raises AlreadyPromoter.
    """
    promoter = Promoter(owner=owner, applied_at=at, approved_at=at, language=language, **details)
    if not _insert(promoter):
        raise AlreadyPromoter
    roles.settle(owner.pk)
    history.record(promoter, "opened", at=at, by=actor(by))
    _write_to_owner(promoter, "accounts.promoter_approved", at=at)
    return promoter


@transaction.atomic
def change_details(*, promoter_id: Any, by: User, at: datetime, **details: str) -> None:
    """Change what buyers read of a promoter. Its name, fees and taxes are staff's to change.

    Locks: the promoter. Raises NotApproved, NotAllowed.
    """
    promoter = locked_team(promoter_id)
    only_over(promoter, by)
    changed = {name: value for name, value in details.items() if getattr(promoter, name) != value}
    if changed:
        _set(promoter, **changed)
        history.record(promoter, "details_changed", at=at, by=actor(by), details={"fields": sorted(changed)})


def _insert(promoter: Promoter) -> bool:
    """Insert the promoter under the first free of a few addresses; answer False if its owner runs one already."""
    for slug in slugs(promoter.name, otherwise="promoter"):
        promoter.slug = slug
        Promoter.objects.bulk_create([promoter], ignore_conflicts=True)
        if Promoter.objects.filter(owner=promoter.owner).exists():
            break
    return Promoter.objects.filter(pk=promoter.pk).exists()


def _set(promoter: Promoter, **fields: Any) -> None:
    for name, value in fields.items():
        setattr(promoter, name, value)
    promoter.save(update_fields=list(fields))


def _settle_team(promoter: Promoter) -> None:
    roles.settle(promoter.owner_id, *promoter.members.values_list("user_id", flat=True))


def _write_to_owner(promoter: Promoter, kind: str, *, at: datetime, details: dict[str, Any] | None = None) -> None:
    to = promoter.owner.email
    mail.queue(kind=kind, subject=promoter, to=to, language=promoter.language, occasion=at.isoformat(), details=details)

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
from ticketing.identity import SiteIdentity
from ticketing.slugs import slugs

from .rights import PromoterDeleted, actor, locked_promoter, locked_team, only_admins, only_over, only_staff
from .rows import set_fields


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

    Locks: the promoter. Raises AlreadyPromoter, PromoterDeleted.
    """
    new = Promoter(owner=by, applied_at=at, language=language, **details)
    _insert(new)
    promoter = Promoter.all_objects.locked().get(owner=by)
    if promoter.is_deleted:
        raise PromoterDeleted
    if promoter.is_approved:
        raise AlreadyPromoter
    if promoter.is_waiting and promoter.pk != new.pk:
        return promoter
    if promoter.pk != new.pk:
        set_fields(promoter, applied_at=at, language=language, refused_at=None, refused_because="", **details)
    history.record(promoter, "applied", at=at, by=actor(by))
    _write_to_owner(promoter, "accounts.application_received", at=at)
    return promoter


@transaction.atomic
def approve(*, promoter_id: Any, by: User | None, at: datetime) -> None:
    """Let a promoter sell, and its team work. Approving twice is approving once.

    Locks: the promoter, then the people of its team. Raises NotAllowed, PromoterDeleted, AccountDeleted.
    """
    only_staff(by)
    promoter = locked_promoter(promoter_id)
    if promoter.is_approved:
        return
    set_fields(promoter, approved_at=at, refused_at=None, refused_because="")
    _settle_team(promoter)
    history.record(promoter, "approved", at=at, by=actor(by))
    _write_to_owner(promoter, "accounts.promoter_approved", at=at)


@transaction.atomic
def refuse(*, promoter_id: Any, reason: str, by: User | None, at: datetime) -> None:
    """Refuse an application, or take an approval back: the whole team loses its rights at once, and events finds it and stops the sales.

    Locks: the promoter, then the people of its team. Raises NotAllowed, NoReason, PromoterDeleted.
    """
    only_staff(by)
    if not reason.strip():
        raise NoReason
    promoter = locked_promoter(promoter_id)
    if promoter.refused_at:
        return
    was_approved = promoter.is_approved
    set_fields(promoter, approved_at=None, refused_at=at, refused_because=reason)
    _settle_team(promoter)
    history.record(promoter, "approval_withdrawn" if was_approved else "refused", at=at, by=actor(by))
    _write_to_owner(promoter, "accounts.promoter_refused", at=at, details={"reason": reason, "was_approved": was_approved})


@transaction.atomic
def set_fees(*, promoter_id: Any, by: User | None, at: datetime, **figures: Decimal | None) -> None:
    """Set what the site takes of a promoter's events, and the tax; None is what the site has. The same again changes nothing.

    Locks: the promoter. Raises NotAllowed, FeesOutOfBounds, PromoterDeleted.
    """
    only_admins(by)
    _only_within_bounds(**figures)
    _set_figures(locked_promoter(promoter_id), figures, by=by, at=at)


@transaction.atomic
def set_site_fees(*, by: User | None, at: datetime, **figures: Decimal) -> None:
    """Set fees and tax of the promoters that have none of their own. The same again changes nothing.

    Locks: the site's identity. Raises NotAllowed, FeesOutOfBounds.
    """
    only_admins(by)
    _only_within_bounds(**figures)
    _set_figures(SiteIdentity.objects.locked().get(), figures, by=by, at=at)


@transaction.atomic
def open_promoter(*, owner: User, by: User | None, at: datetime, language: str, **details: Any) -> Promoter:
    """Make a promoter that needs no application, because staff asked for it.

    Locks: the owner. Raises AlreadyPromoter, PromoterDeleted, AccountDeleted.
    """
    if Promoter.all_objects.filter(owner=owner, deleted_at__isnull=False).exists():
        raise PromoterDeleted
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
        set_fields(promoter, **changed)
        history.record(promoter, "details_changed", at=at, by=actor(by), details={"fields": sorted(changed)})


@transaction.atomic
def delete_promoter(*, promoter_id: Any, by: User | None, at: datetime) -> None:
    """Hide a promoter: the whole team loses its rights at once. Deleting twice is deleting once.

    Doors call `events.actions.delete_promoter`, which sees to its events first.
    Locks: the promoter, then the people of its team. Raises NotAllowed.
    """
    only_admins(by)
    promoter = Promoter.all_objects.locked().get(pk=promoter_id)
    if not promoter.is_deleted:
        _set_deleted(promoter, at, "deleted", by=by, at=at)


@transaction.atomic
def restore_promoter(*, promoter_id: Any, by: User | None, at: datetime) -> None:
    """Bring a deleted promoter back as it was, its team too. Restoring twice is restoring once.

    Locks: the promoter, then the people of its team. Raises NotAllowed, AccountDeleted.
    """
    only_admins(by)
    promoter = Promoter.all_objects.locked().get(pk=promoter_id)
    if promoter.is_deleted:
        _set_deleted(promoter, None, "restored", by=by, at=at)


def _insert(promoter: Promoter) -> bool:
    """Insert the promoter under the first free of a few addresses; answer False if its owner runs one already."""
    for slug in slugs(promoter.name, otherwise="promoter"):
        promoter.slug = slug
        Promoter.objects.bulk_create([promoter], ignore_conflicts=True)
        if Promoter.all_objects.filter(owner=promoter.owner).exists():
            break
    return Promoter.all_objects.filter(pk=promoter.pk).exists()


def _set_deleted(promoter: Promoter, deleted_at: datetime | None, action: str, *, by: User | None, at: datetime) -> None:
    set_fields(promoter, deleted_at=deleted_at)
    _settle_team(promoter)
    history.record(promoter, action, at=at, by=actor(by))
    _write_to_owner(promoter, f"accounts.promoter_{action}", at=at)


def _only_within_bounds(*, fee_percent: Decimal | None, fee_fixed: Decimal | None, tax_percent: Decimal | None) -> None:
    if min(fee_percent or 0, fee_fixed or 0, tax_percent or 0) < 0 or max(fee_percent or 0, tax_percent or 0) > 100:
        raise FeesOutOfBounds


def _set_figures(row: Any, figures: dict[str, Any], *, by: User | None, at: datetime) -> None:
    changed = {name: value for name, value in figures.items() if value != getattr(row, name)}
    if changed:
        said = {name: f"{_said(getattr(row, name))} → {_said(value)}" for name, value in changed.items()}
        set_fields(row, **changed)
        history.record(row, "fees_set", at=at, by=actor(by), details={"figures": said})


def _said(figure: Decimal | None) -> str:
    return "—" if figure is None else str(figure)


def _settle_team(promoter: Promoter) -> None:
    roles.settle(promoter.owner_id, *promoter.members.values_list("user_id", flat=True))


def _write_to_owner(promoter: Promoter, kind: str, *, at: datetime, details: dict[str, Any] | None = None) -> None:
    to = promoter.owner.email
    mail.queue(kind=kind, subject=promoter, to=to, language=promoter.language, occasion=at.isoformat(), details=details)

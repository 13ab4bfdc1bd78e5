"""How the tiers of an event change."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from accounts.models import User
from events.models import Event, TicketTier
from ticketing import history
from ticketing.errors import DomainError
from ticketing.money import is_payable

from .rights import actor, changeable_event, locked_tiers, set_fields

# What people may say about a tier; the counters are not among it.
TERMS = {"name", "description", "price", "quantity", "is_active", "sale_starts_at", "sale_ends_at", "min_purchase", "max_purchase"}
TERMS |= {"position", "hidden"}


class QuantityTooLow(DomainError):
    def __init__(self, *, minimum: int) -> None:
        words = _("%(minimum)s places of this tier are sold or held, so its quantity cannot be less.")
        super().__init__(words % {"minimum": minimum})
        self.minimum = minimum


class WrongAmount(DomainError):
    def __init__(self, currency: str) -> None:
        super().__init__(_("This price has more decimals than %(currency)s has. Round it.") % {"currency": currency})


class TierInUse(DomainError):
    def __init__(self) -> None:
        super().__init__(_("Tickets of this tier are sold or held, so it cannot be removed. Take it off sale instead."))


class LastTier(DomainError):
    def __init__(self) -> None:
        super().__init__(_("A published event keeps at least one tier. Add another one first."))


@transaction.atomic
def add_tier(*, event_id: Any, by: User | None, at: datetime, **terms: Any) -> TicketTier:
    """Add places of a kind.

    Locks: the event. Raises: NotAllowed, EventDeleted, EventFinished, WrongAmount.
    """
    event = changeable_event(event_id, by)
    _only_known(terms)
    check_amount(terms["price"], event.currency)
    tier = TicketTier(event=event, **terms)
    tier.clean_fields(exclude=["event"])
    tier.save(force_insert=True)
    history.record(event, "tier_added", at=at, by=actor(by), details={"tier": str(tier.pk)})
    return tier


@transaction.atomic
def update_tier(*, tier_id: Any, by: User | None, at: datetime, **changes: Any) -> TicketTier:
    """Change a tier. Apps to the left find a raised quantity by themselves and offer it to the line.

    Locks: the event, then the tier.
    Raises: NotAllowed, EventDeleted, EventFinished, QuantityTooLow, WrongAmount.
    """
    event, tier = _locked(tier_id, by)
    _only_known(changes)
    if changes.get("quantity", tier.quantity) < tier.allocated:
        raise QuantityTooLow(minimum=tier.allocated)
    check_amount(changes.get("price", tier.price), event.currency)
    if changed := set_fields(tier, changes):
        history.record(event, "tier_changed", at=at, by=actor(by), details={"tier": str(tier.pk), "fields": changed})
    return tier


@transaction.atomic
def remove_tier(*, tier_id: Any, by: User | None, at: datetime) -> None:
    """Remove a tier that nobody has a ticket of.

    Locks: the event, then its tiers. Raises: NotAllowed, EventDeleted, EventFinished, TierInUse, LastTier.
    """
    event, tier = _locked(tier_id, by)
    if tier.allocated:
        raise TierInUse
    if event.published_at and len(locked_tiers(event)) == 1:
        raise LastTier
    try:
        TicketTier.objects.filter(pk=tier.pk).delete()
    except ProtectedError as error:
        raise TierInUse from error
    history.record(event, "tier_removed", at=at, by=actor(by), details={"tier": str(tier.pk)})


def check_amount(amount: Decimal, currency: str) -> None:
    if not is_payable(Decimal(amount), currency):
        raise WrongAmount(currency)


def _locked(tier_id: Any, by: User | None) -> tuple[Event, TicketTier]:
    # The event first, as everybody does who takes both; its id never changes.
    event = changeable_event(TicketTier.objects.values_list("event", flat=True).get(pk=tier_id), by)
    return event, TicketTier.objects.locked().get(pk=tier_id)


def _only_known(terms: dict[str, Any]) -> None:
    if unknown := set(terms) - TERMS:
        raise TypeError(f"nobody may say these of a tier: {', '.join(sorted(unknown))}")

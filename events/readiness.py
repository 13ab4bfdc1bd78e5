"""What an event still lacks before it can be published."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from ticketing.money import is_payable

from .models import Event, TicketTier


@dataclass(frozen=True)
class Missing:
    """One thing to do: `anchor` is where in the event's form it is done."""

    key: str
    says: str
    anchor: str


def missing(event: Event, tiers: Sequence[TicketTier], *, at: datetime) -> list[Missing]:
    """Return what is to do, in the order of the form; an empty list is ready."""
    listed = [tier for tier in tiers if tier.is_listed]
    asked = [
        (event.promoter.is_approved, "promoter", _("The promoter is not approved yet. Staff of this site will answer."), "id_promoter"),
        (bool(event.title), "title", _("Give the event a title."), "id_title"),
        (bool(event.venue), "venue", _("Say where it takes place."), "id_venue"),
        (bool(event.city), "city", _("Say in which city it is; visitors search by it."), "id_city"),
        (event.starts_at > at, "start", _("The start has passed. Choose a date to come."), "id_starts_at_0"),
        (bool(listed), "tiers", _("Add a tier that is on sale and not hidden."), "tiers-group"),
        (
            not listed or any(tier.sale_ends_at is None or tier.sale_ends_at > at for tier in listed),
            "sale",
            _("The sale of every tier has ended. Let one end later."),
            "tiers-group",
        ),
        (
            all(tier.min_purchase <= (event.max_per_buyer or tier.min_purchase) for tier in tiers),
            "share",
            _("A tier is sold in more tickets than one person may have. Raise that limit, or lower the tier's minimum."),
            "id_max_per_buyer",
        ),
        (
            all(is_payable(tier.price, event.currency) for tier in tiers),
            "prices",
            _("A price has more decimals than %(currency)s has. Round it.") % {"currency": event.currency},
            "tiers-group",
        ),
    ]
    return [Missing(key, says, anchor) for fine, key, says, anchor in asked if not fine]

"""What happens to events, as history says it."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from .models import DiscountCode, Event, TicketTier

# What details name: statuses, and the fields that were changed.
_STATUSES: dict[str, Any] = {str(status): status.label for status in Event.Status}
_FIELDS = {field.name: field.verbose_name for model in (DiscountCode, TicketTier, Event) for field in model._meta.local_fields}

SAID: dict[str, Any] = _FIELDS | {
    "visitor": _("a visitor"),
    **_STATUSES,
    "created": _("Made"),
    "sales_reopened": _("Sales reopened"),
    "restored": _("Restored"),
    "poster_rerolled": _("Another poster"),
    "picture_uploaded": _("Picture uploaded"),
    "picture_shown": _("Picture shown"),
    "picture_removed": _("Picture removed"),
    "picture_refused": _("Picture could not be drawn"),
    "reminders_owed": _("Letters about the start of the sale"),
    "tier_added": _("Tier added"),
    "tier_changed": _("Tier changed"),
    "tier_removed": _("Tier removed"),
    "code_added": _("Discount code added"),
    "code_changed": _("Discount code changed"),
    "tiers": _("tiers"),
    # letters, by their kind
    "events.sale_started": _("The sale has started"),
}

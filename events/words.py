"""What happens to events, as history says it."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from .models import Event

SAID: dict[str, Any] = {
    "created": _("Created"),
    "sales_reopened": _("Sales opened again"),
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
    **{status.value: status.label for status in Event.Status},
}

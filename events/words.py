"""What happens to events, as history says it."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from .models import Event

SAID: dict[str, Any] = {
    "created": _("Created"),
    "sales_reopened": _("Sales opened again"),
    "tier_added": _("Tier added"),
    "tier_changed": _("Tier changed"),
    "tier_removed": _("Tier removed"),
    "code_added": _("Discount code added"),
    "code_changed": _("Discount code changed"),
    **{status.value: status.label for status in Event.Status},
}

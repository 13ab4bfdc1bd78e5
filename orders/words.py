"""What happens to orders and tickets, as history says it."""

from typing import Any

from django.utils.translation import gettext_lazy as _

SAID: dict[str, Any] = {
    "placed": _("Order placed"),
    "paid": _("Paid"),
    "extended": _("Held longer"),
    "expired": _("Expired"),
    "cancelled": _("Cancelled"),
    "seat_cancelled": _("One seat given back"),
    "resent": _("Letter sent again"),
    "counters_rebuilt": _("Counters put right"),
    "noted": _("Note"),
    "buyers_reminded": _("Buyers reminded of tomorrow"),
    "buyers_told": _("Buyers told of what has changed"),
    # statuses, as moves name them
    "pending": _("waiting for payment"),
    "confirming": _("payment seen"),
    "valid": _("valid"),
    "used": _("used"),
}

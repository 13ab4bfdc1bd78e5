"""What happens to orders and tickets, as history says it."""

from typing import Any

from django.utils.translation import gettext_lazy as _

SAID: dict[str, Any] = {
    "placed": _("Order placed"),
    "paid": _("Paid"),
    "extended": _("Held longer"),
    "put_off": _("Held longer, since a part was paid"),
    "held_at_gate": _("Held at the gate"),
    "gate_opened": _("Let in again"),
    "expired": _("Expired"),
    "cancelled": _("Cancelled"),
    "seat_cancelled": _("One seat given back"),
    # statuses, as moves name them
    "pending": _("waiting for payment"),
    "confirming": _("payment seen"),
    "valid": _("valid"),
    "used": _("used"),
}

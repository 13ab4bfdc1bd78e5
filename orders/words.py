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
    "named": _("Seat named"),
    "passed_on": _("Seat passed on"),
    "reissued": _("Ticket issued again"),
    "let_in": _("Let in"),
    "taken_back": _("Admission taken back"),
    # statuses, as moves name them
    "pending": _("waiting for payment"),
    "confirming": _("payment seen"),
    "valid": _("valid"),
    "used": _("used"),
}

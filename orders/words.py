"""What happens to orders and tickets, as history says it."""

from typing import Any

from django.utils.translation import gettext_lazy as _

SAID: dict[str, Any] = {
    "buyer": _("the buyer"),
    "holder": _("the ticket’s holder"),
    "placed": _("Order placed"),
    "paid": _("Paid"),
    "extended": _("Held longer"),
    "put_off": _("Held longer, since a part was paid"),
    "shortened": _("Held no longer, for the demo"),
    "held_at_gate": _("Held at the gate"),
    "gate_opened": _("Let in again"),
    "expired": _("Expired"),
    "cancelled": _("Cancelled"),
    "seat_cancelled": _("One seat given back"),
    "resent": _("Letter sent again"),
    "email_asked": _("Another e-mail address asked for"),
    "email_changed": _("E-mail address changed"),
    "concern_raised": _("The buyer says that something is wrong"),
    "concern_answered": _("The buyer was answered"),
    "counters_rebuilt": _("Counters put right"),
    "noted": _("Note"),
    "buyers_reminded": _("Buyers reminded of tomorrow"),
    "buyers_told": _("Buyers told of what has changed"),
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

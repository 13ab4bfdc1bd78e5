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
    "numbered": _("Number in another system kept"),
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
    # letters, by their kind
    "orders.held": _("Places are held"),
    "orders.tickets": _("The tickets"),
    "orders.reminder": _("Soon it is"),
    "orders.changed": _("What has changed"),
    "orders.links": _("The links of the orders"),
    "orders.confirm_email": _("Another address, to be confirmed"),
    "orders.moved_away": _("Letters go elsewhere now"),
    "orders.concern_raised": _("Something is wrong, to the seller"),
    "orders.concern_answered": _("The seller has answered"),
    "orders.seat_passed_on": _("A ticket for its new holder"),
    "orders.seat_given_away": _("A ticket was passed on"),
    "orders.seat_reissued": _("The ticket, issued again"),
}

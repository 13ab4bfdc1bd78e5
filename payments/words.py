"""What happens to payments, as history and the lists of letters say it."""

from typing import Any

from django.utils.translation import gettext_lazy as _

# The four words of the source documents.
PAYMENT_WORDS: dict[str, Any] = {
    "pending": _("pending"),
    "completed": _("completed"),
    "failed": _("needs a person"),
    "refunded": _("refunded"),
}
SAID: dict[str, Any] = {
    "awaiting": _("Nothing to be seen of the money"),
    "partial": _("A part of the money was seen"),
    "confirming": _("The money was seen"),
    "overpaid": _("More came than was due"),
    "no_longer_overpaid": _("What was too much fell out of the chain"),
    "network_changed": _("The buyer chose another network"),
    "stalled": _("Seen long ago, and still not certain"),
    "halted": _("Halted: what was final fell out of the chain"),
    "resumed": _("Settled here again, as a person decided"),
    "enabled": _("Payments are taken here"),
    "disabled": _("No payments are taken here any more"),
    "settled_by_hand": _("Settled by hand"),
    "settled": _("Settled"),
    "review": _("A person must look"),
    "refund_owed": _("A refund is owed"),
    "refunding": _("The money goes back"),
    "refunded": _("The money went back"),
    # letters, by their kind
    "payments.cancelled": _("The order was cancelled"),
    "payments.seat_cancelled": _("One seat was cancelled"),
    "payments.seen": _("The payment was seen"),
    "payments.short": _("A part of the money is missing"),
    "payments.too_little": _("Not all of the money came in time"),
    "payments.too_late": _("The money came after the hold had ended"),
    "payments.no_places": _("The money came in time, but was seen late"),
    "payments.for_nothing": _("Money came for an event that was called off"),
    "payments.after_cancelling": _("Money came after the order was cancelled"),
    "payments.doubted": _("The tickets are paused"),
    "payments.trusted": _("The tickets open the door again"),
    "payments.overpaid": _("More came than was needed"),
    "payments.chain_switched": _("A chain was switched on or off"),
}

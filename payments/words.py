"""What happens to payments, as history says it."""

from typing import Any

from django.utils.translation import gettext_lazy as _

SAID: dict[str, Any] = {
    "awaiting": _("Nothing to be seen of the money"),
    "partial": _("A part of the money was seen"),
    "confirming": _("The money was seen"),
    "overpaid": _("More came than was due"),
    "no_longer_overpaid": _("What was too much fell out of the chain"),
    "network_changed": _("The buyer chose another network"),
    "stalled": _("Seen long ago, and still not certain"),
    "halted": _("Halted: what was final fell out of the chain"),
    "enabled": _("Payments are taken here"),
    "disabled": _("No payments are taken here any more"),
    "settled_by_hand": _("Settled by hand"),
    "settled": _("Settled"),
    "review": _("A person must look"),
    "refund_owed": _("A refund is owed"),
    "refunding": _("The money goes back"),
    "refunded": _("The money went back"),
}

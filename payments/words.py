"""What happens to payments, as history says it."""

from typing import Any

from django.utils.translation import gettext_lazy as _

SAID: dict[str, Any] = {
    "partial": _("a part has come"),
    "awaiting": _("nothing seen yet"),
    "settled_by_hand": _("Settled by hand"),
    "settled": _("Settled"),
    "review": _("A person must look"),
    "refund_owed": _("A refund is owed"),
    "refunding": _("The money goes back"),
    "refunded": _("The money went back"),
}

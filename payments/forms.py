"""What a buyer sends: how many of which tier, paid how, on which network. Whatever no page of ours sends is refused in words."""

import re
from uuid import UUID

from django.http import QueryDict
from django.utils.translation import gettext as _

from payments.models import Provider
from ticketing.errors import DomainError

FIELD = "quantity-"
ONCE = ("email", "name", "phone", "code", "key", "way")
WAYS = (Provider.USDT, Provider.MANUAL)  # that a buyer chooses; the others follow from the order
NUMBER = re.compile("[0-9]{1,4}")
TRANSACTION = re.compile("0x[0-9a-f]{64}(?![0-9a-f])")


class NotUnderstood(DomainError):
    """The form is not one that our pages send; the sentence says what is wrong with it."""


def read_choice(fields: QueryDict) -> dict[UUID, int]:
    """Return how many of which tier; what is empty or 0 is not chosen. Raises NotUnderstood."""
    for name in fields:
        if (name.startswith(FIELD) or name in ONCE) and len(fields.getlist(name)) > 1:
            raise NotUnderstood(_("The same field came twice. Load the page again and choose anew."))
    chosen = {_tier(name): _number(value) for name, value in fields.items() if name.startswith(FIELD)}
    return {tier: number for tier, number in chosen.items() if number}


def read_way(fields: QueryDict) -> str:
    """Return how the buyer chose to pay; nothing, if that was left to us. Raises NotUnderstood."""
    way = fields.get("way", "")
    if way and way not in WAYS:
        raise NotUnderstood(_("There is no such way to pay here. Load the page again and choose anew."))
    return way


def read_token(fields: QueryDict) -> UUID:
    """Return which token on which chain was chosen. Raises NotUnderstood."""
    try:
        return UUID(fields.get("token", ""))
    except ValueError as error:
        raise NotUnderstood(_("There is no such network here. Load the page again and choose from what it shows.")) from error


def read_transaction(fields: QueryDict) -> str:
    """Return the transaction that was pasted, also out of an explorer's address. Raises NotUnderstood."""
    found = TRANSACTION.search(fields.get("tx", "")[:300].lower())
    if found is None:
        raise NotUnderstood(
            _("That is no transaction: it begins with 0x and has 64 letters and digits after it. Your wallet or exchange shows it.")
        )
    return found[0]


def _tier(name: str) -> UUID:
    written = name.removeprefix(FIELD)
    try:
        tier = UUID(written)
    except ValueError:
        tier = None
    # One spelling of each id, so that no tier comes twice under two names.
    if tier is None or str(tier) != written:
        raise NotUnderstood(_("There is no such ticket here. Load the page again and choose from what it shows."))
    return tier


def _number(value: object) -> int:
    typed = str(value).strip()
    if not typed:
        return 0
    if not NUMBER.fullmatch(typed):
        raise NotUnderstood(_("“%(typed)s” is not a number of tickets that an order can have.") % {"typed": typed[:20]})
    return int(typed)

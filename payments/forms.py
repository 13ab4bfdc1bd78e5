"""What a buyer sends: how many of which tier. Whatever no page of ours sends is refused in words."""

import re
from uuid import UUID

from django.http import QueryDict
from django.utils.translation import gettext as _

from ticketing.errors import DomainError

FIELD = "quantity-"
ONCE = ("email", "name", "phone", "code", "key")
NUMBER = re.compile("[0-9]{1,4}")


class NotUnderstood(DomainError):
    """The form is not one that our pages send; the sentence says what is wrong with it."""


def read_choice(fields: QueryDict) -> dict[UUID, int]:
    """Return how many of which tier; what is empty or 0 is not chosen. Raises NotUnderstood."""
    for name in fields:
        if (name.startswith(FIELD) or name in ONCE) and len(fields.getlist(name)) > 1:
            raise NotUnderstood(_("The same field came twice. Load the page again and choose anew."))
    chosen = {_tier(name): _number(value) for name, value in fields.items() if name.startswith(FIELD)}
    return {tier: number for tier, number in chosen.items() if number}


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

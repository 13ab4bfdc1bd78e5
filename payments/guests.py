"""A list of guests as people paste it, read line by line, each with what is wrong with it. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

MOST_LINES, MOST_PLACES = 500, 20
SPLIT = re.compile(r"[,;\t]")
ANGLED = re.compile(r"^(.*?)<([^<>]+)>(.*)$")


@dataclass(frozen=True)
class Guest:
    """One line: `wrong` says why it cannot be, `mind` what to know of one that can."""

    number: int
    typed: str
    name: str = ""
    email: str = ""
    places: int = 1
    wrong: str = ""
    mind: str = ""


def read(text: str, *, known: Iterable[str] = ()) -> list[Guest]:
    """Return a guest for each line that says something. `known` are addresses, in small letters, of who has tickets already."""
    guests: list[Guest] = []
    seen: set[str] = set()
    have = set(known)
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), start=1):
        if not line.strip():
            continue
        guest = _guest(number, line.strip())
        if guest.email.lower() in seen:
            guest = _wrong(guest, _("This address is in the list twice. Put the number of tickets behind it instead."))
        elif guest.email.lower() in have:
            guest = Guest(**{**vars(guest), "mind": _("Has tickets for this event already, and gets these as well.")})
        seen.add(guest.email.lower()) if guest.email else None
        guests.append(guest)
    if len(guests) > MOST_LINES:
        guests[MOST_LINES] = _wrong(
            guests[MOST_LINES], _("One list has at most %(most)s lines. Give the rest away with a second one.") % {"most": MOST_LINES}
        )
        guests = guests[: MOST_LINES + 1]
    return guests


def _guest(number: int, line: str) -> Guest:
    found = ANGLED.match(line)
    parts = [
        part.strip().strip('"') for part in ([found[1].rstrip(" ,;\t"), found[2], *SPLIT.split(found[3])] if found else SPLIT.split(line))
    ]
    parts = [part for part in parts if part]
    email = next((part for part in parts if "@" in part), "")
    places = next((part for part in parts if part != email and part.isascii() and part.isdigit()), "1")
    name = " ".join(part for part in parts if part not in (email, places))[:120]
    guest = Guest(number, line[:200], name or email.partition("@")[0], email, int(places[:4]))
    return _wrong(guest, why) if (why := _why_not(guest)) else guest


def _why_not(guest: Guest) -> str:
    if not guest.email:
        return _("There is no e-mail address in this line.")
    try:
        validate_email(guest.email)
    except ValidationError:
        return _("%(email)s is no e-mail address.") % {"email": guest.email[:80]}
    if not 1 <= guest.places <= MOST_PLACES:
        return _("One guest gets between 1 and %(most)s tickets.") % {"most": MOST_PLACES}
    return ""


def _wrong(guest: Guest, why: str) -> Guest:
    facts: dict[str, Any] = {**vars(guest), "wrong": why}
    return Guest(**facts)

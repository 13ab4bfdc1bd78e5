"""An event as a calendar's file."""

from datetime import UTC, datetime
from hashlib import sha256
from urllib.parse import urlsplit

from django.conf import settings

from events.models import Event

ICS_TIME = "%Y%m%dT%H%M%S"


def calendar(found: Event, url: str, about: str = "") -> str:
    """Return the event as a calendar's file, by the clocks of the venue.

    An event has one UID, wherever its file came from, so that a ticket's takes the place of the event's own.
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Ticketing//EN",
        *_zone(found),
        "BEGIN:VEVENT",
        f"UID:{sha256(found.pk.bytes).hexdigest()[:20]}@{urlsplit(settings.SITE_URL).hostname}",
        f"SEQUENCE:{found.version - 1}",
        f"DTSTAMP:{found.updated_at.astimezone(UTC):{ICS_TIME}}Z",
        f"DTSTART{_moment(found.starts_at, found)}",
        f"DTEND{_moment(found.ends_at, found)}",
        f"SUMMARY:{_ics(found.title)}",
        f"LOCATION:{_ics(', '.join(filter(None, [found.venue, found.address, found.city])))}",
        f"DESCRIPTION:{_ics(', '.join(filter(None, [found.artist, about])))}",
        f"URL:{url}",
        f"STATUS:{'CANCELLED' if found.status == Event.Status.CANCELLED else 'CONFIRMED'}",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _zone(found: Event) -> list[str]:
    """Describe the venue's zone as it is that night; programs that know it by its name use their own table."""
    begin = found.starts_at.astimezone(found.zone)
    offset = f"{begin:%z}"
    kept = ["DTSTART:19700101T000000", f"TZOFFSETFROM:{offset}", f"TZOFFSETTO:{offset}", f"TZNAME:{begin:%Z}"]
    return ["BEGIN:VTIMEZONE", f"TZID:{found.timezone}", "BEGIN:STANDARD", *kept, "END:STANDARD", "END:VTIMEZONE"]


def _moment(at: datetime, found: Event) -> str:
    """Write a moment by the venue's clocks, or universally if they have been put forward or back since the start."""
    local = at.astimezone(found.zone)
    if local.utcoffset() != found.starts_at.astimezone(found.zone).utcoffset():
        return f":{at.astimezone(UTC):{ICS_TIME}}Z"
    return f";TZID={found.timezone}:{local:{ICS_TIME}}"


def _ics(text: str) -> str:
    flat = " ".join(text.split())
    return flat.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")


def _folded(line: str) -> str:
    """Break a line of more than 75 bytes, between characters, as calendars ask."""
    parts, size = [""], 0
    for letter in line:
        width = len(letter.encode())
        if size + width > 75:
            parts.append(" ")
            size = 1
        parts[-1] += letter
        size += width
    return "\r\n".join(parts)

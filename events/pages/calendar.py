"""An event as a calendar's file."""

from datetime import UTC
from urllib.parse import urlsplit

from django.conf import settings

from events.models import Event

ICS_TIME = "%Y%m%dT%H%M%SZ"


def calendar(found: Event, url: str) -> str:
    """Return the event as a calendar's file. Times are universal, so that it needs no table of zones."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Ticketing//EN",
        "BEGIN:VEVENT",
        f"UID:{found.slug}@{urlsplit(settings.SITE_URL).hostname}",
        f"SEQUENCE:{found.version - 1}",
        f"DTSTAMP:{found.updated_at.astimezone(UTC):{ICS_TIME}}",
        f"DTSTART:{found.starts_at.astimezone(UTC):{ICS_TIME}}",
        f"DTEND:{found.ends_at.astimezone(UTC):{ICS_TIME}}",
        f"SUMMARY:{_ics(found.title)}",
        f"LOCATION:{_ics(', '.join(filter(None, [found.venue, found.address, found.city])))}",
        f"DESCRIPTION:{_ics(found.artist)}",
        f"URL:{url}",
        f"STATUS:{'CANCELLED' if found.status == Event.Status.CANCELLED else 'CONFIRMED'}",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


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

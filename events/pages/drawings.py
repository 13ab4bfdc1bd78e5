"""Where an event's drawings are."""

from hashlib import sha256

from django.urls import reverse

from events import posters
from events.models import Event


def choice(event: Event) -> posters.Choice:
    """Return the poster that was fixed at publication, or for a draft the one that it would be."""
    local = event.starts_at.astimezone(event.zone).date()
    return posters.Choice.read(event.poster) if event.poster else posters.roll(event.title, event.artist, local)


def drawing(event: Event, kind: str) -> str:
    return reverse(f"events:{kind}", args=[event.slug, poster_stamp(event)])


def poster_stamp(event: Event) -> str:
    """Return what changes with anything that a poster shows, so that browsers may keep it for a year."""
    shown = (event.title, event.artist, event.starts_at, event.timezone, event.venue, event.poster)
    return sha256(repr(shown).encode()).hexdigest()[:12]

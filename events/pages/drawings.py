"""Where an event's drawings and pictures are."""

from dataclasses import dataclass
from hashlib import sha256

from django.urls import reverse

from events.models import Event
from events.pictures import WIDTHS


@dataclass(frozen=True)
class Look:
    """What a list or a page shows of an event: its picture in several widths, or the drawn poster and its art."""

    poster: str
    art: str
    srcset: str = ""
    whole: str = ""

    @property
    def is_picture(self) -> bool:
        return bool(self.srcset)


def look(event: Event) -> Look:
    if not event.image_id:
        return Look(poster=drawing(event, "poster"), art=drawing(event, "art"))
    where = {width: picture(event.image_id, width) for width in WIDTHS}
    _small, medium, large = where.values()
    return Look(medium, medium, srcset=", ".join(f"{there} {width}w" for width, there in where.items()), whole=large)


def picture(digest: str, width: int) -> str:
    return reverse("events:picture", args=[digest, width])


def drawing(event: Event, kind: str) -> str:
    return reverse(f"events:{kind}", args=[event.slug, poster_stamp(event)])


def card(event: Event) -> str:
    """Return where the card of a shared link is: a photograph is smaller as JPEG, a drawing as PNG."""
    return drawing(event, "card-of-picture" if event.image_id else "card")


def poster_stamp(event: Event) -> str:
    """Return what changes with anything that a drawing shows, so that browsers may keep it for a year."""
    shown = (event.title, event.artist, event.starts_at, event.timezone, event.venue, event.poster, event.image_id)
    return sha256(repr(shown).encode()).hexdigest()[:12]

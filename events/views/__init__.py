"""The public pages."""

from .drawings import art, card, picture, poster
from .machines import robots, sitemap, sitemap_of
from .public import availability, by, calendar, event, event_page, event_texts, home, past, tickets_part
from .reminders import no_more, remind

__all__ = [
    "art",
    "availability",
    "by",
    "calendar",
    "card",
    "event",
    "event_page",
    "event_texts",
    "home",
    "no_more",
    "past",
    "picture",
    "poster",
    "remind",
    "robots",
    "sitemap",
    "sitemap_of",
    "tickets_part",
]

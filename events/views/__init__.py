"""The public pages."""

from .drawings import art, card, picture, poster
from .machines import robots, sitemap, sitemap_of
from .public import availability, by, calendar, event, home, past
from .reminders import no_more, remind

__all__ = [
    "art",
    "availability",
    "by",
    "calendar",
    "card",
    "event",
    "home",
    "no_more",
    "past",
    "picture",
    "poster",
    "remind",
    "robots",
    "sitemap",
    "sitemap_of",
]

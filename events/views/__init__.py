"""The public pages."""

from .drawings import art, picture, poster
from .public import availability, by, calendar, event, home, past
from .reminders import no_more, remind

__all__ = ["art", "availability", "by", "calendar", "event", "home", "no_more", "past", "picture", "poster", "remind"]

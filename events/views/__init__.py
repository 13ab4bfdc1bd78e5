"""The public pages."""

from .drawings import art, picture, poster
from .public import availability, calendar, event, home, past

__all__ = ["art", "availability", "calendar", "event", "home", "past", "picture", "poster"]

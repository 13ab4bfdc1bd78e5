"""The doors of what concerns tickets, but for money."""

from .finding import find, mine

__all__ = ["find", "mine"]

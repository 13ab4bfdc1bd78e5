"""The doors of what concerns tickets, but for money: finding them again, their pages, and the door."""

from .finding import find, mine

__all__ = ["find", "mine"]

"""The doors of what concerns tickets, but for money: finding them again, their pages, and the door."""

from .address import change_email, confirm_email, resend
from .concerns import answer, concern
from .finding import find, mine

__all__ = ["answer", "change_email", "concern", "confirm_email", "find", "mine", "resend"]

"""Refusals: what a person is told when something cannot be done."""

from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """A refusal with a full sentence that the person can act on. It becomes a page, never a fault."""

    status = 409

    def __init__(self, message: object) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return str(self.message)


class Busy(DomainError):
    """A lock that could not be had, or a database that cannot be reached, after every retry."""

    status = 503

    def __init__(self) -> None:
        super().__init__(_("Many people are using this right now. Nothing was changed; please try again."))


class TooMany(DomainError):
    """Too many tries from one source."""

    status = 429

    def __init__(self, *, wait: int) -> None:
        super().__init__(_("Too many tries. Please wait a little and try again."))
        self.wait = wait

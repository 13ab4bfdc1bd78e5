"""Who a buyer is, as far as limits ask: one person, however the address is written."""

from dataclasses import dataclass
from typing import Any

DOTLESS = {"gmail.com", "googlemail.com"}  # to these, a.b@ and ab@ are one mailbox


@dataclass(frozen=True)
class Buyer:
    """What a door knows of who buys: typed, and from the sign-in and the cookie."""

    email: str
    name: str
    phone: str = ""
    user: Any = None
    auth_method: str = "guest"
    key: str = ""  # digest of a first-party cookie
    source: str = ""  # digest of where the request came from; empty where sources are not counted
    language: str = "en"
    consent: dict[str, Any] | None = None

    @property
    def person(self) -> str:
        """Return the address that stands for the person: the account's, for who is signed in."""
        return canonical(self.user.email if self.user else self.email)


def canonical(email: str) -> str:
    """Return the mailbox behind an address: small letters, no +tag, no dots where they mean nothing."""
    local, _, domain = email.strip().lower().rpartition("@")
    local = local.partition("+")[0] or local
    if domain in DOTLESS:
        local, domain = local.replace(".", ""), "gmail.com"
    return f"{local}@{domain}"

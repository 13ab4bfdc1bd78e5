"""What orders and tickets are called, and the secrets that open their pages. The names grant nothing, the secrets do."""

import re
import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: without I, L, O and U, which are misread
MISREAD = str.maketrans("ILO", "110")
BODY = "[0-9A-HJKMNP-TV-Z]{10}"


def new_reference() -> str:
    """Return a name with 50 random bits: it tells nobody how many orders there are."""
    return "BK-" + "".join(secrets.choice(ALPHABET) for _ in range(10))


def ticket_code(reference: str, number: int) -> str:
    return f"TIX-{reference.removeprefix('BK-')}-{number:02}"


def read_reference(typed: str) -> str | None:
    """Return the reference that was typed, or that a ticket's code has in it; letters that are misread are put right."""
    body = re.sub(r"[\s-]", "", typed.upper())
    found = re.fullmatch(r"(?:BK)?([0-9A-Z]{10})|TIX([0-9A-Z]{10})[0-9]{2,5}", body)
    read = (found.group(1) or found.group(2)).translate(MISREAD) if found else ""
    return f"BK-{read}" if re.fullmatch(BODY, read) else None


def new_secret() -> str:
    """Return 192 random bits, for a link."""
    return secrets.token_urlsafe(24)


def new_serial() -> str:
    """Return 128 random bits: a ticket that is issued again gets others, and the old ones open nothing."""
    return secrets.token_hex(16)

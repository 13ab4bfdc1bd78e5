"""What orders and tickets are called, and the secrets that open their pages. The names grant nothing, the secrets do."""

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: without I, L, O and U, which are misread
BODY = "[0-9A-HJKMNP-TV-Z]{10}"


def new_reference() -> str:
    """Return a name with 50 random bits: it tells nobody how many orders there are."""
    return "BK-" + "".join(secrets.choice(ALPHABET) for _ in range(10))


def ticket_code(reference: str, number: int) -> str:
    return f"TIX-{reference.removeprefix('BK-')}-{number:02}"


def new_secret() -> str:
    """Return 192 random bits, for a link."""
    return secrets.token_urlsafe(24)


def new_serial() -> str:
    """Return 128 random bits: a ticket that is issued again gets others, and the old ones open nothing."""
    return secrets.token_hex(16)

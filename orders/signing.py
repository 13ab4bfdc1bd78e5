"""What a ticket's QR code says, and how a gate knows that we said it: with public keys alone (decision 15)."""

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

VERSION = 1
LENGTH = 90  # version, key, event, serial, signature: in letters, 144, with nothing left over
SIGNED = LENGTH - 64
SHAPE = re.compile("[A-Z2-7]{144}")
PURPOSE = b"ticketing.ticket\0"  # nothing else that a key signs can be taken for a ticket


class NotOurs(ValueError):
    """It does not look like a ticket of ours."""


class Forged(ValueError):
    """It looks like one, and nobody signed it whose key we know."""


@dataclass(frozen=True)
class Claim:
    """What a code says of a ticket: which one, and for which event."""

    event: str
    serial: str
    key: str


def mark(event_id: UUID) -> str:
    """Return the half of an event's id that is random: enough to tell events apart, and half as long in a code."""
    return event_id.bytes[8:].hex()


def signed(event_id: UUID, serial: str) -> str:
    """Return the text of a ticket's QR code: capitals and digits alone, which codes hold densely and every scanner types."""
    key = own_keys()[0]
    body = bytes([VERSION, _short(key.public_key())]) + bytes.fromhex(mark(event_id) + serial)
    return base64.b32encode(body + key.sign(PURPOSE + body)).decode()


def looks_like_ours(text: str) -> bool:
    return SHAPE.fullmatch(_tidy(text)) is not None


def opened(text: str, keys: Iterable[Ed25519PublicKey]) -> Claim:
    """Return what the code says if one of the keys signed it. Raises NotOurs, Forged."""
    if not looks_like_ours(text):
        raise NotOurs
    content = base64.b32decode(_tidy(text))
    body, signature = content[:SIGNED], content[SIGNED:]
    if body[0] != VERSION:
        raise Forged
    for key in keys:
        if _short(key) == body[1] and _verifies(key, signature, body):
            return Claim(event=body[2:10].hex(), serial=body[10:].hex(), key=written(key))
    raise Forged


def own_keys() -> list[Ed25519PrivateKey]:
    """Return the private keys of the settings: the first signs, all are believed."""
    return _own_keys(tuple(settings.TICKET_KEYS))


def believed() -> list[Ed25519PublicKey]:
    return [key.public_key() for key in own_keys()]


def written(key: Ed25519PublicKey) -> str:
    """Return a public key as gates are given it."""
    return base64.urlsafe_b64encode(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()


def public_key(text: str) -> Ed25519PublicKey:
    """Return the key that `written` wrote. Raises ValueError."""
    return Ed25519PublicKey.from_public_bytes(base64.b64decode(text.strip(), altchars=b"-_", validate=True))


@cache
def _own_keys(seeds: tuple[str, ...]) -> list[Ed25519PrivateKey]:
    return [Ed25519PrivateKey.from_private_bytes(base64.urlsafe_b64decode(seed)) for seed in seeds]


def _short(key: Ed25519PublicKey) -> int:
    """Return a byte that says which key to try; where two keys share it, both are tried."""
    return sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).digest()[0]


def _verifies(key: Ed25519PublicKey, signature: bytes, body: bytes) -> bool:
    try:
        key.verify(signature, PURPOSE + body)
    except InvalidSignature:
        return False
    return True


def _tidy(text: str) -> str:
    """Undo what scanners that type add: spaces, line ends, a keyboard whose capitals are small."""
    return "".join(text.split()).upper()

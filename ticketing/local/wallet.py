"""The demo's wallet: a seed made at random in the state folder, and the public key of its first account (BIP-32)."""

import hmac
import secrets
from hashlib import sha256, sha512

from .keys import kept
from .places import Places

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
LETTERS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
HARDENED = 2**31
ACCOUNT = (44 + HARDENED, 60 + HARDENED, HARDENED)
PUBLIC = bytes.fromhex("0488b21e")


def demo_wallet(places: Places) -> dict[str, str]:
    """Return the seed and what follows from it. Play money goes there: a public site is never given this wallet."""
    return kept(places, "wallet.json", _new)


def xpub_of(seed: bytes) -> str:
    """Return the public key of m/44'/60'/0', as wallets export it."""
    digest, above = hmac.digest(b"Bitcoin seed", seed, sha512), b""
    for number in ACCOUNT:
        above = _public(digest[:32])
        below = hmac.digest(digest[32:], b"\0" + digest[:32] + number.to_bytes(4), sha512)
        key = (int.from_bytes(below[:32]) + int.from_bytes(digest[:32])) % ORDER
        digest = key.to_bytes(32) + below[32:]
    return _checked(PUBLIC + bytes([len(ACCOUNT)]) + _mark(above) + ACCOUNT[-1].to_bytes(4) + digest[32:] + _public(digest[:32]))


def _new() -> dict[str, str]:
    seed = secrets.token_bytes(32)
    return {"seed": seed.hex(), "xpub": xpub_of(seed)}


def _public(key: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric import ec  # once in the life of a demo
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    point = ec.derive_private_key(int.from_bytes(key), ec.SECP256K1()).public_key()
    return point.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)


def _mark(public: bytes) -> bytes:
    from Crypto.Hash import RIPEMD160

    return RIPEMD160.new(sha256(public).digest()).digest()[:4]


def _checked(given: bytes) -> str:
    number, letters = int.from_bytes(given + sha256(sha256(given).digest()).digest()[:4]), ""
    while number:
        number, rest = divmod(number, len(LETTERS))
        letters = LETTERS[rest] + letters
    return letters

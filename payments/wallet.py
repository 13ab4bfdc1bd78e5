"""A wallet that can only be watched: its public key gives every address, and no key to any of them (BIP-32). Pure."""

import hmac
from dataclasses import dataclass
from hashlib import sha256, sha512
from typing import Self

from Crypto.Hash import RIPEMD160
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from .blocks import keccak_of

CURVE = ec.SECP256K1()
FIELD = 2**256 - 2**32 - 977
ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
PUBLIC, PRIVATE = bytes.fromhex("0488b21e"), bytes.fromhex("0488ade4")
HARDENED = 2**31


class NotAWallet(ValueError):
    """The sentence says what is wrong, and never quotes what was given."""


@dataclass(frozen=True)
class PublicNode:
    """One point of the tree of keys, with what its children are made from."""

    depth: int
    number: int
    chain_code: bytes
    x: int
    y: int

    @classmethod
    def read(cls, words: str) -> Self:
        given = _base58(words)
        if given[:4] == PRIVATE:
            raise NotAWallet("This is a private key. Take it away from here, move its money, and give the public one (xpub).")
        if len(given) != 78 or given[:4] != PUBLIC:
            raise NotAWallet("It is no extended public key: those begin with xpub.")
        try:
            point = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, given[45:]).public_numbers()
        except ValueError as error:
            raise NotAWallet("Its point is not on the curve.") from error
        return cls(given[4], int.from_bytes(given[9:13]), given[13:45], point.x, point.y)

    def child(self, number: int) -> Self:
        digest = hmac.digest(self.chain_code, self.compressed + number.to_bytes(4), sha512)
        step = ec.derive_private_key(int.from_bytes(digest[:32]), CURVE).public_key().public_numbers()
        x, y = _sum(step.x, step.y, self.x, self.y)
        return type(self)(self.depth + 1, number, digest[32:], x, y)

    @property
    def compressed(self) -> bytes:
        return bytes([2 + self.y % 2]) + self.x.to_bytes(32)

    @property
    def fingerprint(self) -> str:
        return RIPEMD160.new(sha256(self.compressed).digest()).digest()[:4].hex()

    @property
    def address(self) -> str:
        key = ec.EllipticCurvePublicNumbers(self.x, self.y, CURVE).public_key()
        point = key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return "0x" + keccak_of(point[1:])[-20:].hex()


class Wallet:
    """An account of a wallet, m/44'/60'/k', and its addresses below it, 0/i."""

    def __init__(self, xpub: str) -> None:
        account = PublicNode.read(xpub)
        if account.depth != 3 or account.number < HARDENED:
            raise NotAWallet("It is no account of a wallet: take the public key of m/44'/60'/0', or of another account.")
        self.fingerprint, self.account = account.fingerprint, account.number - HARDENED
        self._receiving = account.child(0)

    def address(self, index: int) -> str:
        return self._receiving.child(index).address

    def way(self, index: int) -> str:
        """Return how whoever holds the wallet finds the key of this address."""
        return f"hd:v1:{self.fingerprint}:m/44'/60'/{self.account}'/0/{index}"


def checksummed(address: str) -> str:
    """Write an address with the capitals that let wallets notice a typo (EIP-55)."""
    digits = address[2:].lower()
    digest = keccak_of(digits.encode()).hex()
    return "0x" + "".join(digit.upper() if int(mark, 16) > 7 else digit for digit, mark in zip(digits, digest, strict=False))


def _sum(x1: int, y1: int, x2: int, y2: int) -> tuple[int, int]:
    """Add two different points of the curve."""
    slope = (y2 - y1) * pow(x2 - x1, -1, FIELD) % FIELD
    x = (slope * slope - x1 - x2) % FIELD
    return x, (slope * (x1 - x) - y1) % FIELD


def _base58(words: str) -> bytes:
    number = 0
    for letter in words:
        if letter not in ALPHABET:
            raise NotAWallet("It holds a letter that no such key has.")
        number = number * 58 + ALPHABET.index(letter)
    given = number.to_bytes((number.bit_length() + 7) // 8)
    if sha256(sha256(given[:-4]).digest()).digest()[:4] != given[-4:]:
        raise NotAWallet("It has a typo: its checksum is wrong.")
    return given[:-4]

"""A wallet for tests, whose keys are known: what its owner has, and what the site gets. Its words are printed everywhere."""

from hashlib import sha256

from eth_account.hdaccount import HDPath, seed_from_mnemonic
from eth_account.hdaccount.deterministic import HardNode, SoftNode, derive_child_key, hmac_sha512
from eth_keys import keys

from payments.wallet import ALPHABET, HARDENED, PUBLIC

WORDS = "test test test test test test test test test test test junk"
SEED = seed_from_mnemonic(WORDS, "")


def node(*path: int) -> tuple[bytes, bytes]:
    """Return the private key and the chain code at a path."""
    digest = hmac_sha512(b"Bitcoin seed", SEED)
    key, code = digest[:32], digest[32:]
    for number in path:
        step = HardNode(number - HARDENED) if number >= HARDENED else SoftNode(number)
        key, code = derive_child_key(key, code, step)
    return key, code


def xpub(account: int = 0, *, depth: int = 3, version: bytes = PUBLIC) -> str:
    """Return the extended public key of m/44'/60'/account', as wallets export it."""
    path = [44 + HARDENED, 60 + HARDENED, account + HARDENED][:depth]
    key, code = node(*path)
    public = keys.PrivateKey(key).public_key.to_compressed_bytes() if version == PUBLIC else b"\0" + key
    return base58(version + bytes([depth]) + b"\1\2\3\4" + path[-1].to_bytes(4) + code + public)


def private_key(index: int, account: int = 0) -> bytes:
    return HDPath(f"m/44'/60'/{account}'/0/{index}").derive(SEED)


def base58(given: bytes) -> str:
    whole = given + sha256(sha256(given).digest()).digest()[:4]
    number, letters = int.from_bytes(whole), ""
    while number:
        number, rest = divmod(number, 58)
        letters = ALPHABET[rest] + letters
    return letters

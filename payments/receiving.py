"""The site's wallet: which addresses are its own. An address is shown only after it was computed anew."""

from functools import cache

from django.conf import settings

from payments.models import PaymentAddress
from payments.wallet import Wallet, checksummed


class NotOurs(Exception):
    """An address in the database that our wallet does not have: somebody changed it. Never show it."""


def wallet() -> Wallet | None:
    """Return the wallet that new addresses come from; None where the site takes no USDT."""
    return _wallet(settings.WALLET_XPUBS[0]) if settings.WALLET_XPUBS else None


def shown(address: PaymentAddress) -> str:
    """Return the address as people copy it, computed from the public key and compared. Raises NotOurs."""
    for xpub in settings.WALLET_XPUBS:
        known = _wallet(xpub)
        if (known.fingerprint, known.account) == (address.wallet, address.account) and known.address(address.index) == address.address:
            return checksummed(address.address)
    raise NotOurs(str(address.pk))


@cache
def _wallet(xpub: str) -> Wallet:
    return Wallet(xpub)

"""Addresses are made ahead of time from the wallet's public key, and each is taken once."""

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from payments import receiving
from payments.models import PaymentAddress
from payments.wallet import Wallet
from ticketing.errors import DomainError

logger = logging.getLogger(__name__)

POOL = 200  # unused addresses that are kept ready
LOW = POOL // 5


class NoAddress(DomainError):
    """Nothing was changed: no order, and no place taken."""

    status = 503

    def __init__(self) -> None:
        super().__init__(_("USDT cannot be taken at the moment. Try again in a few minutes, or pay another way."))


@transaction.atomic
def derive_addresses(*, count: int) -> int:
    """Make the wallet's next addresses; return how many. Two at once make them once. Locks: nothing. Raises NoAddress."""
    wallet = receiving.wallet()
    if wallet is None:
        raise NoAddress
    ours = PaymentAddress.objects.filter(wallet=wallet.fingerprint, account=wallet.account)
    known = ours.aggregate(last=Max("index"))["last"]
    first = 0 if known is None else known + 1
    before = ours.count()
    PaymentAddress.objects.bulk_create(
        [_address(wallet, index) for index in range(first, first + count)], ignore_conflicts=True, batch_size=1000
    )
    return ours.count() - before


def fill_pool() -> int:
    """Make so many addresses that the pool is full again; return how many. A site without a wallet needs none."""
    wallet = receiving.wallet()
    if wallet is None:
        return 0
    free = PaymentAddress.objects.free(wallet.fingerprint)[:POOL].count()
    return derive_addresses(count=POOL - free) if free < POOL else 0


def take_address(*, at: datetime) -> PaymentAddress:
    """Take an address that nobody was ever shown, in the caller's transaction.

    The lowest number first: wallets stop looking for their own money after a row of addresses without any.
    Locks: the address, past those that others are taking. Raises: NoAddress.
    """
    wallet = receiving.wallet()
    if wallet is None:
        raise NoAddress
    pool = PaymentAddress.objects.free(wallet.fingerprint)
    free = pool.locked(skip=True).order_by("index").first()
    if free is None:
        if not pool.exists():  # or others are only taking the last of them
            logger.critical("no address is left: checkout in USDT is closed until a worker, or derive_addresses, has made more")
        raise NoAddress
    try:
        receiving.shown(free)
    except receiving.NotOurs as error:
        logger.critical("an address of the pool is not our wallet's: checkout in USDT is closed", extra={"address": str(free.pk)})
        raise NoAddress from error
    free.is_used, free.used_at = True, at
    free.save(update_fields=["is_used", "used_at"])
    return free


def _address(wallet: Wallet, index: int) -> PaymentAddress:
    return PaymentAddress(
        address=wallet.address(index), wallet=wallet.fingerprint, account=wallet.account, index=index, private_key=wallet.way(index)
    )

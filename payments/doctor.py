"""What `doctor` looks at in payments: the wallet, its addresses, the rates and the chains."""

from collections.abc import Iterator

from django.conf import settings
from django.utils import timezone

from payments import health, receiving
from payments.actions.addresses import LOW
from payments.models import PaymentAddress, Rate
from payments.wallet import NotAWallet, Wallet, checksummed
from ticketing.rooms import Finding


def checks() -> Iterator[Finding]:
    if not settings.WALLET_XPUBS:
        yield Finding("wallet", "pass", "none: this site takes no USDT")
        return
    try:
        wallets = [Wallet(xpub) for xpub in settings.WALLET_XPUBS]
    except NotAWallet as refusal:
        yield Finding("wallet", "fail", str(refusal), "Correct WALLET_XPUB, and run: python manage.py verify_xpub")
        return
    yield Finding("wallet", "pass", f"{wallets[0].fingerprint}, first address {checksummed(wallets[0].address(0))}")
    yield _pool()
    yield _rate()
    for chain in health.chains(timezone.now()):
        yield Finding(f"chain {chain.name}", "pass" if chain.is_well else "fail", chain.says, "Run: python manage.py check_chains")


def _pool() -> Finding:
    wallet = receiving.wallet()
    assert wallet is not None
    ready = PaymentAddress.objects.free(wallet.fingerprint).count()
    return Finding("addresses", "pass" if ready >= LOW else "warn", f"{ready} ready", "Run: python manage.py derive_addresses 500")


def _rate() -> Finding:
    rate = Rate.objects.accepted("IDR").first()
    if rate is None:
        return Finding("rate", "fail", "none was ever accepted", "Run: python manage.py sync_rates --probe")
    age = int((timezone.now() - rate.fetched_at).total_seconds())
    return Finding("rate", "pass" if age <= 300 else "fail", f"{age} s old, {rate.source}", "Run: python manage.py sync_rates --probe")

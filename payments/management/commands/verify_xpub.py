"""Let whoever holds the wallet compare its addresses with ours."""

import json
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser

from payments import receiving
from payments.models import PaymentAddress
from payments.wallet import NotAWallet, Wallet, checksummed

SHOWN = 3


class Command(BaseCommand):
    help = (
        "Show the wallet's fingerprint and its first addresses, to compare with the wallet itself, and compute every known address anew; "
        "exit code 1 when one is not ours. Example: python manage.py verify_xpub"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.WALLET_XPUBS:
            raise CommandError("WALLET_XPUB is not set: this site takes no USDT.")
        try:
            wallets = [Wallet(xpub) for xpub in settings.WALLET_XPUBS]
        except NotAWallet as refusal:
            raise CommandError(f"WALLET_XPUB: {refusal}") from refusal
        known, foreign = 0, []
        for address in PaymentAddress.objects.iterator():
            known += 1
            try:
                receiving.shown(address)
            except receiving.NotOurs:
                foreign.append(address.address)
        found = [_shown(wallet) for wallet in wallets]
        if options["json"]:
            self.stdout.write(json.dumps({"wallets": found, "known": known, "foreign": foreign}))
        else:
            self._say(found, known)
        if foreign:
            raise CommandError(f"{len(foreign)} of {known} addresses are not this wallet's: {', '.join(foreign[:5])}")

    def _say(self, found: list[dict[str, Any]], known: int) -> None:
        for wallet in found:
            self.stdout.write(f"Wallet {wallet['fingerprint']}, account {wallet['account']}")
            for index, address in enumerate(wallet["addresses"]):
                self.stdout.write(f"  m/44'/60'/{wallet['account']}'/0/{index}  {address}")
        self.stdout.write(f"{known} addresses known.")


def _shown(wallet: Wallet) -> dict[str, Any]:
    addresses = [checksummed(wallet.address(index)) for index in range(SHOWN)]
    return {"fingerprint": wallet.fingerprint, "account": wallet.account, "addresses": addresses}

"""Make addresses ahead of time."""

import json
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from payments import actions, receiving
from payments.models import PaymentAddress


class Command(BaseCommand):
    help = (
        "Make the wallet's next addresses, so that many orders can be taken at once; a sweep keeps some ready anyway. "
        "Example: python manage.py derive_addresses 5000"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("count", type=int, help="how many")
        parser.add_argument("--json", action="store_true", help="one JSON object instead of a line")
        parser.add_argument("--dry-run", action="store_true", help="say how many are ready, and make none")

    def handle(self, *args: Any, **options: Any) -> None:
        wallet = receiving.wallet()
        if wallet is None:
            raise CommandError("WALLET_XPUB is not set: this site takes no USDT.")
        made, left = 0, max(0, options["count"])
        while left and not options["dry_run"]:
            made += actions.derive_addresses(count=min(1000, left))
            left -= min(1000, left)
        ready = PaymentAddress.objects.free(wallet.fingerprint).count()
        words = f"{made} addresses made, {ready} ready."
        self.stdout.write(json.dumps({"made": made, "ready": ready}) if options["json"] else words)

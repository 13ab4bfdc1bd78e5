"""Tell whether a QR code is a ticket of ours, with the public key alone: no database, no network, no services."""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser

from orders import signing


class Command(BaseCommand):
    help = (
        "Verify what a ticket's QR code says, offline; exit code 1 unless it is good. That it was not used before, only the gates know. "
        "Examples: python manage.py verify_ticket --print-keys; "
        "verify_ticket AEBK… --key mJ2…= --event 91f49364975d95fe --revoked revoked.txt"
    )
    requires_system_checks: list[str] = []  # some of them ask the database

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", nargs="?", default="", help="what the QR code says")
        parser.add_argument("--key", action="append", default=[], help="a public key; may be given again. Default: those of TICKET_KEYS")
        parser.add_argument("--event", default="", help="refuse tickets of other events: the mark on the event's door page")
        parser.add_argument("--revoked", default="", help="a file of serials that open nothing (check_in --revoked)")
        parser.add_argument("--print-keys", action="store_true", help="print the public keys, for gates, and verify nothing")
        parser.add_argument("--json", action="store_true", help="one JSON object instead of a line")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            keys = [signing.public_key(key) for key in options["key"]] or signing.believed()
        except ValueError as error:
            raise CommandError(
                "That is no public key. Print them where the site runs: python manage.py verify_ticket --print-keys"
            ) from error
        if options["print_keys"]:
            shown = [signing.written(key) for key in keys]
            self.stdout.write(json.dumps({"keys": shown, "site": settings.SITE_NAME}) if options["json"] else "\n".join(shown))
            return
        answer = self._answer(keys, options)
        words = f"{answer['says']}" + (f" Serial {answer['serial']}, event {answer['event']}." if answer["serial"] else "")
        self.stdout.write(json.dumps(answer) if options["json"] else words)
        if not answer["good"]:
            raise CommandError("Do not let in.")

    def _answer(self, keys: list[Any], options: dict[str, Any]) -> dict[str, Any]:
        try:
            claim = signing.opened(options["code"], keys)
        except signing.NotOurs:
            return {"good": False, "verdict": "unknown", "says": "This is no ticket of ours.", "serial": "", "event": ""}
        except signing.Forged:
            return {"good": False, "verdict": "forged", "says": "Nobody signed it whose key we know.", "serial": "", "event": ""}
        named = {"serial": claim.serial, "event": claim.event}
        if options["event"] and claim.event != options["event"].replace("-", "").lower()[-16:]:
            return {"good": False, "verdict": "other_event", "says": "It is for another event.", **named}
        if claim.serial in self._revoked(options["revoked"]):
            return {"good": False, "verdict": "revoked", "says": "It was cancelled, used, or passed on.", **named}
        return {"good": True, "verdict": "good", "says": "A ticket of ours.", **named}

    def _revoked(self, name: str) -> set[str]:
        try:
            return set(Path(name).read_text().split()) if name else set()
        except (OSError, ValueError) as error:
            raise CommandError(f"{name} cannot be read: {error}.") from error

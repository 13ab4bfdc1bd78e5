"""Say how well the chains are seen."""

import json
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from payments import health


class Command(BaseCommand):
    help = (
        "Say of every chain that is read how far it was read, how long ago, and whether payments are taken there; "
        "exit code 1 when one is not well. Example: python manage.py chain_status --json"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")

    def handle(self, *args: Any, **options: Any) -> None:
        found = health.chains(timezone.now())
        if options["json"]:
            self.stdout.write(json.dumps({"chains": [one.as_dict() for one in found]}))
        elif not found:
            self.stdout.write("No chain is switched on. Run: python manage.py check_chains --enable")
        else:
            for one in found:
                self.stdout.write(f"{'ok  ' if one.is_well else 'FAIL'} {one.number} {one.name}: {one.says}")
        if sick := [one.name for one in found if not one.is_well]:
            raise CommandError(f"No payments are taken on {', '.join(sick)}.")

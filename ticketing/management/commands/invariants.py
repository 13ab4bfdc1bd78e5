"""Recompute every promise from the tables alone."""

import json
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from ticketing.rooms import furnished


class Command(BaseCommand):
    help = "Print every broken promise; exit code 1 on any. Example: python manage.py invariants --json"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")

    def handle(self, *args: Any, **options: Any) -> None:
        breaches = [f"{room.__package__}: {breach}" for room in furnished("invariants") for breach in room.breaches()]
        if options["json"]:
            self.stdout.write(json.dumps({"breaches": breaches}, indent=2))
        else:
            for breach in breaches:
                self.stdout.write(breach)
        if breaches:
            raise CommandError(f"{len(breaches)} promises are broken.")
        if not options["json"]:
            self.stdout.write("Every promise holds.")

"""Look at everything the site needs, and say how to mend what is not well."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from ticketing.rooms import Finding, furnished

MARKS = {"pass": "ok  ", "warn": "WARN", "fail": "FAIL"}


class Command(BaseCommand):
    help = "Check the whole installation; exit code 1 when something is broken. Example: python manage.py doctor --json"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")

    def handle(self, *args: Any, **options: Any) -> None:
        findings = list(self._findings())
        if options["json"]:
            self.stdout.write(json.dumps({"findings": [asdict(finding) for finding in findings]}, indent=2))
        else:
            for finding in findings:
                self.stdout.write(f"{MARKS[finding.state]} {finding.name}: {finding.says}")
                if finding.mend and finding.state != "pass":
                    self.stdout.write(f"     {finding.mend}")
        broken = sum(finding.state == "fail" for finding in findings)
        if broken:
            raise CommandError(f"{broken} of {len(findings)} checks failed.")

    def _findings(self) -> Iterator[Finding]:
        for room in furnished("doctor"):
            try:
                yield from room.checks()
            except DatabaseError as error:
                # What the remaining checks of this room would say is already said by the first one.
                says = " ".join(str(error).split())[:200]
                yield Finding(room.__package__ or "database", "fail", f"stopped: {says}", "Mend the database first.")

"""Counted places and codes, held against the orders, and put right."""

import json
from typing import Any

from django.core.management import BaseCommand, CommandParser
from django.utils import timezone

from orders import actions

NOTHING_TO_DO, NEEDS_ATTENTION = 2, 3


class Command(BaseCommand):
    help = (
        "Count what tiers, events and discount codes say is sold, held and used against the orders, and put right what differs. "
        "With --check only tell; exit code 3 when something differs, 2 when there was nothing to put right. "
        "Example: python manage.py rebuild_counters --check"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", "--dry-run", action="store_true", dest="check", help="tell what differs, and change nothing")
        parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")

    def handle(self, *args: Any, **options: Any) -> None:
        wrong = actions.drift() if options["check"] else actions.rebuild_counters(at=timezone.now())
        if options["json"]:
            self.stdout.write(json.dumps({"repaired": not options["check"], "wrong": [vars(figure) for figure in wrong]}, default=str))
        else:
            for figure in wrong:
                self.stdout.write(f"{figure.table} {figure.row}, {figure.name}: it says {figure.says}, the orders say {figure.is_really}")
            self.stdout.write(f"{len(wrong)} figures {'differ' if options['check'] else 'were put right'}.")
        if wrong and options["check"]:
            raise SystemExit(NEEDS_ATTENTION)
        if not wrong and not options["check"]:
            raise SystemExit(NOTHING_TO_DO)

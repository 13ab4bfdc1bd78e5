"""Count the sales table anew, without waiting for the sweep."""

import json
import time
from typing import Any

from django.core.management import BaseCommand, CommandParser
from django.utils import timezone

from payments import actions
from payments.models import EventSales
from ticketing.retries import retried

NOTHING_TO_DO = 2


class Command(BaseCommand):
    help = (
        "Count event_sales_summary anew, while everybody reads the old figures. With --if-old only when they are older than a quarter of "
        "an hour while an event runs, or than an hour; exit code 2 when they are not. Example: python manage.py refresh_sales_summary"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--if-old", action="store_true", help="leave fresh figures alone")
        parser.add_argument("--json", action="store_true", help="one JSON object instead of a line")
        parser.add_argument("--dry-run", action="store_true", help="say whether the figures are old, and count nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        is_old, started = actions.sales_are_old(at=timezone.now()), time.monotonic()
        refreshed = not options["dry_run"] and (is_old or not options["if_old"])
        if refreshed:
            retried(actions.refresh_sales)
        seconds, events = round(time.monotonic() - started, 2), EventSales.objects.count()
        answer = {"refreshed": refreshed, "was_old": is_old, "events": events, "seconds": seconds}
        words = (
            f"Counted {events} events in {seconds} s."
            if refreshed
            else f"The figures are {'old' if is_old else 'fresh'}; nothing was counted."
        )
        self.stdout.write(json.dumps(answer) if options["json"] else words)
        if options["if_old"] and not refreshed and not options["dry_run"]:
            raise SystemExit(NOTHING_TO_DO)

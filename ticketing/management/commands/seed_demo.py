"""Fill an empty site with a demo. Each app furnishes a `demo` room; the same seed gives the same rows on the same day."""

import time
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction

from ticketing.rooms import furnished

BAR = 40


class Command(BaseCommand):
    help = "Fill the site with demo data; safe to run twice. Example: python manage.py seed_demo --seed 7 --events 100000"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seed", type=int, default=1, help="the same number gives the same demo (default 1)")
        parser.add_argument("--events", type=int, default=0, help="make so many more events, to see the site at scale (default 0)")
        parser.add_argument("--dry-run", action="store_true", help="say what would be made, and make nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        if not (settings.DEMO or settings.DEBUG):
            raise CommandError("The demo is for a demo site. Set DEMO=1 on a machine of your own.")
        with transaction.atomic():
            for room in furnished("demo"):
                for line in getattr(room, "seed", lambda **_: ())(seed=options["seed"]):
                    self.stdout.write(line)
            if options["dry_run"]:
                transaction.set_rollback(True)
                self.stdout.write(f"Nothing was kept: this was a dry run. {options['events']} more events would have been made.")
        if options["events"] > 0 and not options["dry_run"]:
            self._crowd(options["seed"], options["events"])

    def _crowd(self, seed: int, count: int) -> None:
        started = time.monotonic()
        for room in furnished("demo"):
            for made in getattr(room, "crowd", lambda **_: ())(seed=seed, count=count):
                done = "#" * (BAR * made // count)
                self.stderr.write(f"\r[{done:.<{BAR}}] {made:,} of {count:,}, {time.monotonic() - started:.0f} s", str, ending="")
        self.stderr.write("")
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # or the next page would be planned for an empty site
        self.stdout.write(f"Made sure of {count:,} more events in {time.monotonic() - started:.0f} s")

"""Fill an empty site with a demo. Each app furnishes a `demo` room; the same seed gives the same rows."""

from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser
from django.db import transaction

from ticketing.rooms import furnished


class Command(BaseCommand):
    help = "Fill the site with demo data; safe to run twice. Example: python manage.py seed_demo --seed 7"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seed", type=int, default=1, help="the same number gives the same demo (default 1)")
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
                self.stdout.write("Nothing was kept: this was a dry run.")

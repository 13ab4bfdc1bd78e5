"""Give places back whose time is over, without waiting for the sweep."""

import json
from typing import Any

from django.core.management import BaseCommand, CommandParser
from django.utils import timezone

from orders.models import Order
from payments import actions


class Command(BaseCommand):
    help = "End unpaid orders whose time is over, and print how many. Example: python manage.py expire_orders --dry-run"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object instead of a line")
        parser.add_argument("--dry-run", action="store_true", help="say how many are over, and end none")

    def handle(self, *args: Any, **options: Any) -> None:
        now, expired = timezone.now(), 0
        if options["dry_run"]:
            expired = Order.objects.overdue(now).count()
        else:
            while batch := actions.expire_overdue(at=now):
                expired += batch
        words = f"{expired} orders {'would expire' if options['dry_run'] else 'expired'}."
        self.stdout.write(json.dumps({"expired": expired}) if options["json"] else words)

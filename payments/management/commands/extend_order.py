"""Hold the places of an unpaid order longer."""

import json
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from payments import actions
from payments.finding import order_named
from ticketing import history
from ticketing.errors import DomainError
from ticketing.retries import retried


class Command(BaseCommand):
    help = (
        "Hold the places of an unpaid order once more as long as at first, three times at most; exit code 1 when that is refused. "
        "Example: python manage.py extend_order BK-7H3K9QW2MD"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("reference", help="BK- and ten letters and digits, a ticket's code, or the number in an older system")
        parser.add_argument("--json", action="store_true", help="one JSON object instead of a line")
        parser.add_argument("--dry-run", action="store_true", help="say until when the places are held, and change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        order = order_named(options["reference"])
        if not options["dry_run"]:
            try:
                order = retried(lambda: actions.extend(order_id=order.pk, at=timezone.now(), by=history.SYSTEM))
            except DomainError as refusal:
                raise CommandError(str(refusal)) from refusal
        until = order.expires_at.isoformat() if order.expires_at else None
        answer = {"reference": order.reference, "status": order.status, "held_until": until, "extended": not options["dry_run"]}
        words = f"{order.reference} is {order.status}, held until {until}."
        self.stdout.write(json.dumps(answer) if options["json"] else words)
        if options["dry_run"] and not options["json"]:
            self.stdout.write("Nothing was changed: this was a dry run.")

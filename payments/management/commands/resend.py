"""Send a buyer's letter again."""

import json
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser
from django.utils import timezone

import orders.actions
from payments.finding import order_named
from ticketing import history
from ticketing.errors import DomainError
from ticketing.retries import retried


class Command(BaseCommand):
    help = (
        "Send the letter of an order as it stands once more: the tickets, or how to pay; exit code 1 when there is nothing to send. "
        "Example: python manage.py resend BK-7H3K9QW2MD"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("reference", help="BK- and ten letters and digits, a ticket's code, or the number in an older system")
        parser.add_argument("--json", action="store_true", help="one JSON object instead of a line")
        parser.add_argument("--dry-run", action="store_true", help="say which order it would be, and send nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        order = order_named(options["reference"])
        if not options["dry_run"]:
            try:
                retried(lambda: orders.actions.resend(order_id=order.pk, at=timezone.now(), by=history.SYSTEM, for_team=True))
            except DomainError as refusal:
                raise CommandError(str(refusal)) from refusal
        sent = not options["dry_run"]
        words = "The letter waits to be sent." if sent else "Nothing was sent: this was a dry run."
        answer = {"reference": order.reference, "status": order.status, "sent": sent}
        self.stdout.write(json.dumps(answer) if options["json"] else f"{order.reference} is {order.status}. {words}")

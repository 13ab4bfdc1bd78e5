"""Cancel an order, as the source documents' procedure of that name does."""

import json
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from orders.models import Order
from payments import actions
from ticketing.errors import DomainError
from ticketing.retries import retried


class Command(BaseCommand):
    help = (
        "Cancel an order for the seller and print true, or false and why not; exit code 1 then. Cancelling twice is cancelling once. "
        'Example: python manage.py cancel_booking BK-7H3K9QW2MD --reason "Asked by phone"'
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("reference", help="BK- and ten letters and digits, or the number in an older system")
        parser.add_argument("--reason", default="Cancelled by the seller")
        parser.add_argument("--json", action="store_true", help="one JSON object instead of a line")
        parser.add_argument("--dry-run", action="store_true", help="say what would be cancelled, and cancel nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        typed = options["reference"].strip()
        order = Order.objects.filter(reference=typed.upper()).first()
        order = order or (Order.objects.filter(legacy_reference=typed).first() if typed else None)
        if order is None:
            raise CommandError(f"There is no order {typed}.")
        if options["dry_run"]:
            self.stdout.write(f"{order.reference} is {order.status}. Nothing was changed: this was a dry run.")
            return
        try:
            retried(lambda: actions.annul(order_id=order.pk, reason=options["reason"], by=None, at=timezone.now()))
        except DomainError as refusal:
            self._say(options, cancelled=False, reference=order.reference)
            raise CommandError(str(refusal)) from refusal
        self._say(options, cancelled=True, reference=order.reference)

    def _say(self, options: dict[str, Any], *, cancelled: bool, reference: str) -> None:
        answer = {"cancelled": cancelled, "reference": reference}
        self.stdout.write(json.dumps(answer) if options["json"] else str(cancelled).lower())

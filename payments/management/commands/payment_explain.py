"""Tell the story of an order's money."""

import json
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from payments import story
from payments.models import Payment


class Command(BaseCommand):
    help = (
        "Tell what happened to the money of an order, in order of time, found by the order's reference, by a transaction or by an address; "
        "exit code 1 when nothing of ours is found. Example: python manage.py payment_explain BK-7Q2M4K9XTR"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("words", help="a reference, the hash of a transaction, or an address")
        parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")

    def handle(self, *args: Any, **options: Any) -> None:
        found = [self._told(payment) for payment in story.payments_of(options["words"])]
        strays = [story.described(one) for one in story.strays_of(options["words"])]
        if not (found or strays):
            raise CommandError(
                "Nothing of ours is known by this. Was it another chain, or has its block not been read yet? See chain_status."
            )
        if options["json"]:
            self.stdout.write(json.dumps({"payments": found, "strays": strays}))
            return
        for one in found:
            self.stdout.write(f"{one['reference']}: order {one['status']}, payment {one['state']}")
            for event in one["events"]:
                self.stdout.write(f"  {event['at']}  {event['says']}")
            self.stdout.write(f"  {one['stands']}")
        for says in strays:
            self.stdout.write(f"To an address of ours that no order has: {says}")

    def _told(self, payment: Payment) -> dict[str, Any]:
        events = [{"at": event.at.isoformat(sep=" ", timespec="seconds"), "says": event.says} for event in story.told(payment)]
        return {
            "reference": payment.order.reference,
            "status": payment.order.status,
            "state": payment.state,
            "events": events,
            "stands": story.stands(payment, timezone.now()),
        }

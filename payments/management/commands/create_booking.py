"""Book places for somebody, as the source documents' procedure of that name does."""

import json
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from events.models import Event
from orders.actions import Wish, keep_number
from orders.buyers import Buyer
from orders.models import Order
from payments import actions
from payments.models import Provider
from ticketing import history
from ticketing.errors import DomainError
from ticketing.retries import retried


class Command(BaseCommand):
    help = (
        "Book places for a person and print true, or false and why not; exit code 1 then. The same booking id books once, and "
        "cancel_booking knows it. Places that cost something are held until they are paid, or given away with --give. "
        "Example: python manage.py create_booking bea@example.org radio-hujan --tier Regular --booking-id BK-1K2L3M4N5O-ABC123"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the buyer's address, with an account or without")
        parser.add_argument("event", help="the last part of the event's address")
        parser.add_argument("--tier", help="by name; without it, the event's first")
        parser.add_argument("--quantity", type=int, default=1)
        parser.add_argument("--booking-id", default="", help="your own number for it: given twice, it books once")
        how = parser.add_mutually_exclusive_group()
        how.add_argument("--way", choices=[Provider.MANUAL, Provider.USDT], default=Provider.MANUAL, help="how it will be paid")
        how.add_argument("--give", default="", metavar="REASON", help="give the places away; the reason is kept as a note")
        parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")
        parser.add_argument("--dry-run", action="store_true", help="say what would be booked, and book nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        wish = self._wish(options)
        try:
            order = retried(lambda: self._book(wish, options))
        except DomainError as refusal:
            self._say(options, {"booked": False, "because": str(refusal)})
            raise CommandError(str(refusal)) from refusal
        self._say(options, {"booked": True, "reference": order.reference, "status": order.status})

    @transaction.atomic  # a number that is another order's books nothing
    def _book(self, wish: Wish, options: dict[str, Any]) -> Order:
        at = timezone.now()
        if options["give"]:
            [order] = actions.give_comps(wishes=[wish], by=None, at=at, reason=options["give"])
        else:
            order = actions.check_out(wish=wish, at=at, provider=options["way"])
        if number := options["booking_id"]:
            keep_number(order_id=order.pk, number=number, at=at, by=history.SYSTEM)
        transaction.set_rollback(options["dry_run"])
        return order

    def _wish(self, options: dict[str, Any]) -> Wish:
        event = Event.objects.filter(slug=options["event"]).first()
        if event is None:
            raise CommandError(f"There is no event {options['event']}.")
        tiers = event.tiers.order_by("position", "pk")
        tier = tiers.filter(name=options["tier"]).first() if options["tier"] else tiers.first()
        if tier is None:
            raise CommandError("There is no such tier. They are: " + ", ".join(event.tiers.values_list("name", flat=True)) + ".")
        try:
            validate_email(options["email"])
        except ValidationError as error:
            raise CommandError(f"{options['email']} is no e-mail address.") from error
        user = User.objects.filter(email=options["email"].lower(), is_active=True).first()
        name = user.name if user and user.name else options["email"].partition("@")[0]
        buyer = Buyer(email=options["email"], name=name, user=user, language=settings.LANGUAGE_CODE)
        return Wish(event_id=event.pk, lines={tier.pk: options["quantity"]}, buyer=buyer, form_key=options["booking_id"])

    def _say(self, options: dict[str, Any], answer: dict[str, Any]) -> None:
        if options["json"]:
            self.stdout.write(json.dumps(answer))
            return
        self.stdout.write("true" if answer["booked"] else "false")
        if answer["booked"]:
            self.stdout.write(f"{answer['reference']} is {answer['status']}.")
        if options["dry_run"]:
            self.stdout.write("Nothing was kept: this was a dry run.")

"""Give tickets away to the guests of a list."""

import json
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from events.models import Event, TicketTier
from orders.actions import Wish
from orders.buyers import Buyer
from payments import actions, guests
from payments.finding import event_named
from ticketing.errors import DomainError
from ticketing.retries import retried

NEEDS_ATTENTION = 3


class Command(BaseCommand):
    help = (
        "Give tickets away: one guest a line, as name, e-mail and the number of tickets; - reads the list from the input. All or none; "
        "the same list for the same reason gives once. Exit code 3 when a line is wrong, 1 when it is refused. "
        'Example: python manage.py issue_comps radio-hujan guests.csv --tier Regular --reason "Press"'
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("event", help="the last part of the event's address")
        parser.add_argument("file", help="the list, or - for the input")
        parser.add_argument("--tier", help="by name; without it, the event's first")
        parser.add_argument("--reason", required=True, help="kept as a note at each order")
        parser.add_argument("--language", default=settings.LANGUAGE_CODE, choices=dict(settings.LANGUAGES), help="of the letters")
        parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")
        parser.add_argument("--dry-run", action="store_true", help="say what would be given to whom, and give nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        event = event_named(options["event"])
        tier = self._tier(event, options["tier"])
        found = guests.read(self._list(options["file"]))
        wrong = [f"Line {guest.number}: {guest.wrong}" for guest in found if guest.wrong]
        if wrong or not found:
            raise CommandError("\n".join(wrong) or "The list is empty.", returncode=NEEDS_ATTENTION)
        key = sha256(f"{options['reason']} {tier.pk}".encode()).hexdigest()[:32]
        wishes = [self._wish(event, tier, guest, key, options["language"]) for guest in found]
        words: dict[str, Any] = {"wishes": wishes, "by": None, "at": timezone.now()}
        try:
            if options["dry_run"]:
                retried(lambda: actions.try_comps(**words))
            else:
                retried(lambda: actions.give_comps(**words, reason=options["reason"]))
        except DomainError as refusal:
            raise CommandError(str(refusal)) from refusal
        self._say(options, found)

    def _say(self, options: dict[str, Any], found: list[guests.Guest]) -> None:
        places = sum(guest.places for guest in found)
        if options["json"]:
            self.stdout.write(json.dumps({"guests": len(found), "tickets": places, "given": not options["dry_run"]}))
            return
        for guest in found:
            self.stdout.write(f"{guest.places} × {guest.name} <{guest.email}>")
        self.stdout.write(f"{places} tickets for {len(found)} guests.")
        if options["dry_run"]:
            self.stdout.write("Nothing was given: this was a dry run.")

    def _list(self, file: str) -> str:
        try:
            return sys.stdin.read() if file == "-" else Path(file).read_text("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{file} cannot be read as text.") from error

    def _tier(self, event: Event, name: str | None) -> TicketTier:
        tiers = event.tiers.order_by("position", "pk")
        tier: TicketTier | None = tiers.filter(name=name).first() if name else tiers.first()
        if tier is None:
            raise CommandError("There is no such tier. They are: " + ", ".join(event.tiers.values_list("name", flat=True)) + ".")
        return tier

    def _wish(self, event: Event, tier: TicketTier, guest: guests.Guest, key: str, language: str) -> Wish:
        buyer = Buyer(email=guest.email, name=guest.name, language=language)
        return Wish(event_id=event.pk, lines={tier.pk: guest.places}, buyer=buyer, form_key=key)

"""Let a ticket in from a terminal, or tell gates without network what they need."""

import json
import secrets
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from events.models import Event
from orders import actions, signing
from orders.models import DeadCode, Ticket
from orders.pages import door
from ticketing.errors import DomainError
from ticketing.retries import retried


class Command(BaseCommand):
    help = (
        "Check a ticket in by what its QR code says, or with --reason by the code printed on it; exit code 1 unless it is let in. "
        'Examples: python manage.py check_in radio-hujan AEBK…; check_in radio-hujan TIX-7H3K9QW2MD-01 --reason "Phone is empty"; '
        "check_in radio-hujan --revoked > revoked.txt"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("event", help="the last part of the event's address")
        parser.add_argument("code", nargs="?", default="", help="what the QR code says, or TIX-…")
        parser.add_argument("--gate", default="", help="where, as the second gate shall hear it")
        parser.add_argument("--reason", default="", help="why without a QR code")
        parser.add_argument("--undo", action="store_true", help="take the admission of TIX-… back; needs a reason")
        parser.add_argument("--nonce", default="", help="the same for each retry of one attempt; default: a new one")
        parser.add_argument("--revoked", action="store_true", help="print the serials that open nothing, for verify_ticket --revoked")
        parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")
        parser.add_argument("--dry-run", action="store_true", help="say how the ticket stands, and let nobody in")

    def handle(self, *args: Any, **options: Any) -> None:
        event = Event.objects.select_related("promoter").filter(slug=options["event"]).first()
        if event is None:
            raise CommandError(f"There is no event {options['event']}.")
        if options["revoked"]:
            self._revoked(event, options)
        elif options["dry_run"]:
            self._stands(event, options)
        else:
            self._check(event, options)

    def _check(self, event: Event, options: dict[str, Any]) -> None:
        attempt = {"gate": options["gate"], "nonce": options["nonce"] or secrets.token_urlsafe(12), "at": timezone.now(), "by": None}
        try:
            checked = retried(lambda: self._deed(event, options, attempt))
        except DomainError as refusal:
            raise CommandError(str(refusal)) from refusal
        said = door.answer(checked, event, timezone.now(), names=True)
        words = " ".join(filter(None, [f"{said.heading}.", said.says, said.advice, said.code]))
        self.stdout.write(json.dumps(said.as_json()) if options["json"] else words)
        if said.verdict not in {"admitted", "undone"}:
            raise CommandError(f"Not let in: {said.verdict}.")

    def _deed(self, event: Event, options: dict[str, Any], attempt: dict[str, Any]) -> actions.Checked:
        if not (options["reason"] or options["undo"]):
            return actions.check_in(event_id=event.pk, text=options["code"], **attempt)
        deed = actions.undo if options["undo"] else actions.admit
        return deed(ticket_id=self._ticket(event, options).pk, reason=options["reason"], **attempt)

    def _stands(self, event: Event, options: dict[str, Any]) -> None:
        ticket = self._ticket(event, options)
        answer = {"code": ticket.code, "status": ticket.status, "used_at": ticket.used_at and ticket.used_at.isoformat()}
        words = f"{ticket.code} is {ticket.status}. Nothing was changed: this was a dry run."
        self.stdout.write(json.dumps(answer) if options["json"] else words)

    def _ticket(self, event: Event, options: dict[str, Any]) -> Ticket:
        """Find the ticket by its printed code, or by what its QR code says."""
        wanted = {"code": options["code"].strip().upper()}
        if signing.looks_like_ours(options["code"]):
            try:
                wanted = {"serial": signing.opened(options["code"], signing.believed()).serial}
            except signing.Forged as forged:
                raise CommandError("It looks like a ticket, and nobody signed it whose key we know.") from forged
        ticket: Ticket | None = Ticket.objects.filter(event=event, **wanted).first()
        if ticket is None:
            raise CommandError("There is no such ticket for this event.")
        return ticket

    def _revoked(self, event: Event, options: dict[str, Any]) -> None:
        closed = Ticket.objects.filter(event=event).exclude(status=Ticket.Status.VALID, order__gate_hold="")
        serials = [*closed.values_list("serial", flat=True), *DeadCode.objects.filter(ticket__event=event).values_list("serial", flat=True)]
        answer = {"event": door.event_mark(event), "revoked": sorted(serials)}
        self.stdout.write(json.dumps(answer) if options["json"] else "\n".join(answer["revoked"]))

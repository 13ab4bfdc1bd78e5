"""The whole story of an order, in the order of time."""

import json
from datetime import datetime
from typing import Any

from django.core.management import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from orders.models import Order
from payments.finding import order_named
from payments.models import Payment
from ticketing import undelivered, words
from ticketing.history import HistoryEntry
from ticketing.mail import EmailMessage
from ticketing.money import written

Story = list[tuple[datetime, str]]


class Command(BaseCommand):
    help = (
        "Tell an order's whole story in words: what was bought, and each thing that happened to it, its payment, its tickets and its "
        "letters. Names and addresses are left out. Example: python manage.py order_explain BK-7H3K9QW2MD"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("reference", help="BK- and ten letters and digits, a ticket's code, or the number in an older system")
        parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")

    def handle(self, *args: Any, **options: Any) -> None:
        order = Order.objects.select_related("event", "payment").get(pk=order_named(options["reference"]).pk)
        payment: Payment = order.payment
        story = sorted([*_happened(order, payment), *_letters(order)], key=lambda line: line[0])
        if options["json"]:
            lines = [{"at": at.isoformat(), "what": what} for at, what in story]
            facts = {"reference": order.reference, "status": order.status, "payment": payment.state, "provider": payment.provider}
            self.stdout.write(json.dumps({**facts, "total": str(order.total), "currency": order.currency, "story": lines}))
            return
        self.stdout.write(
            f"{order.reference}: {order.get_status_display()}; {payment.get_provider_display()}, {payment.get_state_display()}"
        )
        self.stdout.write(f"{order.event}, {', '.join(_bought(order))}, {written(order.total, order.currency)}")
        for at, what in story:
            self.stdout.write(f"{at.astimezone(order.event.zone):%Y-%m-%d %H:%M:%S %Z}  {what}")


def _bought(order: Order) -> list[str]:
    items = order.items.select_related("tier").order_by("tier__position")
    return [f"{item.quantity} × {item.tier}" + (f" ({item.returned} given back)" if item.returned else "") for item in items]


def _happened(order: Order, payment: Payment) -> Story:
    codes: dict[Any, str] = dict(order.tickets.values_list("pk", "code"))
    entries = HistoryEntry.objects.filter(subject_id__in=[order.pk, payment.pk, *codes]).order_by("at", "id")
    return [(entry.at, _said(entry, codes)) for entry in entries]


def _said(entry: HistoryEntry, codes: dict[Any, str]) -> str:
    known, details = words.said(), {name: value for name, value in entry.details.items() if name != "ticket"}
    thing = codes.get(entry.subject_id) or str(words.kind(entry.subject_type))
    change = " → ".join(str(known.get(status, status)) for status in (entry.old_status, entry.new_status) if status)
    told = [str(known.get(entry.action, entry.action)), change, *(f"{name}: {value}" for name, value in details.items())]
    return f"{thing}: {', '.join(part for part in told if part)} ({entry.actor})"


def _letters(order: Order) -> Story:
    subjects = [order.pk, *order.tickets.values_list("pk", flat=True)]
    story: Story = []
    for letter in EmailMessage.objects.filter(subject_id__in=subjects):
        story.append((letter.created_at, f"{_('Letter')}: {letter}, {_('owed')}"))
        if letter.sent_at:
            story.append((letter.sent_at, f"{_('Letter')}: {letter}, {_('sent')}"))
        if letter.failed_at:
            story.append(
                (letter.failed_at, f"{_('Letter')}: {letter}, {_('given up')}. {undelivered.why(letter.last_error)} [{letter.last_error}]")
            )
    return story

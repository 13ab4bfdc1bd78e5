"""Orders, tickets or attendees as a file."""

import shutil
import sys
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandParser

from orders.models import Order, Ticket
from payments import exports
from payments.finding import event_named
from ticketing import audit


class Command(BaseCommand):
    help = (
        "Write orders, tickets or attendees as CSV, XLSX or JSON, with names and addresses in it; the audit log keeps that it was done. "
        "Memory stays the same whatever the number of rows. "
        "Example: python manage.py export_data attendees --event radio-hujan --output guests.csv"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("sheet", choices=exports.SHEETS)
        parser.add_argument("--event", help="the last part of one event's address; without it, all events")
        parser.add_argument("--format", choices=exports.FORMS, default="csv")
        parser.add_argument(
            "--json", dest="format", action="store_const", const="json", help="an object of JSON in each line, for machines"
        )
        parser.add_argument("--output", help="the file to write; without it, the output")

    def handle(self, *args: Any, **options: Any) -> None:
        sheet, event = exports.SHEETS[options["sheet"]], event_named(options["event"]) if options["event"] else None
        model: Any = Order if sheet.name == "orders" else Ticket
        rows = sheet.rows(model.objects.filter(event=event) if event else model.objects.all()).order_by("pk")
        number = rows.count()
        told = {"sheet": sheet.name, "format": options["format"], "rows": number, "by": "command"}
        audit.record_export(table=model._meta.db_table, record=str(event.pk) if event else "", user=None, details=told)
        self._write(sheet, rows, options)
        self.stderr.write(f"{number} rows.")

    def _write(self, sheet: exports.Sheet, rows: Any, options: dict[str, Any]) -> None:
        if options["format"] == "xlsx":
            with exports.workbook(sheet, rows) as book, _file(options["output"]) as file:
                shutil.copyfileobj(book, file)
            return
        parts = exports.objects if options["format"] == "json" else exports.lines
        with _file(options["output"]) as file:
            for part in parts(sheet, rows):
                file.write(part.encode())


def _file(name: str | None) -> Any:
    """Open the file for this user alone: it is full of addresses."""
    if not name:
        return open(sys.stdout.fileno(), "wb", closefd=False)
    path = Path(name)
    path.touch(mode=0o600)
    return path.open("wb")

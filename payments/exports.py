"""Sheets of orders, tickets and attendees: row by row from a cursor of the server, so that memory stays the same."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from tempfile import TemporaryFile
from typing import IO, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import DecimalField, F, OuterRef, Subquery, Sum
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from orders.models import OrderItem, Ticket
from payments.words import PAYMENT_WORDS
from ticketing.history import HistoryEntry

FORMS = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
CHUNK = 500
FORMULAS = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")  # what a spreadsheet takes for the start of a formula, wide signs too
# What events carry for search and pages, and no sheet has.
BULKY = ("description", "access_notes", "search_vector", "search_text")
OF_TICKETS: tuple[str, ...] = (
    "code",
    "status",
    "holder_name",
    "holder_email",
    "used_at",
    "order__reference",
    "order__buyer_name",
    "order__currency",
)
OF_TICKETS += ("order__payment__provider", "event__title", "event__timezone", "tier__name")
Columns = tuple[tuple[Any, Callable[[Any], Any]], ...]


@dataclass(frozen=True)
class Sheet:
    name: str
    label: Any
    rows: Callable[[Any], Any]
    columns: Columns

    def heads(self) -> list[str]:
        return [str(head) for head, _value in self.columns]

    def read(self, rows: Any) -> Iterator[list[Any]]:
        for row in rows.iterator(chunk_size=CHUNK):
            yield [value(row) for _head, value in self.columns]


def lines(sheet: Sheet, rows: Any) -> Iterator[str]:
    """Yield the sheet as CSV, some hundred lines at a time. The mark in front tells spreadsheets that it is UTF-8."""
    yield "\ufeff" + _csv([sheet.heads()])
    part: list[list[Any]] = []
    for row in sheet.read(rows):
        part.append(row)
        if len(part) == CHUNK:
            yield _csv(part)
            part = []
    yield _csv(part)


def objects(sheet: Sheet, rows: Any) -> Iterator[str]:
    """Yield the sheet for machines: an object of JSON in each line, texts as they were typed, amounts as texts."""
    heads = sheet.heads()
    for row in sheet.read(rows):
        yield json.dumps(dict(zip(heads, row, strict=True)), cls=DjangoJSONEncoder, ensure_ascii=False) + "\n"


def workbook(sheet: Sheet, rows: Any) -> IO[bytes]:
    """Return the sheet as a workbook in a file without a name, which is gone once it is closed."""
    import xlsxwriter  # only who exports needs it

    file = TemporaryFile()  # noqa: SIM115  # the answer closes it
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    page, moment = book.add_worksheet(sheet.name), book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    page.write_row(0, 0, sheet.heads(), book.add_format({"bold": True}))
    page.freeze_panes(1, 0)
    for number, row in enumerate(sheet.read(rows), start=1):
        for column, value in enumerate(row):
            if isinstance(value, datetime):
                page.write_datetime(number, column, value.replace(tzinfo=None), moment)
            elif isinstance(value, Decimal | int):
                page.write_number(number, column, value)
            elif value:
                page.write_string(number, column, str(value))
    book.close()
    file.seek(0)
    return file


def _csv(rows: Iterable[list[Any]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue()


def _cell(value: Any) -> Any:
    """Return what a spreadsheet reads as text, whatever somebody typed; figures stay figures."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, Decimal | int):
        return value
    text = str(value)
    return f"'{text}" if text.startswith(FORMULAS) else text


def _local(order_or_ticket: Any, moment: datetime | None) -> datetime | None:
    return moment.astimezone(order_or_ticket.event.zone) if moment else None


def _orders(rows: Any) -> Any:
    items = OrderItem.objects.filter(order=OuterRef("pk")).order_by().values("order")
    refund = Cast(KeyTextTransform("refund", "details"), DecimalField(max_digits=16, decimal_places=2))
    told = HistoryEntry.objects.filter(subject_id=OuterRef("payment__pk"), action__in=["refunding", "refund_owed"])
    return (
        rows.select_related(None)
        .select_related("event", "payment", "code")
        .prefetch_related(None)
        .defer(*(f"event__{name}" for name in BULKY))
        .annotate(
            bought=Subquery(items.annotate(sum=Sum("quantity")).values("sum")),
            came_back=Subquery(items.annotate(sum=Sum("returned")).values("sum")),
            refund=Subquery(told.order_by().values("subject_id").annotate(sum=Sum(refund)).values("sum")),
        )
    )


def _tickets(rows: Any) -> Any:
    item = OrderItem.objects.filter(order=OuterRef("order"), tier=OuterRef("tier"))
    rows = rows.select_related(None).select_related("order__payment", "event", "tier").only(*OF_TICKETS)
    return rows.annotate(price=Subquery(item.values("unit_price")[:1]), paid_in=F("order__currency"))


def _attendees(rows: Any) -> Any:
    return _tickets(rows).exclude(status=Ticket.Status.CANCELLED)


def _kept(order: Any) -> int:
    """Return the places that the order still has: a cancelled one has none."""
    return order.bought - order.came_back if order.status in ("pending", "confirming", "paid") else 0


SHEETS = {
    sheet.name: sheet
    for sheet in (
        Sheet(
            "orders",
            _("Orders"),
            _orders,
            (
                (_("reference"), lambda order: order.reference),
                (_("number in an older system"), lambda order: order.legacy_reference),
                (_("event"), lambda order: order.event.title),
                (_("starts at"), lambda order: _local(order, order.event.starts_at)),
                (_("name"), lambda order: order.buyer_name),
                (_("e-mail"), lambda order: order.buyer_email),
                (_("phone"), lambda order: order.buyer_phone),
                (_("status"), lambda order: order.get_status_display()),
                (_("payment"), lambda order: PAYMENT_WORDS[order.payment_status]),
                (_("way"), lambda order: order.payment.get_provider_display()),
                (_("settled by hand because"), lambda order: order.payment.by_hand_because),
                (_("tickets bought"), lambda order: order.bought),
                (_("tickets left"), _kept),
                (_("subtotal"), lambda order: order.subtotal),
                (_("discount"), lambda order: order.discount),
                (_("discount code"), lambda order: order.code.code if order.code else ""),
                (_("service fee"), lambda order: order.service_fee),
                (_("tax"), lambda order: order.tax),
                (_("total"), lambda order: order.total),
                (_("goes back"), lambda order: order.refund or Decimal(0)),
                (_("currency"), lambda order: order.currency),
                (_("reserved at"), lambda order: _local(order, order.reserved_at)),
                (_("paid at"), lambda order: _local(order, order.paid_at)),
                (_("cancelled at"), lambda order: _local(order, order.cancelled_at)),
                (_("cancelled because"), lambda order: order.cancel_reason),
                (_("language of its letters"), lambda order: order.language),
            ),
        ),
        Sheet(
            "tickets",
            _("Tickets"),
            _tickets,
            (
                (_("code"), lambda ticket: ticket.code),
                (_("reference"), lambda ticket: ticket.order.reference),
                (_("event"), lambda ticket: ticket.event.title),
                (_("tier"), lambda ticket: ticket.tier.name),
                (_("status"), lambda ticket: ticket.get_status_display()),
                (_("price"), lambda ticket: ticket.price),
                (_("currency"), lambda ticket: ticket.paid_in),
                (_("way"), lambda ticket: ticket.order.payment.get_provider_display()),
                (_("holder"), lambda ticket: ticket.holder_name),
                (_("holder's e-mail"), lambda ticket: ticket.holder_email),
                (_("used at"), lambda ticket: _local(ticket, ticket.used_at)),
            ),
        ),
        Sheet(
            "attendees",
            _("Attendees"),
            _attendees,
            (
                (_("holder"), lambda ticket: ticket.holder_name),
                (_("holder's e-mail"), lambda ticket: ticket.holder_email),
                (_("tier"), lambda ticket: ticket.tier.name),
                (_("code"), lambda ticket: ticket.code),
                (_("event"), lambda ticket: ticket.event.title),
                (_("bought by"), lambda ticket: ticket.order.buyer_name),
                (_("used at"), lambda ticket: _local(ticket, ticket.used_at)),
            ),
        ),
    )
}

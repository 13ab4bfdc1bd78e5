"""Sheets: the right rows, the right figures, no formulas, nothing of others, and a line in the audit log."""

import csv
import io
import json
import zipfile
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import roles
from orders.models import Order, Ticket
from payments import actions, exports
from tests import factories
from tests.factories import THEN
from ticketing.models import AuditLog

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(groups):
    roles.give_permissions()
    return factories.published(refund_until_hours=24, fee_percent=Decimal(10))


@pytest.fixture
def owner(client, event):
    factories.sign_in(client, event.promoter.owner)
    return event.promoter.owner


def sheet(client, name, **asked):
    model = "order" if name == "orders" else "ticket"
    answer = client.get(reverse(f"admin:orders_{model}_{name}_csv"), asked)
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))


def test_orders_whole_half_cancelled_and_cancelled_have_their_figures(client, owner, event):
    pair = {event.tiers.get().pk: 2}
    whole, half, gone = (factories.paid(event, name, lines=pair) for name in ("Bea", "Carl", "Dora"))
    actions.annul_seat(ticket_id=half.tickets.first().pk, reason="Camera", by=owner, at=THEN)
    actions.annul(order_id=gone.pk, reason="Ill", by=owner, at=THEN)

    rows = {row["reference"]: row for row in sheet(client, "orders")}

    names = ("status", "payment", "tickets bought", "tickets left", "subtotal", "service fee", "total", "goes back", "cancelled because")
    assert [rows[whole.reference][name] for name in names] == ["paid", "completed", "2", "2", "300000.00", "30000.00", "330000.00", "0", ""]
    assert [rows[half.reference][name] for name in names] == [
        "paid",
        "completed",
        "2",
        "1",
        "300000.00",
        "30000.00",
        "330000.00",
        "165000.00",
        "",
    ]
    assert [rows[gone.reference][name] for name in names] == [
        "cancelled",
        "refunded",
        "2",
        "0",
        "300000.00",
        "30000.00",
        "330000.00",
        "330000.00",
        "Ill",
    ]
    assert rows[whole.reference]["settled by hand because"] == "Seen on the account."
    assert rows[whole.reference]["starts at"] == "2027-03-03 16:00:00+07:00"


def test_attendees_are_those_who_may_come_in_and_tickets_are_all(client, owner, event):
    order = factories.paid(event, lines={event.tiers.get().pk: 2})
    actions.annul_seat(ticket_id=order.tickets.order_by("code").first().pk, reason="Camera", by=owner, at=THEN)

    assert [row["code"][-2:] for row in sheet(client, "attendees")] == ["02"]
    assert sorted((row["code"][-2:], row["status"], row["price"]) for row in sheet(client, "tickets")) == [
        ("01", "cancelled", "150000.00"),
        ("02", "valid", "150000.00"),
    ]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝"])
def test_what_people_typed_is_no_formula(client, owner, event, start):
    order = factories.paid(event)
    bad = f"{start}HYPERLINK(1)"
    Order.objects.filter(pk=order.pk).update(buyer_name=bad)
    Ticket.objects.update(holder_name=bad)

    assert {sheet(client, "orders")[0]["name"], sheet(client, "attendees")[0]["holder"]} == {f"'{bad}"}
    book = client.get(reverse("admin:orders_order_orders_xlsx")).getvalue()
    inside = zipfile.ZipFile(io.BytesIO(book)).read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in inside
    assert "HYPERLINK(1)" in inside


def test_export_speaks_the_language_of_who_takes_it(client, owner, event):
    factories.paid(event)

    answer = client.get(reverse("admin:orders_order_orders_csv"), headers={"accept-language": "id"})
    lines = b"".join(answer.streaming_content).decode().splitlines()

    assert ("nomor pesanan" in lines[0], ",lunas," in lines[1], "completed" in lines[1]) == (True, True, False)


def test_exports_have_the_rows_of_the_list_and_of_nobody_else(client, owner, event):
    factories.paid(event, "Bea"), factories.order(event, "Carl")
    factories.paid(factories.published(factories.promoter("Mira", name="Mira"), title="Theirs"), "Zebrafinch")

    assert {row["name"] for row in sheet(client, "orders")} == {"Bea", "Carl"}
    assert {row["name"] for row in sheet(client, "orders", state="pending")} == {"Carl"}
    assert {row["name"] for row in sheet(client, "orders", q="bea@example.org")} == {"Bea"}
    assert {row["holder"] for row in sheet(client, "tickets")} == {"Bea"}


def test_c_10_each_export_leaves_a_line_in_the_audit_log(client, owner, event):
    factories.paid(event)
    sheet(client, "orders", event=str(event.pk))
    call_command("export_data", "attendees", "--event", event.slug, "--output", "/dev/null", stderr=io.StringIO())

    by_hand, by_command = AuditLog.objects.filter(action="EXPORT").order_by("id")
    assert (by_hand.user, by_hand.table, by_hand.record) == (owner.pk, "orders_order", str(event.pk))
    assert by_hand.new_values == {"sheet": "orders", "format": "csv", "rows": 1}
    assert (by_hand.ip != "", by_hand.request_id != "") == (True, True)
    assert (by_command.user, by_command.new_values["by"], by_command.new_values["rows"]) == (None, "command", 1)


def test_strangers_get_no_export_and_leave_no_line(client, event):
    factories.paid(event)
    factories.sign_in(client, factories.member(event.promoter, "Greta", "gate"))

    for name in ("order_orders_csv", "order_orders_xlsx", "ticket_tickets_csv", "ticket_attendees_xlsx"):
        assert client.get(reverse(f"admin:orders_{name}")).status_code == 403
    assert not AuditLog.objects.filter(action="EXPORT").exists()


def test_p_09_sheets_cost_one_statement_whatever_their_length_and_come_in_parts(event, monkeypatch):
    monkeypatch.setattr(exports, "CHUNK", 2)
    for number in range(5):
        factories.paid(event, f"Guest{number}")
    for made in exports.SHEETS.values():
        rows = made.rows((Order if made.name == "orders" else Ticket).objects.order_by("pk"))
        with CaptureQueriesContext(connection) as asked:
            parts = list(exports.lines(made, rows))
        assert (len(asked), len(parts)) == (1, 4), made.name  # the heads, two full parts, and what is left


def test_export_reads_with_a_cursor_of_the_server(event, monkeypatch):
    from django.db.backends.postgresql.base import DatabaseWrapper

    asked = []
    real = DatabaseWrapper.create_cursor
    monkeypatch.setattr(DatabaseWrapper, "create_cursor", lambda self, name=None: (asked.append(name), real(self, name))[1])
    factories.paid(event)

    list(exports.lines(exports.SHEETS["orders"], exports.SHEETS["orders"].rows(Order.objects.all())))

    assert [name for name in asked if name]


def test_export_data_writes_a_file_for_its_owner_alone(event, tmp_path):
    factories.paid(event)
    file = tmp_path / "guests.xlsx"

    said = io.StringIO()
    call_command("export_data", "tickets", "--format", "xlsx", "--output", str(file), stderr=said)

    assert (file.stat().st_mode & 0o777, file.read_bytes()[:2], said.getvalue()) == (0o600, b"PK", "1 rows.\n")
    with pytest.raises(CommandError, match="no event"):
        call_command("export_data", "tickets", "--event", "nowhere")


def test_export_data_writes_objects_for_machines(event, tmp_path):
    order = factories.paid(event, lines={event.tiers.get().pk: 2})
    Order.objects.update(buyer_name="=Bea “B”\n")
    file = tmp_path / "orders.json"

    call_command("export_data", "orders", "--json", "--output", str(file), stderr=io.StringIO())

    [told] = [json.loads(line) for line in file.read_text().splitlines()]
    names = ("reference", "name", "status", "tickets left", "total", "starts at", "cancelled at")
    assert [told[name] for name in names] == [order.reference, "=Bea “B”\n", "paid", 2, "330000.00", "2027-03-03T16:00:00+07:00", None]
    assert AuditLog.objects.get(action="EXPORT").new_values["format"] == "json"

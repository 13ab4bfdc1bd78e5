"""The views of reports: a person's tickets, and what events sold and who owes whom what (B-22, B-30, B-32)."""

import json
from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone

import events.actions
from accounts import roles
from events.models import Event
from orders.models import UserTicket
from payments import actions, tasks
from payments.models import EventSales, Payment, PaymentAddress
from tests import factories
from tests.factories import THEN
from ticketing import roles as database_roles

pytestmark = pytest.mark.django_db


def figures(event, *names):
    actions.refresh_sales()
    return EventSales.objects.values_list(*names).get(pk=event.pk)


def test_b_22_b_32_view_has_the_tickets_of_accounts_and_nobodys_address():
    event, alice = factories.published(), factories.person("Alice")
    order = factories.paid(event, "Alice", lines={event.tiers.get().pk: 2}, user=alice)
    factories.paid(event, "Guest")
    factories.begin(event, days=1)

    rows = UserTicket.objects.filter(user_id=alice.pk, is_upcoming=True).order_by("code")

    assert [(row.reference, row.tier, row.unit_price, row.title, row.status) for row in rows] == [
        (order.reference, "Regular", 150_000, "Malam Jazz", "valid")
    ] * 2
    assert UserTicket.objects.count() == 2
    actions.annul_seat(ticket_id=order.tickets.first().pk, reason="Camera", by=None, at=THEN)
    assert rows.all().count() == 1
    events.actions.cancel(event_id=event.pk, reason="Rain", by=None, at=THEN)
    assert (rows.all().count(), UserTicket.objects.count()) == (0, 2)
    factories.begin(event, days=-1)
    columns = {field.name for field in UserTicket._meta.fields}
    assert not columns & {"email", "buyer_email", "holder_email", "name", "secret", "serial"}


def test_b_30_summary_has_places_and_money_of_each_event():
    event = factories.published(refund_until_hours=24, fee_percent=Decimal(10), tax_percent=Decimal(11))
    two = {event.tiers.get().pk: 2}
    factories.paid(event, "Bea", lines=two), factories.order(event, "Carl", lines=two)
    half, gone = factories.paid(event, "Dora", lines=two), factories.paid(event, "Emil", lines=two)
    actions.give_comps(wishes=[factories.wish(event, "Fay")], by=None, at=THEN)
    actions.annul_seat(ticket_id=half.tickets.first().pk, reason="Camera", by=None, at=THEN)
    actions.annul(order_id=gone.pk, reason="Ill", by=None, at=THEN)

    assert figures(event, "orders", "sold", "given", "held", "used") == (4, 4, 1, 2, 0)
    # Each order of two costs 300,000 and 10 % and 11 %: 363,000.
    assert figures(event, "gross", "refunds", "fees", "tax", "by_hand") == (1_089_000, 544_500, 60_000, 49_500, 1_089_000)
    # The promoter has all of that money, and owes the site the fees of what was kept.
    assert figures(event, "owed") == (-60_000,)


def test_money_that_came_to_the_site_is_owed_on_without_the_fee_and_what_goes_back():
    event = factories.published(refund_until_hours=24, fee_percent=Decimal(10))
    order = factories.paid(event, lines={event.tiers.get().pk: 2})
    address = PaymentAddress.objects.create(
        address="0x" + "a" * 40,
        wallet="abcd1234",
        account=0,
        index=0,
        private_key="hd:v1:00000000:m/44'/60'/0'/0/0",
        is_used=True,
        used_at=THEN,
    )
    Payment.objects.filter(order=order).update(provider="usdt", address=address, by_hand=False, by_hand_because="")

    assert figures(event, "gross", "fees", "owed", "by_hand") == (330_000, 30_000, 300_000, 0)
    actions.annul_seat(ticket_id=order.tickets.first().pk, reason="Camera", by=None, at=THEN)
    assert figures(event, "refunds", "fees", "owed") == (165_000, 30_000, 135_000)
    actions.annul(order_id=order.pk, reason="Ill", by=None, at=THEN)
    assert figures(event, "refunds", "fees", "owed") == (330_000, 0, 0)


def test_figures_are_old_after_a_quarter_of_an_hour_while_an_event_runs_and_after_an_hour_otherwise():
    event = factories.published()
    factories.paid(event)
    assert actions.sales_are_old(at=timezone.now())
    factories.begin(event, days=1)
    actions.refresh_sales()
    [then] = EventSales.objects.values_list("refreshed_at", flat=True)

    assert [actions.sales_are_old(at=then + timedelta(minutes=m)) for m in (14, 16, 59, 60)] == [False, False, False, True]
    Event.objects.update(starts_at=then - timedelta(hours=1))
    assert [actions.sales_are_old(at=then + timedelta(minutes=m)) for m in (14, 15)] == [False, True]


def test_sweep_counts_old_figures_anew_and_leaves_fresh_ones():
    event = factories.published()
    factories.paid(event)
    tasks.refresh_sales()
    assert EventSales.objects.values_list("sold", flat=True).get() == 1
    factories.paid(event, "Carl")

    tasks.refresh_sales()
    assert EventSales.objects.values_list("sold", flat=True).get() == 1
    with time_machine.travel(timezone.now() + timedelta(hours=2), tick=False):
        tasks.refresh_sales()
    assert EventSales.objects.values_list("sold", flat=True).get() == 2


def test_refresh_sales_summary_says_what_it_did():
    factories.paid(factories.published())
    out = StringIO()
    call_command("refresh_sales_summary", "--json", stdout=out)
    assert {**json.loads(out.getvalue()), "seconds": 0} == {"refreshed": True, "was_old": True, "events": 1, "seconds": 0}

    with pytest.raises(SystemExit) as end:
        call_command("refresh_sales_summary", "--if-old", stdout=StringIO())
    assert end.value.code == 2
    out = StringIO()
    call_command("refresh_sales_summary", "--dry-run", stdout=out)
    assert "fresh; nothing was counted" in out.getvalue()


def test_the_applications_role_refreshes_what_it_does_not_own():
    factories.paid(factories.published())
    assert database_roles.grant()
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {database_roles.APP}")
        cursor.execute("SELECT payments_refresh_sales()")
        cursor.execute("SELECT count(*) FROM event_sales_summary")
        assert cursor.fetchone() == (1,)
        cursor.execute("RESET ROLE")
        cursor.execute("SELECT has_function_privilege(%s::name, 'payments_refresh_sales()', 'EXECUTE')", [database_roles.READONLY])
        assert cursor.fetchone() == (False,)


def test_b_30_summary_may_be_refreshed_while_it_is_read():
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE tablename = 'event_sales_summary'")
        assert any("UNIQUE" in line and "(event_id)" in line for (line,) in cursor.fetchall())
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'payments_refresh_sales'")
        assert "CONCURRENTLY" in cursor.fetchone()[0]


def test_sales_page_has_a_promoters_events_and_their_sums_for_each_currency(client, groups):
    roles.give_permissions()
    event = factories.published(title="Ours")
    dollars = factories.published(
        event.promoter, title="Dollars", currency="USD", tiers=[{"name": "x", "price": Decimal(5), "quantity": 9}]
    )
    theirs = factories.published(factories.promoter("Mira", name="Mira"), title="Theirs")
    for show in (event, dollars, theirs):
        factories.paid(show)
    factories.paid(event, "Carl")
    actions.refresh_sales()
    factories.sign_in(client, factories.member(event.promoter, "Fay", "finance"))

    page = client.get(reverse("admin:payments_eventsales_changelist")).content.decode()

    for words in ("Ours", "Dollars", "IDR 300,000", "USD 5.00", "All together, IDR", "All together, USD"):
        assert words in page
    assert "Theirs" not in page
    assert "IDR 450,000" not in page

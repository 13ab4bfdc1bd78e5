"""How the sweeps and the desk ask the database when there are many orders: by an index, and for little (B-28).

What is measured is rows, which are the same on every machine; 100,000 orders behave as these 5,000 do.
"""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.urls import reverse

import events.actions
import orders.actions
from accounts import roles
from events.models import Event, TicketTier
from orders.actions import placing
from orders.models import Order, OrderItem, Ticket
from payments import actions
from payments.actions import ending
from payments.admin.orders import matching
from payments.models import Chain, Payment, Token
from tests import factories
from tests.factories import THEN
from tests.plans import asked_by, clone, explained, explained_for_any, looked_at, nodes, whole_tables
from ticketing import mail
from ticketing.bases import uuid7

pytestmark = pytest.mark.django_db
LARGE = {"orders_order", "orders_ticket", "orders_orderitem", "payments_payment"}
EVENTS, ORDERS = 39, 60  # so many more than the first, and of each order of each event


@pytest.fixture(scope="module", autouse=True)
def five_thousand_orders(django_db_setup, django_db_blocker):
    """Half are paid and half are held, at 40 events; nothing is overdue, called off or changed."""
    with django_db_blocker.unblock(), transaction.atomic():
        show = factories.published()
        factories.paid(show, "Bea"), factories.order(show, "Carl")
        later = {moment: f"{moment} + n * interval '61 hours'" for moment in ("starts_at", "ends_at")}
        clone(Event, times=EVENTS, id=another("id"), slug="slug || '-' || n", **later)
        clone(TicketTier, times=EVENTS, id=another("id"), event_id=another("event_id"))
        spread(Order, reference=f"'BK-' || {COUNTED}", submission="NULL", person_key=another("person_key"), buyer_email="n || buyer_email")
        spread(OrderItem, order_id=another("order_id"))
        spread(Payment, order_id=another("order_id"))
        names = {"code": f"'TIX-' || {COUNTED} || '-01'", "serial": another("serial"), "holder_email": "n || holder_email"}
        spread(Ticket, order_id=another("order_id"), **names)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; ANALYZE events_event, events_tickettier, " + ", ".join(sorted(LARGE)))
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        yield
        transaction.set_rollback(True)


COUNTED = "'{letter}' || lpad((row_number() OVER ())::text, 9, '0')"


def another(column):
    """The same for all rows of one name, so that what belonged together still does."""
    digest = f"md5({column} || '{{letter}}' || n)"
    return f"{digest}::uuid" if column.endswith("id") else digest


def spread(model, **changes):
    """First one of each at every event, then many of those."""
    changes |= {column: another(column) for column in ("id", "secret") if hasattr(model, column)}
    places = {column: another(column) for column in ("event_id", "tier_id") if hasattr(model, column)}
    clone(model, times=EVENTS, **changes, **places)
    clone(model, times=ORDERS - 1, letter="B", **changes)


def last():
    return Event.objects.order_by("starts_at").last()


def call_off():
    events.actions.cancel(event_id=last().pk, reason="Rain.", by=None, at=AT)


def move():
    events.actions.update_event(event_id=last().pk, venue="Istora", by=None, at=AT)


AT = THEN + timedelta(hours=1)
DEEDS = {
    # What is done before, the sweep, and how many rows of orders, tickets, lines and payments it may look at.
    "expire, nothing is due": (None, lambda: actions.expire_overdue(at=AT), 0),
    "expire, to sell": (None, lambda: actions.expire_overdue(at=AT, event_id=last().pk), 0),
    "follow, nothing is off": (None, lambda: actions.follow_cancelled_events(at=AT), 0),
    "remind, nothing is near": (None, lambda: orders.actions.owe_reminders(at=AT), 0),
    "tell, nothing has changed": (None, lambda: orders.actions.owe_changes(at=AT), 0),
    "judge, nothing is in USDT": (None, lambda: actions.to_judge(), 0),
    "comps": (None, lambda: actions.comps_left(last()), 4 * ORDERS),
    "follow, one event is off": (call_off, lambda: actions.follow_cancelled_events(at=AT), 8 * ORDERS),
    "tell, one event has changed": (move, lambda: orders.actions.owe_changes(at=AT, most=1), 5 * ORDERS),
    "remind, one event is near": (None, lambda: orders.actions.owe_reminders(at=last().starts_at - timedelta(hours=3), most=1), 8 * ORDERS),
    "find an address": (None, lambda: list(matching(Order.objects.all(), "7bea@example.org")[:50]), 20),
}


@pytest.mark.parametrize(("before", "deed", "most"), DEEDS.values(), ids=list(DEEDS))
def test_b_28_sweeps_read_by_an_index_and_little(monkeypatch, before, deed, most):
    monkeypatch.setattr(ending, "annul", lambda **words: None)
    if before:
        before()
    plans = [explained(statement) for statement in asked_by(deed)]

    assert plans
    assert [table for plan in plans for table in whole_tables(plan, LARGE)] == []
    assert sum(looked_at(plan, LARGE) for plan in plans) <= most


IN_USDT = """
    INSERT INTO payments_paymentaddress (id, created_at, updated_at, address, wallet, account, "index", private_key, is_used, used_at)
        SELECT id, now(), now(), '0x' || lpad(to_hex(n), 40, '0'), '00000000', 0, n, 'hd:v1:00000000:m/0/' || n, true, now()
        FROM (SELECT id, row_number() OVER () AS n FROM payments_payment WHERE state = 'awaiting') waiting;
    UPDATE payments_payment p SET provider = 'usdt', address_id = a.id FROM payments_paymentaddress a WHERE a.id = p.id;
    INSERT INTO payments_quote (id, created_at, updated_at, payment_id, chain_id, token_id, due, least, quoted_at, deadline)
        SELECT p.id, now(), now(), p.id, t.chain_id, t.id, 9, 9, now(), now() + interval '1 hour'
        FROM payments_payment p, payments_token t WHERE p.provider = 'usdt';
    UPDATE orders_order SET status = 'expired'
        WHERE status = 'pending' AND id <> (SELECT id FROM orders_order WHERE status = 'pending' LIMIT 1);
    SET CONSTRAINTS ALL IMMEDIATE;
    ANALYZE orders_order, payments_payment, payments_quote, payments_chain;
    SET CONSTRAINTS ALL DEFERRED"""


def test_whether_a_chain_that_is_off_must_be_read_is_asked_every_two_seconds_by_an_index():
    chain = Chain.objects.create(number=56, name="BSC", small_depth=1, final_depth=2)
    Token.objects.create(chain=chain, address="0x" + "5" * 40, label="USDT", decimals=6, accepted=True)
    with connection.cursor() as cursor:
        cursor.execute(IN_USDT)

    (plan,) = [explained(statement) for statement in asked_by(lambda: list(Chain.objects.watched()))]

    tables = {*LARGE, "payments_quote"}
    assert list(Chain.objects.watched()) == [chain]
    assert whole_tables(plan, tables) == []
    assert looked_at(plan, tables) <= 10


@pytest.mark.parametrize("model", ["orders_order", "orders_ticket", "payments_payment"])
def test_b_28_the_desks_lists_begin_with_the_newest_by_an_index(client, groups, model):
    roles.give_permissions()
    factories.sign_in(client, factories.staff())
    asked = asked_by(lambda: client.get(reverse(f"admin:{model}_changelist")))
    plans = [explained(statement) for statement in asked if f'FROM "{model}"' in statement and "COUNT(" not in statement]

    assert plans
    assert sum(looked_at(plan, LARGE) for plan in plans) <= 1000


def test_control_a_whole_table_is_seen():
    plan = explained("SELECT count(*) FROM orders_order WHERE buyer_name = 'Zoe'")

    assert whole_tables(plan, LARGE) == ["orders_order"]
    assert looked_at(plan, LARGE) == Order.objects.count() == 2 * 40 * ORDERS


def test_plans_that_know_no_value_use_the_indexes_too():
    """Partial indexes serve them only if the statement says their condition."""
    placing._known(True, True, event=uuid7(), person="p", key="k", submission="s")
    placing._tiers(event=uuid7(), tiers=(uuid7(),), source="s")
    known = placing._known._written[((True, True), ("event", "person", "key", "submission"))]
    tiers = next(iter(placing._tiers._written.values()))
    # Of a small table, the plan would depend on which tests came before.
    clone(mail.EmailMessage, times=2000, id=another("id"), subject_id=another("subject_id"), mailbox=another("kind"))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE ticketing_emailmessage")

    used = [{node.get("Index Name") for node in nodes(explained_for_any(sql))} for sql in (known.sql, tiers.sql, mail.SPARINGLY)]

    assert "orders_buyer_key_status" in used[0]
    assert "orders_held_from" in used[1]
    assert "letters_to_mailbox" in used[2]

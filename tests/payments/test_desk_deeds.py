"""The deeds of the desk: who may, what is locked, what the history keeps; and two lists that cannot pass the limit together."""

import threading
from decimal import Decimal

import pytest

import events.actions
from accounts.actions import NotAllowed
from orders import actions as orders_actions
from orders.models import Note, Order, OrderItem, Ticket
from payments import actions
from payments.actions import comps
from payments.models import Payment
from tests import factories
from tests.factories import THEN
from tests.promises import kept
from ticketing.models import HistoryEntry
from ticketing.querysets import RowQuerySet

pytestmark = pytest.mark.django_db


@pytest.fixture
def locked(monkeypatch):
    """Note which rows are locked, in which order."""
    names = []
    real = RowQuerySet.locked
    monkeypatch.setattr(RowQuerySet, "locked", lambda rows, **words: (names.append(rows.model.__name__), real(rows, **words))[1])
    return names


def deeds(thing):
    return list(HistoryEntry.objects.filter(subject_id=thing.pk).order_by("id").values_list("action", "actor"))


def pair():
    event = factories.published(refund_until_hours=24)
    return event, factories.paid(event, lines={event.tiers.get().pk: 2})


def test_annul_seat_gives_one_place_back_in_full_once_and_says_who(locked):
    event, order = pair()
    seat = order.tickets.order_by("code").first()
    locked.clear()

    for _ in range(2):
        actions.annul_seat(ticket_id=seat.pk, reason="Camera", by=event.promoter.owner, at=THEN)

    assert locked[:3] == ["Payment", "Order", "Ticket"]
    assert (Ticket.objects.get(pk=seat.pk).status, OrderItem.objects.get().returned, factories.tier().sold) == ("cancelled", 1, 1)
    who = f"user:{event.promoter.owner_id}"
    assert deeds(seat) == [("cancelled", who)]
    assert deeds(Payment.objects.get()) == [("settled_by_hand", "system"), ("refund_owed", who)]
    assert HistoryEntry.objects.get(action="refund_owed").details == {"refund": "150000", "ticket": str(seat.pk)}
    assert kept()


def test_annul_seat_of_the_last_one_annuls_the_order():
    _event, order = pair()
    for seat in order.tickets.all():
        actions.annul_seat(ticket_id=seat.pk, reason="Camera", by=None, at=THEN)

    order.refresh_from_db()
    assert (order.status, order.cancel_reason, order.payment.state) == ("cancelled", "Camera", "refunding")
    assert kept()


def test_annul_locks_the_tickets_too_so_that_no_gate_lets_one_in_meanwhile(locked):
    _event, order = pair()
    locked.clear()

    actions.annul(order_id=order.pk, reason="Camera", by=None, at=THEN)

    assert locked[:3] == ["Payment", "Order", "Ticket"]


def test_annul_seat_is_the_planners_and_spares_what_was_used():
    event, order = pair()
    seat = order.tickets.first()
    for by in (factories.person("Eve"), factories.member(event.promoter, "Fay", "finance")):
        with pytest.raises(NotAllowed):
            actions.annul_seat(ticket_id=seat.pk, reason="x", by=by, at=THEN)
    Ticket.objects.filter(pk=seat.pk).update(status="used", used_at=THEN)
    with pytest.raises(orders_actions.TicketUsed):
        actions.annul_seat(ticket_id=seat.pk, reason="x", by=None, at=THEN)

    actions.annul_seat(ticket_id=seat.pk, reason="x", by=None, at=THEN, used_too=True)
    assert Ticket.objects.get(pk=seat.pk).status == "cancelled"


def test_a_note_is_the_teams_and_its_words_are_not_in_the_history():
    event, order = pair()
    for by in (factories.person("Eve"), factories.member(event.promoter, "Gus", "gate")):
        with pytest.raises(NotAllowed):
            actions.add_note(order_id=order.pk, text="x", by=by, at=THEN)
    with pytest.raises(actions.NothingNoted):
        actions.add_note(order_id=order.pk, text=" ", by=None, at=THEN)

    fay = factories.member(event.promoter, "Fay", "finance")
    actions.add_note(order_id=order.pk, text=" Zebrafinch calls ", by=fay, at=THEN)

    assert Note.objects.values_list("text", "author").get() == ("Zebrafinch calls", fay.pk)
    assert deeds(order)[-1] == ("noted", f"user:{fay.pk}")
    assert not [details for details in HistoryEntry.objects.values_list("details", flat=True) if "Zebrafinch" in str(details)]


def test_tickets_are_given_away_by_planners_alone():
    event = factories.published(comp_limit=3)
    for by in (factories.person("Eve"), factories.member(event.promoter, "Fay", "finance")):
        with pytest.raises(NotAllowed):
            actions.give_comps(wishes=_list(event, 1), by=by, at=THEN)

    assert Order.objects.count() == 0


def test_letters_are_owed_under_the_orders_lock(locked):
    event, order = pair()
    events.actions.update_event(event_id=event.pk, by=None, at=THEN, venue="Istora")
    for deed in (
        lambda: orders_actions.resend(order_id=order.pk, at=THEN, by="buyer"),
        lambda: orders_actions.owe_changes(at=THEN),
        lambda: orders_actions.owe_reminders(at=event.starts_at),
    ):
        locked.clear()
        deed()
        assert locked == ["Order"]


@pytest.mark.django_db(transaction=True)
def test_two_lists_of_comps_do_not_pass_the_limit_together(together):
    event = factories.published(tiers=[{"name": "Regular", "price": Decimal(1), "quantity": 99}], comp_limit=3)

    outcomes = together(lambda number: actions.give_comps(wishes=_list(event, number), by=None, at=THEN), times=4)

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["TooManyComps"] * 3 + ["list"]
    assert Order.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_control_without_the_events_lock_lists_pass_the_limit_together(together, monkeypatch):
    event = factories.published(tiers=[{"name": "Regular", "price": Decimal(1), "quantity": 99}], comp_limit=3)
    monkeypatch.setattr(RowQuerySet, "locked", lambda rows, *, skip=False: rows.order_by("pk"))
    counted, real = threading.Barrier(4), comps.comps_left

    def late(event):
        left = real(event)
        counted.wait(10)  # nobody gives before all have counted
        return left

    monkeypatch.setattr(comps, "comps_left", late)

    together(lambda number: actions.give_comps(wishes=_list(event, number), by=None, at=THEN), times=4)

    assert Order.objects.count() == 8


def _list(event, number):
    return [factories.wish(event, f"guest{number}{letter}") for letter in "ab"]

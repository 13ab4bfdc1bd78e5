"""Two gates scan one ticket at the same moment. The control goes wrong without the lock."""

import pytest
from django.db import IntegrityError

import payments.actions
from orders import actions, signing
from orders.actions import door
from orders.models import DeadCode, Scan, Ticket
from tests import factories
from tests.factories import THEN
from tests.promises import kept
from ticketing.errors import DomainError
from ticketing.models import HistoryEntry
from ticketing.querysets import RowQuerySet
from ticketing.retries import retried

pytestmark = pytest.mark.django_db(transaction=True)
GATES, ROUNDS = 8, 5


@pytest.fixture
def ticket():
    return factories.paid(factories.published()).tickets.get()


def rush(together, ticket, *, text=None):
    text = text or signing.signed(ticket.event_id, ticket.serial)

    attempt = {"event_id": ticket.event_id, "text": text, "at": ticket.event.starts_at, "by": None}

    def gate(number):
        try:
            return retried(lambda: actions.check_in(gate=f"Gate {number}", nonce=f"{ticket.pk}-{number}", **attempt).verdict)
        except (DomainError, IntegrityError) as refusal:
            return type(refusal).__name__

    return sorted(together(gate, times=GATES))


def test_b_05_many_gates_one_ticket(together, ticket):
    tickets = [ticket, *(factories.paid(ticket.event, f"buyer{number}").tickets.get() for number in range(ROUNDS - 1))]
    for each in tickets:
        assert rush(together, each) == ["admitted"] + ["already"] * (GATES - 1)
        assert HistoryEntry.objects.filter(subject_id=each.pk, action="let_in").count() == 1
    assert Scan.objects.filter(verdict="admitted").count() == ROUNDS
    assert kept()


def test_control_without_the_lock_gates_hear_of_no_ticket_used_before(together, ticket, monkeypatch):
    """The table of moves and the one admission per ticket still hold; what is lost is the answer."""
    monkeypatch.setattr(RowQuerySet, "locked", lambda rows, *, skip=False: rows.order_by("pk"))
    heard = []
    for number in range(20):  # on a busy machine the gates may come one after the other
        heard = rush(together, factories.paid(ticket.event, f"buyer{number}").tickets.get())
        assert heard.count("admitted") == 1
        if "MoveRefused" in heard:
            break

    assert "MoveRefused" in heard


def test_let_in_or_cancelled_never_both(together, ticket):
    def one(number):
        try:
            if number % 2:
                return payments.actions.annul(order_id=ticket.order_id, reason="x", by=None, at=THEN).status
            text = signing.signed(ticket.event_id, ticket.serial)
            at = ticket.event.starts_at
            return actions.check_in(event_id=ticket.event_id, text=text, gate="A", nonce=f"attempt-{number}", at=at, by=None).verdict
        except DomainError as refusal:
            return type(refusal).__name__

    heard = set(together(lambda number: retried(lambda: one(number)), times=6))

    if Ticket.objects.get().status == Ticket.Status.USED:
        assert heard == {"admitted", "already", "TicketUsed"}
    else:
        assert heard == {"cancelled"}
    assert kept()


def test_passed_on_or_let_in_never_both(together, ticket):
    def one(number):
        try:
            if number % 2:
                give = {"name": "Dewi", "email": f"dewi{number}@example.org", "language": "en", "by": "holder"}
                return actions.pass_on(ticket_id=ticket.pk, at=THEN, **give).status
            text = signing.signed(ticket.event_id, ticket.serial)
            at = ticket.event.starts_at
            return actions.check_in(event_id=ticket.event_id, text=text, gate="A", nonce=f"attempt-{number}", at=at, by=None).verdict
        except DomainError as refusal:
            return type(refusal).__name__

    heard = set(together(lambda number: retried(lambda: one(number)), times=4))

    used = Ticket.objects.get().status == Ticket.Status.USED
    assert ("admitted" in heard, "replaced" in heard) == (used, not used)
    assert kept()


def test_the_same_attempt_twice_at_once_hears_the_same_though_there_is_no_ticket(together, ticket, monkeypatch):
    """A scanner that types ends the line twice, and the browser sends the form twice."""
    attempt = {"event_id": ticket.event_id, "text": "NO TICKET", "gate": "A", "nonce": "attempt-twice", "at": THEN, "by": None}
    heard = door._heard

    def overtaken(*given):
        monkeypatch.setattr(door, "_heard", heard)
        assert together(lambda _: actions.check_in(**attempt).verdict, times=1) == ["unknown"]

    monkeypatch.setattr(door, "_heard", overtaken)

    assert actions.check_in(**attempt).verdict == "unknown"
    assert Scan.objects.count() == 1


def test_an_admission_is_taken_back_once(together, ticket):
    """Who comes second hears that there is nothing to take back, and not that something has changed."""
    factories.let_in(ticket)

    def one(number):
        try:
            given = {"gate": "A", "reason": "Wrong one.", "at": ticket.event.starts_at, "by": None}
            return retried(lambda: actions.undo(ticket_id=ticket.pk, nonce=f"attempt-{number}", **given).verdict)
        except DomainError as refusal:
            return type(refusal).__name__

    assert sorted(together(one, times=4)) == ["NotInside"] * 3 + ["undone"]
    assert kept()


def test_a_seat_is_passed_on_one_after_the_other(together, ticket):
    """Each kills the code that the one before has made; without the lock two would kill the same one."""

    def one(number):
        give = {"name": f"Holder {number}", "email": f"holder{number}@example.org", "language": "en", "by": "holder"}
        try:
            return retried(lambda: type(actions.pass_on(ticket_id=ticket.pk, at=THEN, **give)).__name__)
        except (DomainError, IntegrityError) as refusal:
            return type(refusal).__name__

    assert sorted(together(one, times=5)) == ["SeatFixed"] * 2 + ["Ticket"] * 3
    assert (Ticket.objects.get().transfers, DeadCode.objects.count()) == (3, 3)
    assert kept()

"""The door: who is let in, what everybody else hears, and what is kept of it."""

from datetime import timedelta
from itertools import count

import pytest
from django.db import IntegrityError, transaction

import events.actions
import payments.actions
from accounts.actions import NotAllowed
from orders import actions, signing
from orders.actions import NonceUsed, NoReason, NotInside
from orders.models import Order, Scan, Ticket
from tests import factories
from tests.factories import THEN
from tests.promises import kept
from ticketing.models import HistoryEntry

pytestmark = pytest.mark.django_db
numbers = count()


@pytest.fixture
def show():
    return factories.published(refund_until_hours=1, doors_open_at=THEN + timedelta(days=30, hours=-1), starts_at=THEN + timedelta(days=30))


@pytest.fixture
def ticket(show):
    return factories.paid(show).tickets.get()


def text_of(ticket):
    return signing.signed(ticket.event_id, ticket.serial)


def scan(ticket_or_text, *, event=None, gate="A", nonce=None, at=None, by=None):
    text = ticket_or_text if isinstance(ticket_or_text, str) else text_of(ticket_or_text)
    event = event or ticket_or_text.event
    nonce = nonce or f"attempt-{next(numbers)}"
    return actions.check_in(event_id=event.pk, text=text, gate=gate, nonce=nonce, at=at or event.starts_at, by=by)


def by_hand(ticket, deed=actions.admit, *, reason="Knows the name and the order.", by=None, nonce=None):
    nonce = nonce or f"attempt-{next(numbers)}"
    return deed(ticket_id=ticket.pk, gate="A", nonce=nonce, reason=reason, at=ticket.event.starts_at, by=by)


def status(ticket):
    return Ticket.objects.values_list("status", "used_at").get(pk=ticket.pk)


def told(ticket):
    return list(HistoryEntry.objects.filter(subject_id=ticket.pk).order_by("id").values_list("action", "new_status", "actor", "details"))


def test_the_first_scan_lets_in_and_is_kept(ticket):
    greta = factories.member(ticket.event.promoter)
    heard = scan(ticket, by=greta)

    assert (heard.verdict, heard.ticket) == ("admitted", ticket)
    assert status(ticket) == ("used", ticket.event.starts_at)
    assert Scan.objects.values_list("ticket", "event", "gate", "verdict", "at", "by", "by_hand", "offline").get() == (
        *(ticket.pk, ticket.event_id, "A", "admitted", ticket.event.starts_at, greta.pk),
        *(False, False),
    )
    assert told(ticket) == [("let_in", "used", f"user:{greta.pk}", {"gate": "A", "by_hand": False})]
    assert kept()


def test_b_05_the_second_hears_when_and_where_the_first_was(ticket):
    scan(ticket, gate="North")
    heard = scan(ticket, gate="South", at=ticket.event.starts_at + timedelta(minutes=27))

    assert heard.verdict == "already"
    assert (heard.before.gate, heard.before.at) == ("North", ticket.event.starts_at)
    assert status(ticket) == ("used", ticket.event.starts_at)
    assert Scan.objects.count() == 2
    assert len(told(ticket)) == 1
    assert kept()


def test_a_retry_hears_the_same_and_leaves_one_line(ticket):
    first, again = scan(ticket, nonce="the-same-one"), scan(ticket, nonce="the-same-one")

    assert (first.scan.pk, first.verdict) == (again.scan.pk, again.verdict)
    scan(ticket, nonce="another-one")
    assert scan(ticket, nonce="another-one").before.pk == first.scan.pk
    assert Scan.objects.count() == 2


def test_a_mark_that_was_another_tickets_lets_nobody_in(show, ticket):
    other = factories.paid(show, "Carl").tickets.get()
    scan(ticket, nonce="the-same-one")

    with pytest.raises(NonceUsed):
        scan(other, nonce="the-same-one")
    with pytest.raises(NonceUsed):
        scan("no code", event=show, nonce="the-same-one")
    assert status(other) == ("valid", None)


def forged(ticket):
    return text_of(ticket)[:-1] + ("A" if text_of(ticket)[-1] != "A" else "B")


REFUSED = {
    "forged": forged,
    "unknown": lambda ticket: signing.signed(ticket.event_id, "0" * 32),
    "other_event": lambda ticket: signing.signed(factories.published(slug="other").pk, ticket.serial),
    "cancelled": lambda ticket: payments.actions.annul(order_id=ticket.order_id, reason="x", by=None, at=THEN),
    "held": lambda ticket: Order.objects.update(gate_hold="Its payment was taken back."),
    "replaced": lambda ticket: actions.reissue(ticket_id=ticket.pk, at=THEN, by=None),
}


@pytest.mark.parametrize("verdict", REFUSED)
def test_what_opens_nothing_is_told_apart(ticket, verdict):
    before = text_of(ticket)
    made = REFUSED[verdict](ticket)
    heard = scan(made if isinstance(made, str) else before, event=ticket.event)

    assert heard.verdict == verdict
    assert status(ticket)[0] in {"valid", "cancelled"}
    assert Scan.objects.values_list("verdict").get() == (verdict,)
    assert (heard.ticket is None) == (verdict in {"forged", "unknown"})
    again = scan(made if isinstance(made, str) else before, event=ticket.event, nonce=heard.scan.nonce)
    assert (again.scan.pk, again.ticket) == (heard.scan.pk, heard.ticket)
    assert kept()


@pytest.mark.parametrize("text", ["", "TIX-7H3K9QW2MD-01", "https://example.org", "A" * 100_000, "é☃"])
def test_what_is_no_ticket_is_kept_too(show, text):
    assert scan(text, event=show).verdict == "unknown"
    assert Scan.objects.get().ticket is None


def test_a_ticket_of_another_event_is_not_let_in_here(ticket):
    other = factories.published(slug="other")
    heard = scan(ticket, event=other)

    assert (heard.verdict, heard.ticket, heard.scan.event) == ("other_event", ticket, other)
    Ticket.objects.update(event=other)
    assert scan(text_of(ticket), event=ticket.event).verdict == "other_event"
    Ticket.objects.update(event=ticket.event)
    assert by_hand(ticket).verdict == "admitted"


def test_not_before_the_doors_and_not_after_the_end(ticket):
    event = ticket.event
    early = event.doors_open_at - timedelta(hours=6)

    assert scan(ticket, at=early - timedelta(seconds=1)).verdict == "early"
    assert scan(ticket, at=event.ends_at).verdict == "over"
    assert status(ticket) == ("valid", None)
    assert scan(ticket, at=early).verdict == "admitted"


def test_a_cancelled_event_lets_nobody_in(ticket):
    events.actions.cancel(event_id=ticket.event_id, reason="Rain.", by=None, at=THEN)

    assert scan(ticket).verdict == "cancelled"


def test_by_hand_by_the_same_rules_and_with_a_reason(ticket):
    with pytest.raises(NoReason):
        by_hand(ticket, reason="  ")
    assert by_hand(ticket).verdict == "admitted"
    assert by_hand(ticket).verdict == "already"
    assert Scan.objects.filter(verdict="admitted").values_list("by_hand", "reason").get() == (True, "Knows the name and the order.")
    assert told(ticket) == [("let_in", "used", "system", {"gate": "A", "by_hand": True})]
    assert kept()


def test_an_admission_is_taken_back_once_with_a_reason(ticket):
    with pytest.raises(NotInside):
        by_hand(ticket, actions.undo)
    scan(ticket)
    with pytest.raises(NoReason):
        by_hand(ticket, actions.undo, reason="")
    heard = by_hand(ticket, actions.undo, reason="Wrong person.", nonce="taken-back")

    assert by_hand(ticket, actions.undo, reason="Wrong person.", nonce="taken-back").scan.pk == heard.scan.pk
    assert status(ticket) == ("valid", None)
    assert [line[:2] for line in told(ticket)] == [("let_in", "used"), ("taken_back", "valid")]
    assert "Wrong" not in str(told(ticket))
    with pytest.raises(NotInside):
        by_hand(ticket, actions.undo)
    assert kept()
    assert scan(ticket, at=ticket.event.starts_at + timedelta(hours=1)).verdict == "admitted"
    assert kept()


def test_only_the_promoters_door_staff_and_the_sites_admins(ticket):
    team = ticket.event.promoter
    others = factories.promoter("Oscar", name="Other")
    allowed = [team.owner, factories.member(team, "Mia", "manager"), factories.member(team, "Greta", "gate"), factories.staff()]
    strangers = [factories.person("Zed"), others.owner, factories.member(team, "Fin", "finance"), factories.staff("Mo", "moderator")]
    for by in strangers:
        for deed in (lambda by: scan(ticket, by=by), lambda by: by_hand(ticket, by=by), lambda by: by_hand(ticket, actions.undo, by=by)):
            with pytest.raises(NotAllowed):
                deed(by)
    assert not Scan.objects.exists()
    for by in allowed:
        assert scan(ticket, by=by).verdict == "admitted"
        by_hand(ticket, actions.undo, by=by)


def test_a_scan_costs_few_statements(ticket, django_assert_num_queries):
    assert ticket.event.promoter_id
    with django_assert_num_queries(6 + 2):  # event, ticket, nonce, move, history, scan; savepoint of the test's transaction
        scan(ticket)
    with django_assert_num_queries(5 + 2):  # event, ticket, nonce, the first, scan
        scan(ticket)
    with django_assert_num_queries(3 + 2):  # event, nonce, scan
        scan("no code", event=ticket.event)


RULES = [
    ("scan_nonce_shape", {"nonce": "short"}),
    ("scan_nonce_shape", {"nonce": "with space"}),
    ("scan_verdict_known", {"verdict": "perhaps"}),
    ("scan_names_its_ticket", {"ticket": None}),
    ("scan_by_hand_says_why", {"by_hand": True}),
    ("scan_by_hand_says_why", {"verdict": "undone"}),
    ("only_admissions_are_undone", {"verdict": "held", "undone_at": THEN}),
]


@pytest.mark.parametrize(("rule", "facts"), RULES)
def test_a_scan_breaks_no_rule(ticket, rule, facts):
    scan(ticket)
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        Scan.objects.update(**facts)
    assert error.value.__cause__.diag.constraint_name == rule


def test_two_admissions_of_one_ticket_cannot_stand(ticket):
    scan(ticket)
    first = Scan.objects.get()
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        Scan.objects.create(ticket=ticket, event=ticket.event, nonce="second-one", verdict="admitted", at=first.at)
    assert error.value.__cause__.diag.constraint_name == "one_admission_per_ticket"
    with pytest.raises(IntegrityError), transaction.atomic():
        Scan.objects.create(event=ticket.event, nonce=first.nonce, verdict="unknown", at=first.at)


def test_a_ticket_knows_its_limit_of_transfers(ticket):
    for wrong in (-1, 4):
        with pytest.raises(IntegrityError) as error, transaction.atomic():
            Ticket.objects.update(transfers=wrong)
        assert error.value.__cause__.diag.constraint_name == "ticket_transfers_within_limit"

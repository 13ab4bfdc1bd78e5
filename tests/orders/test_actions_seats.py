"""Seats are named, passed on and issued again: who may, until when, and what dies with it."""

import re

import pytest
import time_machine
from django.core import mail as post
from django.core.cache import cache
from django.db import transaction
from django.urls import reverse

import events.actions
import payments.actions
from accounts.actions import NotAllowed
from orders import actions, signing
from orders.actions import SeatFixed
from orders.models import DeadCode, Scan, Ticket
from tests import factories
from tests.factories import THEN
from tests.promises import kept
from ticketing import mail
from ticketing.mail import EmailMessage
from ticketing.models import HistoryEntry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def moment():
    """Before the event, in whatever year this runs."""
    cache.clear()
    with time_machine.travel(THEN):
        yield


@pytest.fixture
def ticket():
    return factories.paid(factories.published(refund_until_hours=1)).tickets.get()


def fresh(ticket):
    return Ticket.objects.select_related("event", "order").get(pk=ticket.pk)


def named(ticket, name="Dewi"):
    return actions.name_seat(ticket_id=ticket.pk, name=name, at=THEN, by="holder")


def passed_on(ticket, email="Dewi@Example.org", at=THEN):
    return actions.pass_on(ticket_id=ticket.pk, name="Dewi", email=email, language="id", at=at, by="holder")


def reissued(ticket, by=None):
    return actions.reissue(ticket_id=ticket.pk, at=THEN, by=by)


def told(ticket):
    return list(HistoryEntry.objects.filter(subject_id=ticket.pk).order_by("id").values_list("action", "actor"))


def letters(kind):
    return list(EmailMessage.objects.filter(kind=f"orders.{kind}").order_by("created_at"))


def test_u_17_a_name_is_written_on_the_ticket(ticket):
    named(ticket)
    named(ticket)

    after = fresh(ticket)
    assert (after.holder_name, after.serial, after.secret) == ("Dewi", ticket.serial, ticket.secret)
    assert told(ticket) == [("named", "holder")]


def test_u_17_passing_on_gives_a_new_code_and_a_new_link_and_kills_the_old(ticket):
    passed_on(ticket)

    after = fresh(ticket)
    assert (after.holder_name, after.holder_email, after.transfers) == ("Dewi", "dewi@example.org", 1)
    assert after.serial != ticket.serial
    assert after.secret != ticket.secret
    assert DeadCode.objects.values_list("ticket", "serial", "secret").get() == (ticket.pk, ticket.serial, ticket.secret)
    assert told(ticket) == [("passed_on", "holder")]
    assert kept()


def test_the_new_holder_is_written_to_in_the_language_of_the_page_and_the_old_one_hears_of_it(ticket):
    passed_on(ticket)
    (there,), (here,) = letters("seat_passed_on"), letters("seat_given_away")
    mail.deliver_due()
    gift = next(letter for letter in post.outbox if letter.to == ["dewi@example.org"])
    notice = next(letter for letter in post.outbox if letter.to == ["bea@example.org"])

    assert (there.language, here.language) == ("id", "en")
    assert f"http://localhost:8000/tickets/{fresh(ticket).secret}/" in gift.body
    assert [name for name, _content, _kind in gift.attachments] == [f"{ticket.code}.pdf", f"{ticket.code}.ics"]
    assert "/tickets/" not in notice.body
    assert notice.attachments == []
    assert EmailMessage.objects.get(pk=there.pk).secret == ""


def test_a_late_letter_has_the_link_of_its_own_moment_not_of_the_next_holder(ticket):
    first = passed_on(ticket)
    second = passed_on(first, "eka@example.org")
    mail.deliver_due()
    late = next(letter for letter in post.outbox if letter.to == ["dewi@example.org"] and "/tickets/" in letter.body)

    assert re.findall(r"/tickets/([\w-]+)/", late.body) == [first.secret]
    assert late.attachments == []
    assert second.secret not in late.body


def test_a_letter_of_another_kind_does_not_bring_the_new_holders_code_to_the_old_one(ticket):
    first = passed_on(ticket)
    with transaction.atomic():
        mail.queue(kind="orders.changed", subject=first, to=first.holder_email, language="en", occasion="2")
    second = passed_on(first, "eka@example.org")
    mail.deliver_due()
    (late,) = [letter for letter in post.outbox if letter.to == ["dewi@example.org"] and letter.subject.startswith("Changed")]

    assert second.secret not in late.body
    assert first.event.get_absolute_url() in late.body
    assert late.attachments == []


def test_a_ticket_is_passed_on_three_times_at_most(ticket):
    for number in range(3):
        passed_on(ticket, f"holder{number}@example.org")
    with pytest.raises(SeatFixed, match="as often as it may be"):
        passed_on(ticket)
    assert fresh(ticket).transfers == 3


def test_issued_again_by_who_runs_the_event_alone(ticket):
    team = ticket.event.promoter
    for by in (factories.person("Zed"), factories.member(team, "Greta", "gate"), factories.member(team, "Fin", "finance")):
        with pytest.raises(NotAllowed):
            reissued(ticket, by)
    assert fresh(ticket).serial == ticket.serial
    for by in (team.owner, factories.member(team, "Mia", "manager"), factories.staff()):
        before = fresh(ticket).serial
        reissued(ticket, by)
        assert fresh(ticket).serial != before
    assert ("reissued", f"user:{team.owner.pk}") in told(ticket)
    assert [letter.to for letter in letters("seat_reissued")] == ["bea@example.org"] * 3
    assert fresh(ticket).transfers == 0


def use(ticket):
    actions.admit(ticket_id=ticket.pk, gate="A", nonce="n" * 12, reason="Seen.", at=ticket.event.starts_at, by=None)


FIXED = {
    "used at the door": use,
    "is cancelled": lambda ticket: payments.actions.annul(order_id=ticket.order_id, reason="x", by=None, at=THEN),
    "over or cancelled": lambda ticket: events.actions.cancel(event_id=ticket.event_id, reason="Rain.", by=None, at=THEN),
}


@pytest.mark.parametrize("words", FIXED)
def test_what_is_used_cancelled_or_over_stays_as_it_is(ticket, words):
    FIXED[words](ticket)
    before = Ticket.objects.values().get(pk=ticket.pk)
    for deed in (named, passed_on, reissued):
        with pytest.raises(SeatFixed, match=words):
            deed(ticket)
    assert Ticket.objects.values().get(pk=ticket.pk) == before
    assert not DeadCode.objects.exists()


def test_not_after_the_end(ticket):
    with pytest.raises(SeatFixed, match="over"):
        passed_on(ticket, at=ticket.event.ends_at)


def test_u_17_the_holder_names_and_passes_on_from_the_page(client, ticket):
    here = f"/tickets/{ticket.secret}/"
    assert "Pass the ticket on" in client.get(here).content.decode()
    client.post(f"{here}name/", {"name": " Eka "})
    assert fresh(ticket).holder_name == "Eka"
    assert "cannot be undone" in client.get(f"{here}pass-on/").content.decode()
    assert fresh(ticket).transfers == 0
    response = client.post(f"{here}pass-on/", {"name": "Dewi", "email": "dewi@example.org"}, follow=True)

    assert response.status_code == 410
    assert reverse("orders:find") in response.content.decode()
    assert "Dewi has the ticket now" in response.content.decode()
    assert client.post(f"{here}pass-on/", {"name": "Zed", "email": "zed@example.org"}).status_code == 302
    assert (fresh(ticket).holder_email, fresh(ticket).transfers) == ("dewi@example.org", 1)
    assert client.get(f"/tickets/{fresh(ticket).secret}/").status_code == 200


@pytest.mark.parametrize(
    "typed", [{}, {"name": "", "email": ""}, {"name": "x" * 121, "email": "a@b.example"}, {"name": "Dewi", "email": "dewi@"}]
)
def test_what_cannot_be_is_said_and_changes_nothing(client, ticket, typed):
    for part in ("pass-on", "name"):
        typed = {**typed, "name": typed.get("name", "") if part == "pass-on" else ""}
        response = client.post(f"/tickets/{ticket.secret}/{part}/", typed)
        assert response.status_code == 200
        assert "Please look at this again" in response.content.decode()
    assert fresh(ticket).serial == ticket.serial


def test_a_stranger_cannot_name_or_pass_on(client, ticket):
    for part in ("name", "pass-on"):
        for secret in ("x" * 32, ticket.code):
            assert client.get(f"/tickets/{secret}/{part}/").status_code == 404
            assert client.post(f"/tickets/{secret}/{part}/", {"name": "Z", "email": "z@example.org"}).status_code == 404


def test_a_dead_code_is_refused_at_the_door_and_the_new_one_let_in(ticket):
    old = signing.signed(ticket.event_id, ticket.serial)
    new = signing.signed(ticket.event_id, passed_on(ticket).serial)
    opened = {"event_id": ticket.event_id, "gate": "A", "at": ticket.event.starts_at, "by": None}

    assert actions.check_in(text=old, nonce="first-try", **opened).verdict == Scan.Verdict.REPLACED
    assert actions.check_in(text=new, nonce="second-try", **opened).verdict == Scan.Verdict.ADMITTED

"""Letters about orders: owed with the deed, written in the reader's language, no weapon in a stranger's hand."""

import re
import threading
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest
import time_machine
from django.core import mail as outbox
from django.db import connection, transaction
from django.db.models import F, Q
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

import events.actions
import payments.actions
from orders import actions, tasks
from orders.actions import letters
from orders.emails.about import plain
from orders.models import Order, Ticket
from tests import factories
from tests.factories import THEN
from ticketing import mail
from ticketing.bases import uuid7
from ticketing.models import EmailMessage, HistoryEntry

pytestmark = pytest.mark.django_db
FREE = [{"name": "Regular", "price": Decimal(0), "quantity": 100}]
ROOM = [{"name": "Regular", "price": Decimal(150_000), "quantity": 100}]


def owed(*kinds):
    ours = EmailMessage.objects.filter(Q(kind__startswith="orders.") | Q(kind__startswith="payments."))
    rows = ours.order_by("id").values_list("kind", "to")
    return [(kind.partition(".")[2], to) for kind, to in rows if kind.partition(".")[2] in kinds or not kinds]


def kinds():
    return [kind for kind, _to in owed()]


def sent():
    """Deliver what is owed; return the newest letter."""
    mail.deliver_due()
    return outbox.outbox[-1]


def both(letter):
    return letter.body, letter.alternatives[0][0]


def passed_on(order, address="carl@example.org"):
    ticket = order.tickets.order_by("code").last()
    Ticket.objects.filter(pk=ticket.pk).update(holder_email=address, holder_name="Carl")
    return Ticket.objects.get(pk=ticket.pk)


# Buying


def test_held_letter_says_until_when_how_to_pay_and_where():
    team = factories.promoter(contact_email="hello@radio.example")
    type(team).objects.filter(pk=team.pk).update(payment_text="Bank Mandiri 123\nRadio Hujan")
    event = factories.published(team, artist="Trio Senja", fee_percent=Decimal(10))

    order = factories.order(event, lines={factories.tier().pk: 2})
    letter = sent()

    assert (letter.to, letter.subject) == (["bea@example.org"], "Held for you: Malam Jazz")
    for body in both(letter):
        assert f"http://localhost:8000/orders/{order.secret}/" in body
        assert "held until Wednesday 3 February 2027, 16:00 WIB" in body
        assert f"Pay IDR 330,000 to Radio Hujan, and write {order.reference}" in re.sub("<[^>]+>", "", body)
        assert body.index("Bank Mandiri 123") < body.index("If you did not order anything")
        for words in ("Bank Mandiri 123", "2 × Regular", "Trio Senja", "Wednesday 3 March 2027, 16:00 WIB", "hello@radio.example"):
            assert words in body
    assert f'write <span style="white-space:nowrap">{order.reference}</span> with it' in letter.alternatives[0][0]
    assert letter.attachments == []


def test_letters_are_in_the_language_of_the_order():
    event = factories.published()
    wish = factories.wish(event)
    payments.actions.check_out(wish=replace(wish, buyer=replace(wish.buyer, language="id")), at=THEN)

    assert "Rabu 3 Maret 2027" in sent().body


def test_tickets_letter_is_owed_once_when_paid_and_names_each_seat():
    order = factories.paid(factories.published())
    factories.payments.actions.settle_by_hand(order_id=order.pk, reason="Again.", by=None, at=THEN)

    letter = sent()

    assert owed("tickets") == [("tickets", "bea@example.org")]
    assert letter.subject == "Your ticket: Malam Jazz"
    for body in both(letter):
        assert order.tickets.get().code in body
        assert f"/orders/{order.secret}/" in body


def test_free_orders_and_comps_get_their_tickets_at_once(monkeypatch):
    monkeypatch.setattr("orders.attachments.of_order", lambda order: [("tickets.pdf", b"%PDF", "application/pdf")])
    event = factories.published(tiers=FREE)
    factories.order(event)
    payments.actions.give_comps(wishes=[factories.wish(event, "Dora")], by=None, at=THEN)

    assert owed() == [("tickets", "bea@example.org"), ("tickets", "dora@example.org")]
    letter = sent()
    assert letter.attachments[0][:2] == ("tickets.pdf", b"%PDF")
    assert "1 × Regular: Free" in letter.body


def test_letter_that_comes_late_says_where_the_order_stands():
    event = factories.published()
    order = factories.order(event)
    payments.actions.expire_overdue(at=THEN + timedelta(days=3))

    letter = sent()

    assert "Its time is over" in letter.body
    assert "Pay IDR" not in letter.body
    assert Order.objects.get(pk=order.pk).status == "expired"


def test_order_that_is_paid_again_after_cancelling_gets_its_new_tickets():
    order = factories.paid(factories.published())
    payments.actions.annul(order_id=order.pk, reason="Mistake", by=None, at=THEN)
    EmailMessage.objects.all().delete()
    with transaction.atomic():
        payments.models.Payment.objects.filter(order=order).update(state="settled")
        actions.mark_paid(order_id=order.pk, at=THEN, by="system")

    assert owed() == [("tickets", "bea@example.org")]


# No letter bomb


def test_one_mailbox_gets_three_held_letters_an_hour_and_ten_a_day_however_it_is_written():
    event = factories.published()
    letters_after = []
    for number in range(5):
        order = factories.order(event, f"bea+{number}")
        payments.actions.cancel(order_id=order.pk, at=THEN)
    assert len(owed("held")) == 3
    assert EmailMessage.objects.exclude(mailbox="").values("mailbox").distinct().count() == 1

    for number in range(12):
        if number % 3 == 0:
            EmailMessage.objects.update(created_at=F("created_at") - timedelta(hours=2))
        order = factories.order(event, f"bea+again{number}")
        payments.actions.cancel(order_id=order.pk, at=THEN)
        letters_after.append(len(owed("held")))
    assert letters_after == [4, 5, 6, 7, 8, 9, 10, 10, 10, 10, 10, 10]
    factories.order(event, "Carl")
    assert owed("held")[-1] == ("held", "carl@example.org")


def test_letters_of_free_orders_and_of_their_cancelling_are_limited_too():
    event = factories.published(tiers=FREE)
    for second in range(5):
        order = factories.order(event)
        payments.actions.cancel(order_id=order.pk, at=THEN + timedelta(seconds=second))

    assert sorted(kinds()) == ["cancelled"] * 3 + ["tickets"] * 3
    many = factories.order(event, "Carl", lines={event.tiers.get().pk: 6})
    Ticket.objects.filter(order=many).update(holder_email="victim@example.org")
    for ticket in many.tickets.all()[:5]:
        payments.actions.cancel_seat(ticket_id=ticket.pk, at=THEN)
    payments.actions.cancel(order_id=many.pk, at=THEN)
    told = [to for _kind, to in owed()]
    assert (told.count("carl@example.org"), told.count("victim@example.org")) == (2, 3)


def move(order, email, at=THEN, **words):
    return actions.move_email(order_id=order.pk, email=email, at=at, by="buyer", **words)


def facts(order):
    """Return what a change of the address, or of a ticket's holder, would change."""
    lines = HistoryEntry.objects.filter(Q(subject_id=order.pk) | Q(subject_id__in=order.tickets.values("pk"))).count()
    orders = Order.objects.filter(pk=order.pk).values_list("buyer_email", "secret").get()
    return orders, list(order.tickets.order_by("pk").values_list("secret", "holder_email")), lines, EmailMessage.objects.count()


def refused(order, deed, *words, **more):
    before = facts(order)
    with pytest.raises(actions.TooManyLetters):
        deed(*words, **more)
    assert facts(order) == before


def test_orders_that_cost_nothing_and_move_away_or_ask_to_do_not_fill_the_mailbox_they_were_placed_for():
    event, dear = factories.published(tiers=FREE), factories.published(slug="dear")
    free = [factories.order(event, f"bea+{number}") for number in range(4)]
    for number, order in enumerate(free[:3]):
        move(order, f"eve{number}@example.org")
    refused(free[3], move, free[3], "eve4@example.org")
    held = factories.order(dear, "bea")
    refused(held, move, held, "eve5@example.org")

    for number in range(3):
        move(free[3], f"fay{number}@example.org", at=THEN + timedelta(hours=1))
    refused(free[3], move, free[3], "fay4@example.org", at=THEN + timedelta(hours=1))
    told = {kind: [to for found, to in owed(kind) if found == kind] for kind in ("moved_away", "confirm_email")}

    assert told == {"moved_away": [f"bea+{number}@example.org" for number in range(3)], "confirm_email": ["bea+3@example.org"] * 3}
    assert not EmailMessage.objects.filter(mailbox__contains="@").exists()  # counted by a digest
    move(free[3], "gil@example.org", for_team=True)
    assert owed("moved_away")[-1] == ("moved_away", "bea+3@example.org")


def test_who_paid_or_confirmed_is_written_to_however_many_letters_there_were():
    dear = factories.published(slug="dear")
    for number in range(4):
        paid = factories.paid(dear, f"bea+{number}", lines={dear.tiers.get().pk: 2})
        for ticket in paid.tickets.all():
            actions.pass_on(ticket_id=ticket.pk, name="Carl", email="carl@example.org", language="en", at=THEN, by="holder")
        move(paid, f"dora{number}@example.org", at=THEN + timedelta(hours=1))
        move(paid, f"eve{number}@example.org")
    assert [kinds().count(kind) for kind in ("seat_passed_on", "seat_given_away", "confirm_email", "moved_away")] == [8, 8, 4, 4]

    free = [factories.order(factories.published(slug=f"free{number}", tiers=FREE), "Zoe") for number in range(3)]
    for number, order in enumerate(free):
        move(order, f"yan{number}@example.org")
    asked = factories.order(factories.published(slug="last", tiers=FREE), "zoe+last")
    move(asked, "xena@example.org", at=THEN + timedelta(hours=1))
    token = EmailMessage.objects.get(kind="orders.confirm_email", to="zoe+last@example.org").secret
    actions.confirm_email(token=token, at=THEN + timedelta(hours=1))
    assert [to for _kind, to in owed("moved_away")[4:]] == ["zoe@example.org"] * 3 + ["zoe+last@example.org"]


def test_a_mailbox_full_of_letters_about_free_orders_takes_those_that_were_paid_for_and_those_of_the_seller():
    for number in range(3):
        factories.order(factories.published(slug=f"free{number}", tiers=FREE), "Bea")
    paid = factories.paid(factories.published(slug="dear"), "Zoe")
    free = [factories.order(factories.published(slug=f"more{number}", tiers=FREE), "Yan") for number in range(2)]

    assert move(paid, "bea@example.org").buyer_email == "bea@example.org"
    move(free[0], "bea@example.org", for_team=True)
    move(free[1], "carl@example.org", at=THEN + timedelta(hours=1))
    for number in range(3):
        factories.order(factories.published(slug=f"last{number}", tiers=FREE), "Carl", at=THEN + timedelta(hours=1))
    token = EmailMessage.objects.get(kind="orders.confirm_email").secret
    refused(free[1], actions.confirm_email, token=token, at=THEN + timedelta(hours=1))
    assert [to for kind, to in owed() if kind == "tickets"].count("bea@example.org") == 3 + 2


def test_free_tickets_that_are_passed_on_fill_no_mailbox():
    """Neither that of the one they go to, nor that of the one they were taken in the name of."""
    event = factories.published(tiers=FREE)
    order = factories.order(event, lines={event.tiers.get().pk: 8})
    tickets = list(order.tickets.order_by("code"))
    give = {"name": "Carl", "language": "id", "at": THEN, "by": "holder"}
    for ticket in tickets[:3]:
        actions.pass_on(ticket_id=ticket.pk, email="carl@example.org", **give)
    refused(order, actions.pass_on, ticket_id=tickets[3].pk, email="Carl+4@example.org", **give)
    for number, ticket in enumerate(tickets[3:]):
        actions.pass_on(ticket_id=ticket.pk, email=f"friend{number}@example.org", **give)

    assert len(owed("seat_given_away")) == 3
    assert [to for _kind, to in owed("seat_passed_on")] == ["carl@example.org"] * 3 + [f"friend{number}@example.org" for number in range(5)]
    letter = EmailMessage.objects.filter(kind="orders.seat_passed_on").latest("pk")
    assert (letter.language, letter.secret) == ("id", Ticket.objects.get(pk=tickets[7].pk).secret)
    assert EmailMessage.objects.filter(kind="orders.seat_given_away").values_list("language", flat=True)[0] == "en"


def test_whoever_cancels_what_was_not_paid_causes_no_letter():
    order = factories.order(factories.published())
    payments.actions.cancel(order_id=order.pk, at=THEN)

    assert kinds() == ["held"]


@pytest.mark.django_db(transaction=True)
def test_checkouts_at_once_do_not_pass_the_limit_together(together):
    shows = [factories.published(slug=f"e{number}") for number in range(6)]

    together(lambda number: factories.order(shows[number]), times=6)

    assert len(owed("held")) == 3


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_checkouts_pass_the_limit_together(together, monkeypatch):
    from orders.actions import placing
    from tests.races.test_orders import NO_LOCK

    monkeypatch.setattr(placing, "SERVED", NO_LOCK)
    real = mail.queue_sparingly
    counted = threading.Barrier(6)

    def late(**words):
        done = real(**words)
        counted.wait(10)  # nobody commits before all have counted
        return done

    monkeypatch.setattr(mail, "queue_sparingly", late)
    shows = [factories.published(slug=f"e{number}") for number in range(6)]

    together(lambda number: factories.order(shows[number]), times=6)

    assert len(owed("held")) == 6


def test_who_writes_to_two_mailboxes_locks_them_in_one_order(monkeypatch):
    """Or one who moves an order from Bea to Carl, and one who moves another back, would wait for each other."""
    real, asked = letters.locked_mailbox, []
    monkeypatch.setattr(letters, "locked_mailbox", lambda email: asked.append(email) or real(email))
    order = factories.order(factories.published(tiers=FREE))
    pair = ["bea@example.org", "carl@example.org"]

    for deed in (
        lambda: move(order, pair[1]),
        lambda: move(order, pair[0]),
        lambda: actions.pass_on(ticket_id=order.tickets.get().pk, name="C", email=pair[1], language="en", at=THEN, by="holder"),
        lambda: actions.pass_on(ticket_id=order.tickets.get().pk, name="B", email=pair[0], language="en", at=THEN, by="holder"),
    ):
        asked.clear()
        deed()
        assert asked[:2] == pair

    Ticket.objects.update(holder_email=pair[0])
    Order.objects.update(buyer_email=pair[1])
    monkeypatch.setattr(payments.actions.letters, "locked_mailbox", letters.locked_mailbox)
    asked.clear()
    with CaptureQueriesContext(connection) as captured:
        payments.actions.cancel(order_id=order.pk, at=THEN)
    assert asked[:2] == pair
    said = [query["sql"] for query in captured]
    assert next(n for n, sql in enumerate(said) if "pg_advisory" in sql) > next(
        n for n, sql in enumerate(said) if 'FROM "orders_order"' in sql and " FOR " in sql
    )


def moved_at_once(together):
    orders = [factories.order(factories.published(slug=f"m{number}", tiers=FREE), "Bea") for number in range(5)]
    together(lambda number: move(orders[number], f"eve{number}@example.org"), times=5)
    return len(owed("moved_away"))


@pytest.mark.django_db(transaction=True)
def test_orders_that_move_away_at_once_do_not_pass_the_limit_together(together):
    assert moved_at_once(together) == 3


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_orders_that_move_pass_the_limit_together(together, monkeypatch):
    monkeypatch.setattr(letters, "MAILBOX", "SELECT ticketing_digest(%s), %s")
    real, counted = mail.queue_sparingly, threading.Barrier(5)

    def late(**words):
        done = real(**words)
        if words["kind"] == "orders.moved_away":
            counted.wait(20)  # nobody commits before all have counted
        return done

    monkeypatch.setattr(mail, "queue_sparingly", late)
    assert moved_at_once(together) == 5


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Ibu Ayu", "Ibu Ayu"),
        ("Dr. Ayu", "Dr. Ayu"),
        ("https://evil.example/win", "https: //evil. example/win"),
        ("www.evil.example", "www. evil. example"),
        ("win@evil.example", "win@evil. example"),
        ("evil。example", "evil。 example"),
    ],
)
def test_names_become_no_links(typed, shown):
    assert plain(typed) == shown


def test_typed_words_are_text_in_both_bodies_and_reach_no_header():
    event = factories.published(title="Rain\r\nBcc: eve@example.org", tiers=FREE)
    wish = factories.wish(event)
    bad = "<a href='https://evil.example'>win</a>\r\nBcc: eve@example.org"
    payments.actions.check_out(wish=replace(wish, buyer=replace(wish.buyer, name=bad[:120])), at=THEN)

    letter = sent()
    message = letter.message()

    assert (message["Subject"], message["Bcc"], letter.recipients()) == (
        "Your ticket: Rain Bcc: eve@example.org",
        None,
        ["bea@example.org"],
    )
    assert "evil.example" not in letter.body
    assert "<a href='https" not in letter.alternatives[0][0]


def test_an_address_with_a_line_in_it_sends_nothing():
    event = factories.published(tiers=FREE)
    wish = factories.wish(event)
    payments.actions.check_out(wish=replace(wish, buyer=replace(wish.buyer, email="bea@example.org\nBcc: eve@example.org")), at=THEN)

    mail.deliver_due()

    assert [letter for letter in outbox.outbox if "eve@" in str(letter.to)] == []
    assert "BadHeaderError" in EmailMessage.objects.get(kind="orders.tickets").last_error


# Ending


def test_buyer_who_cancels_reads_what_comes_back_once():
    event = factories.published(refund_until_hours=24, refund_percent=Decimal(90))
    order = factories.paid(event)

    for _ in range(2):
        payments.actions.cancel(order_id=order.pk, at=THEN + timedelta(minutes=1))

    assert owed("cancelled") == [("cancelled", "bea@example.org")]
    letter = sent()
    assert letter.subject == "Cancelled: Malam Jazz"
    for body in both(letter):
        assert "IDR 135,000 comes back to you. Radio Hujan sees to it" in body
        assert "as you asked" in body


def test_order_of_an_event_that_was_called_off_is_told_why_and_so_is_who_was_given_a_seat():
    event = factories.published()
    order = factories.paid(event, lines={event.tiers.get().pk: 2})
    ticket = passed_on(order)
    held = factories.order(event, "Dora")
    events.actions.cancel(event_id=event.pk, reason="Rain. See rain.example", by=None, at=THEN)
    payments.actions.follow_cancelled_events(at=THEN)

    assert sorted(owed("cancelled")) == [("cancelled", f"{name}@example.org") for name in ("bea", "carl", "dora")]
    mail.deliver_due()
    to = {letter.to[0]: letter.body for letter in outbox.outbox if letter.subject.startswith("Cancelled")}
    assert "IDR 300,000 comes back" in to["bea@example.org"]
    assert "The event was called off" in to["bea@example.org"]
    assert "Rain. See rain. example" in to["bea@example.org"]
    assert "Do not pay it any more" in to["dora@example.org"]
    assert "comes back" not in to["dora@example.org"]
    assert f"/tickets/{ticket.secret}/" in to["carl@example.org"]
    assert order.secret not in to["carl@example.org"]
    assert order.reference not in to["carl@example.org"].replace(ticket.code, "")
    assert held.pk


@pytest.mark.parametrize("by_seller", [True, False], ids=["annulled", "given back"])
def test_one_seat_that_comes_back_is_told_to_buyer_and_holder(by_seller):
    event = factories.published(refund_until_hours=24)
    order = factories.paid(event, lines={event.tiers.get().pk: 2})
    ticket = passed_on(order)

    for _ in range(2):
        if by_seller:
            payments.actions.annul_seat(ticket_id=ticket.pk, reason="Camera", by=None, at=THEN)
        else:
            payments.actions.cancel_seat(ticket_id=ticket.pk, at=THEN)

    assert sorted(owed("seat_cancelled", "cancelled")) == [("cancelled", "carl@example.org"), ("seat_cancelled", "bea@example.org")]
    mail.deliver_due()
    to = {letter.subject: letter.body for letter in outbox.outbox}
    assert "IDR 150,000 comes back" in to["One seat cancelled: Malam Jazz"]
    assert "1 × Regular" in to["One seat cancelled: Malam Jazz"]
    assert "opens the door no more" in to["Cancelled: Malam Jazz"]


def test_the_last_seat_that_is_given_back_is_told_as_the_end_of_the_order():
    order = factories.paid(factories.published(refund_until_hours=24))
    payments.actions.cancel_seat(ticket_id=order.tickets.get().pk, at=THEN)

    assert owed("cancelled", "seat_cancelled") == [("cancelled", "bea@example.org")]


def test_who_was_given_a_free_seat_is_told_when_the_buyer_cancels_the_order():
    event = factories.published(tiers=FREE)
    order = factories.order(event, lines={event.tiers.get().pk: 2})
    passed_on(order)
    payments.actions.cancel(order_id=order.pk, at=THEN)

    assert sorted(owed("cancelled")) == [("cancelled", "bea@example.org"), ("cancelled", "carl@example.org")]


def test_an_address_that_had_enough_letters_gets_no_orders_of_others():
    for number in range(3):
        factories.order(factories.published(slug=f"e{number}"), "Carl")
    order = factories.order(factories.published(slug="other"), "Bea")

    with pytest.raises(actions.TooManyLetters):
        actions.move_email(order_id=order.pk, email="carl@example.org", at=THEN, by="buyer")

    assert Order.objects.get(pk=order.pk).secret == order.secret
    assert "moved_away" not in kinds()


# Sweeps


def change(event, at=THEN, **facts):
    events.actions.update_event(event_id=event.pk, by=None, at=at, **facts)


def test_buyers_and_holders_are_told_once_for_each_version_and_in_words():
    event = factories.published()
    order = factories.paid(event, lines={event.tiers.get().pk: 2})
    passed_on(order)
    assert actions.owe_changes(at=THEN) == 0
    change(event, starts_at=event.starts_at + timedelta(hours=1))
    change(event, venue="Istora", starts_at=event.starts_at + timedelta(hours=2))

    assert [actions.owe_changes(at=THEN) for _ in range(2)] == [1, 0]

    assert sorted(owed("changed")) == [("changed", "bea@example.org"), ("changed", "carl@example.org")]
    body = sent().body
    assert "It starts Wednesday 3 March 2027, 18:00 WIB. Before, it was Wednesday 3 March 2027, 16:00 WIB." in body
    assert "It takes place here: Istora, Jakarta. Before, it was here: Balai Sarbini, Jakarta." in body
    assert "It ends" not in body
    assert HistoryEntry.objects.filter(action="buyers_told").values("subject_id", "details").get() == {
        "subject_id": event.pk,
        "details": {"orders": 1},
    }
    change(event, venue="Balai Sarbini")
    with time_machine.travel(THEN, tick=False):
        tasks.tell_of_changes()
    assert len(owed("changed")) == 4


def test_who_bought_after_the_change_is_not_told_and_other_changes_tell_nobody():
    event = factories.published()
    change(event, venue="Istora")
    factories.paid(event)
    change(event, title="Other", description="words")

    assert actions.owe_changes(at=THEN) == 0


@pytest.mark.parametrize("end", ["cancelled", "over", "expired"])
def test_nobody_is_told_of_changes_that_do_not_matter(end):
    event = factories.published()
    order = factories.order(event)
    change(event, venue="Istora")
    at = THEN
    if end == "cancelled":
        events.actions.cancel(event_id=event.pk, reason="Rain", by=None, at=THEN)
    elif end == "over":
        at = event.ends_at
    else:
        payments.actions.expire_overdue(at=THEN + timedelta(days=3))

    assert actions.owe_changes(at=at) == 0
    assert order.pk


def test_reminder_goes_out_the_day_before_once_and_again_for_a_new_date():
    event = factories.published()
    order = factories.paid(event, lines={event.tiers.get().pk: 2})
    passed_on(order), factories.order(event, "Dora")
    day = event.starts_at - timedelta(hours=24)

    assert actions.owe_reminders(at=day - timedelta(seconds=1)) == 0
    assert [actions.owe_reminders(at=day) for _ in range(2)] == [1, 0]
    assert sorted(owed("reminder")) == [("reminder", "bea@example.org"), ("reminder", "carl@example.org")]
    assert "It begins Wednesday 3 March 2027, 16:00 WIB." in sent().body

    change(event, starts_at=event.starts_at + timedelta(days=7), ends_at=event.ends_at + timedelta(days=7))
    with time_machine.travel(day + timedelta(days=7), tick=False):
        tasks.remind_buyers()
    assert len(owed("reminder")) == 4
    assert list(HistoryEntry.objects.filter(action="buyers_reminded").values_list("details", flat=True)) == [{"orders": 1}] * 2


def test_who_bought_on_the_last_day_is_not_reminded_and_nobody_of_what_is_cancelled():
    event = factories.published()
    factories.order(event)
    late = factories.paid(event, "Carl")
    Order.objects.filter(pk=late.pk).update(paid_at=event.starts_at - timedelta(hours=20))

    assert actions.owe_reminders(at=event.starts_at - timedelta(hours=1)) == 0
    Order.objects.filter(pk=late.pk).update(paid_at=THEN)
    events.actions.cancel(event_id=event.pk, reason="Rain", by=None, at=THEN)
    assert actions.owe_reminders(at=event.starts_at - timedelta(hours=1)) == 0


def test_sweeps_pass_over_what_somebody_has_and_go_on_in_batches():
    event = factories.published()
    for name in ("Bea", "Carl", "Dora"):
        factories.paid(event, name)
    change(event, venue="Istora")

    assert [actions.owe_changes(at=THEN, most=2) for _ in range(3)] == [2, 1, 0]


def test_sweep_of_changes_costs_few_statements_for_each_order(django_assert_max_num_queries):
    event = factories.published()
    for name in ("Bea", "Carl", "Dora"):
        factories.paid(event, name)
    change(event, venue="Istora")

    with django_assert_max_num_queries(5 + 2 * 3):
        actions.owe_changes(at=THEN)


# Sent again


def test_resend_sends_the_letter_of_the_order_as_it_stands():
    event = factories.published()
    order, fay = factories.order(event), factories.member(event.promoter, "Fay", "finance")
    actions.resend(order_id=order.pk, at=THEN, by=f"user:{fay.pk}", for_team=True)
    payments.actions.settle_by_hand(order_id=order.pk, reason="Seen.", by=None, at=THEN)
    actions.resend(order_id=order.pk, at=THEN, by=f"user:{fay.pk}", for_team=True)

    assert kinds() == ["held", "held", "tickets", "tickets"]
    assert HistoryEntry.objects.filter(action="resent", subject_id=order.pk, actor=f"user:{fay.pk}").count() == 2


def test_letter_of_the_tickets_brings_those_that_are_still_the_buyers_in_their_order():
    event = factories.published(refund_until_hours=24)
    order = factories.paid(event, lines={event.tiers.get().pk: 4})
    first, second, third, fourth = order.tickets.order_by("code")
    actions.pass_on(ticket_id=second.pk, name="Dewi", email="dewi@example.org", language="en", at=THEN, by="holder")
    payments.actions.cancel_seat(ticket_id=third.pk, at=THEN)
    Ticket.objects.filter(pk=first.pk).update(holder_name="Bea")  # as the last one that was written
    mail.deliver_due()

    actions.resend(order_id=order.pk, at=THEN, by=f"user:{uuid7()}", for_team=True)
    mail.deliver_due()
    letter = next(letter for letter in reversed(outbox.outbox) if letter.subject.startswith("Your tickets"))

    named = re.findall(r"TIX-\w+-\d\d", letter.body)
    (pdf, *_), (date, *_) = letter.attachments
    sheets = PdfReader(BytesIO(letter.attachments[0][1])).pages
    assert named == [first.code, second.code, fourth.code]
    assert (pdf, date) == (f"{order.reference}.pdf", f"{order.reference}.ics")
    assert [code for sheet in sheets for code in re.findall(r"TIX-\w+-\d\d", sheet.extract_text())] == [
        first.code,
        fourth.code,
    ]


def test_buyers_resend_a_few_times_an_hour_and_staff_as_often_as_they_like():
    order = factories.order(factories.published())
    for _ in range(2):
        actions.resend(order_id=order.pk, at=THEN, by="buyer")

    with pytest.raises(actions.TooManyLetters):
        actions.resend(order_id=order.pk, at=THEN, by="buyer")
    actions.resend(order_id=order.pk, at=THEN, by=f"user:{factories.staff().pk}", for_team=True)
    assert len(owed("held")) == 4


def test_nothing_is_sent_again_of_an_order_that_is_over():
    order = factories.order(factories.published())
    payments.actions.cancel(order_id=order.pk, at=THEN)

    with pytest.raises(actions.NothingToSend):
        actions.resend(order_id=order.pk, at=THEN, by="buyer")


def test_holders_are_told_once_each_and_the_buyer_not_twice():
    order = factories.paid(factories.published(), "Bea")
    order = Order.objects.get(pk=order.pk)
    three = [Ticket(holder_email=address, pk=uuid7()) for address in ("Carl@x.org", "carl@X.org", "BEA@example.org", "")]
    EmailMessage.objects.all().delete()
    with transaction.atomic():
        letters.owe_holders(order, "orders.reminder", tickets=three)

    assert [to.lower() for _kind, to in owed()] == ["carl@x.org"]

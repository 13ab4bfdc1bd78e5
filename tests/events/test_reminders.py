"""Reminders: asked on the page, owed once when the sale begins, forgotten afterwards."""

import re
from datetime import timedelta
from decimal import Decimal
from html import unescape

import pytest
import time_machine
from django.core import mail as outbox
from django.core.cache import cache
from django.db import IntegrityError
from django.test import Client

from events import actions, tasks
from events.models import Event, Reminder, TicketTier
from tests import factories
from tests.factories import THEN
from ticketing import mail
from ticketing.models import AuditLog, EmailMessage, HistoryEntry

pytestmark = pytest.mark.django_db
OPENS = THEN + timedelta(days=2)
ADDRESS = "rani@example.org"


@pytest.fixture(autouse=True)
def moment():
    cache.clear()
    with time_machine.travel(THEN, tick=False):
        yield


def soon(**facts):
    tier = {"name": "Regular", "price": Decimal(1), "quantity": 9, "sale_starts_at": OPENS}
    return factories.published(**{"title": "Night", "slug": "night", "tiers": [tier], **facts})


def ask(event, email=ADDRESS, language="en"):
    actions.ask_reminder(event_id=event.pk, email=email, language=language, at=THEN)


def owed():
    return list(EmailMessage.objects.filter(kind="events.sale_started").order_by("to").values_list("to", flat=True))


def page(client, **options):
    return client.get("/events/night/", **options).content.decode()


# Asking


def test_page_offers_it_only_before_a_sale_and_takes_the_address(client):
    event = soon()
    assert "Be told when the sale starts" in page(client)

    answer = client.post("/events/night/remind/", {"email": "Rani@Example.org"}, headers={"accept-language": "id"}, follow=True)

    assert "Rani@Example.org" in answer.content.decode()
    assert Reminder.objects.values("event", "email", "language", "sent_at").get() == {
        "event": event.pk,
        "email": ADDRESS,
        "language": "id",
        "sent_at": None,
    }
    assert re.fullmatch("[0-9a-f]{32}", Reminder.objects.get().secret)


def test_known_and_unknown_address_get_the_same_answer(client):
    soon()

    answers = [client.post("/events/night/remind/", {"email": ADDRESS}) for _ in range(2)]

    assert [(a.status_code, a["Location"], a.content) for a in answers] == [(302, "/events/night/#said", b"")] * 2
    assert Reminder.objects.count() == 1


def test_address_that_is_none_is_refused_beside_its_field(client):
    soon()

    shown = client.post("/events/night/remind/", {"email": "rani@"}).content.decode()

    assert "This is no whole address. Check it: name@example.org" in shown
    assert not Reminder.objects.exists()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda event: TicketTier.objects.update(sale_starts_at=None),
        lambda event: TicketTier.objects.update(sale_starts_at=THEN),
        lambda event: TicketTier.objects.update(hidden=True),
        lambda event: actions.close_sales(event_id=event.pk, by=None, at=THEN),
        lambda event: actions.cancel(event_id=event.pk, reason="Rain.", by=None, at=THEN),
        lambda event: Event.objects.update(starts_at=THEN - timedelta(hours=3), ends_at=THEN),
    ],
    ids=["open", "begun", "hidden", "closed", "cancelled", "over"],
)
def test_without_a_sale_to_come_nothing_is_offered_and_nobody_is_noted(client, spoil):
    event = soon()
    spoil(event)

    assert 'id="remind"' not in page(client)
    assert client.post("/events/night/remind/", {"email": ADDRESS}).status_code == 409
    assert not Reminder.objects.exists()


def test_offer_ends_with_the_start_of_the_sale_although_the_page_is_kept(client):
    soon()
    page(client)

    with time_machine.travel(OPENS, tick=False):
        assert 'id="remind"' not in page(client)


def test_draft_and_unknown_events_take_no_address(client):
    factories.event(slug="draft")

    for slug in ("draft", "nothing"):
        assert client.post(f"/events/{slug}/remind/", {"email": ADDRESS}).status_code == 404


def test_form_needs_the_token_of_its_own_visitor():
    soon()
    one, other = Client(enforce_csrf_checks=True), Client(enforce_csrf_checks=True)
    first, second = (unescape(re.search('csrfmiddlewaretoken" value="([^"]+)', page(visitor)).group(1)) for visitor in (one, other))

    assert first != second
    assert one.post("/events/night/remind/", {"email": ADDRESS}).status_code == 403
    assert one.post("/events/night/remind/", {"email": ADDRESS, "csrfmiddlewaretoken": first}).status_code == 302


def test_page_with_the_form_costs_no_query_when_kept(client, django_assert_num_queries):
    soon()
    page(client)

    with django_assert_num_queries(0):
        assert 'id="remind"' in page(client)


def test_one_source_and_one_address_are_limited(client):
    soon()

    of_address = [client.post("/events/night/remind/", {"email": ADDRESS}).status_code for _ in range(6)]
    of_origin = [client.post("/events/night/remind/", {"email": f"r{n}@example.org"}).status_code for n in range(15)]

    assert of_address == [302] * 5 + [429]
    assert of_origin == [302] * 14 + [429]


def test_limits_hold_without_redis(client, redis_away):
    soon()

    assert [client.post("/events/night/remind/", {"email": ADDRESS}).status_code for _ in range(6)] == [302] * 5 + [429]


# The letter


def test_letter_is_owed_once_when_the_sale_begins():
    event = soon()
    ask(event), ask(event), ask(event, "tomi@example.org", "id")

    assert actions.owe_reminders(at=OPENS - timedelta(seconds=1)) == 0
    assert [actions.owe_reminders(at=OPENS) for _ in range(3)] == [2, 0, 0]

    assert owed() == [ADDRESS, "tomi@example.org"]
    assert HistoryEntry.objects.filter(action="reminders_owed").values("subject_id", "actor", "details").get() == {
        "subject_id": event.pk,
        "actor": "system",
        "details": {"letters": 2},
    }


def test_letter_says_what_where_and_how_to_stop():
    ask(soon(artist="Trio Senja"))
    ask(Event.objects.get(), "tomi@example.org", "id")
    links = dict(Reminder.objects.values_list("email", "secret"))

    actions.owe_reminders(at=OPENS)
    mail.deliver_due()

    letters = {letter.to[0]: letter for letter in outbox.outbox}
    english = letters[ADDRESS]
    assert english.subject == "The sale has started: Night"
    for body in (english.body, english.alternatives[0][0]):
        assert "http://localhost:8000/events/night/" in body
        assert f"http://localhost:8000/no-more-letters/{links[ADDRESS]}/" in body
        assert "Trio Senja" in body
        assert "Wednesday 3 March 2027, 16:00" in body
    assert links["tomi@example.org"] in letters["tomi@example.org"].body
    assert {letter.secret for letter in EmailMessage.objects.all()} == {""}


def test_letter_is_written_although_the_reminder_is_gone():
    ask(soon())
    actions.owe_reminders(at=OPENS)
    Reminder.objects.all().delete()

    mail.deliver_due()

    assert [letter.subject for letter in outbox.outbox if letter.to == [ADDRESS]] == ["The sale has started: Night"]


def test_reminders_are_owed_in_batches(monkeypatch):
    monkeypatch.setattr("events.actions.reminders.REMINDERS", 2)
    event = soon()
    for number in range(5):
        ask(event, f"r{number}@example.org")

    assert [actions.owe_reminders(at=OPENS) for _ in range(4)] == [2, 2, 1, 0]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda event: actions.cancel(event_id=event.pk, reason="Rain.", by=None, at=THEN),
        lambda event: actions.close_sales(event_id=event.pk, by=None, at=THEN),
        lambda event: TicketTier.objects.update(is_active=False),
        lambda event: TicketTier.objects.update(hidden=True),
        lambda event: Event.objects.update(starts_at=THEN, ends_at=OPENS),
    ],
    ids=["cancelled", "closed", "inactive", "hidden", "over"],
)
def test_no_letter_without_a_sale(spoil):
    event = soon()
    ask(event)
    spoil(event)

    assert actions.owe_reminders(at=OPENS) == 0
    assert owed() == []


def test_sweep_owes_and_another_forgets():
    event = soon()
    ask(event)
    with time_machine.travel(OPENS, tick=False):
        tasks.remind()
    assert owed() == [ADDRESS]

    with time_machine.travel(OPENS + timedelta(days=7), tick=False):
        tasks.forget_reminders()
    assert not Reminder.objects.exists()


# Forgetting


@pytest.mark.parametrize(
    "end",
    [
        lambda event: actions.cancel(event_id=event.pk, reason="Rain.", by=None, at=THEN),
        lambda event: Event.objects.update(starts_at=THEN - timedelta(hours=1), ends_at=THEN),
        lambda event: Reminder.objects.update(sent_at=THEN - timedelta(days=7)),
    ],
    ids=["cancelled", "over", "sent"],
)
def test_addresses_that_are_needed_no_more_are_deleted(end):
    event, other = soon(), soon(slug="other")
    ask(event), ask(other, "tomi@example.org")
    actions.forget_reminders(at=THEN)
    assert Reminder.objects.count() == 2

    Reminder.objects.filter(event=other).delete()
    end(event)
    actions.forget_reminders(at=THEN)

    assert not Reminder.objects.exists()


def test_link_of_the_letter_asks_first_and_then_forgets_the_address_everywhere(client):
    event, other = soon(), soon(slug="other")
    ask(event), ask(other), ask(event, "tomi@example.org")
    where = f"/no-more-letters/{Reminder.objects.get(event=event, email=ADDRESS).secret}/"

    asked = client.get(where)
    assert ("No more letters?" in asked.content.decode(), Reminder.objects.count()) == (True, 3)
    assert "no-store" in asked["Cache-Control"]
    done = [client.post(where, follow=True) for _ in range(2)]

    assert ["You get no more letters" in answer.content.decode() for answer in done] == [True, True]
    assert list(Reminder.objects.values_list("email", flat=True)) == ["tomi@example.org"]


@pytest.mark.parametrize("secret", ["0" * 32, "x", "%00", "' or 1=1"])
def test_unknown_link_deletes_nothing(client, secret):
    ask(soon())

    client.post(f"/no-more-letters/{secret}/")

    assert Reminder.objects.count() == 1


def test_address_is_in_no_log():
    ask(soon())
    actions.owe_reminders(at=OPENS)

    assert not AuditLog.objects.filter(table="events_reminder").exists()
    assert [line for line in HistoryEntry.objects.values_list("details", flat=True) if "rani" in str(line)] == []


@pytest.mark.parametrize(
    ("change", "rule"),
    [("email = 'Rani@example.org'", "reminder_email_is_lower_case"), ("email = 'tomi@example.org'", "one_reminder_per_email")],
)
def test_database_keeps_the_rules(change, rule):
    from django.db import connection

    event = soon()
    ask(event), ask(event, "tomi@example.org")

    with pytest.raises(IntegrityError, match=rule), connection.cursor() as cursor:
        cursor.execute(f"UPDATE events_reminder SET {change}")

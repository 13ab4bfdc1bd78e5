"""Reminders: one letter each, however many workers look at once."""

from datetime import timedelta
from decimal import Decimal

import pytest

from events import actions
from events.models import Reminder
from tests import factories
from tests.factories import THEN
from tests.races.test_teams import meeting, no_locks, sql  # noqa: F401  # fixtures
from ticketing.models import EmailMessage, HistoryEntry

pytestmark = pytest.mark.django_db(transaction=True)
OPENS = THEN + timedelta(days=2)


def owed_together(together):
    """Let two workers owe at once; return how many letters there are, and how many the history tells of."""
    tier = {"name": "Regular", "price": Decimal(1), "quantity": 9, "sale_starts_at": OPENS}
    event = factories.published(tiers=[tier])
    for number in range(5):
        actions.ask_reminder(event_id=event.pk, email=f"r{number}@example.org", language="en", at=THEN)
    sql("ALTER TABLE ticketing_historyentry ENABLE TRIGGER meet")
    together(lambda _: actions.owe_reminders(at=OPENS), times=2)
    told = HistoryEntry.objects.filter(action="reminders_owed").values_list("details__letters", flat=True)
    assert not Reminder.objects.filter(sent_at=None).exists()
    return EmailMessage.objects.filter(kind="events.sale_started").count(), sum(told)


def test_control_without_locks_more_is_told_than_owed(together, no_locks, monkeypatch):  # noqa: F811  # the fixture above
    no_locks()
    # Updates wait for each other by themselves, after the history is written.
    assert owed_together(together) == (5, 10)


def test_each_letter_is_owed_once(together):
    assert owed_together(together) == (5, 5)

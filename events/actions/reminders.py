"""How people hear that a sale has started, once, and how they take that back."""

from collections import Counter
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from events.models import Event, Reminder
from ticketing import history, mail
from ticketing.errors import DomainError

REMINDERS = 100


class NothingToWaitFor(DomainError):
    def __init__(self) -> None:
        super().__init__(_("There is no sale to wait for. Open the page of the event again to see where it stands."))


@transaction.atomic
def ask_reminder(*, event_id: Any, email: str, language: str, at: datetime) -> None:
    """Note an address for the letter at the start of the sale. Asking twice is asking once.

    Locks: nothing; one reminder per address is the database's rule, and the sweep finds who comes after the start.
    It writes no history: who waits is nobody's business later. Raises NothingToWaitFor.
    """
    event = Event.objects.prefetch_related("tiers").get(pk=event_id)
    if event.sale_to_come(at) is None:
        raise NothingToWaitFor
    Reminder.objects.bulk_create([Reminder(event=event, email=email.lower(), language=language)], ignore_conflicts=True)


@transaction.atomic
def owe_reminders(*, at: datetime) -> int:
    """Owe the letters of sales that have begun, at most so many; return how many.

    Locks: the reminders. Who waited for them looks again, and finds them sent.
    """
    due = list(Reminder.objects.due(at).locked().select_related("event")[:REMINDERS])
    for reminder in due:
        details = {"event": str(reminder.event_id)}
        mail.queue(
            kind="events.sale_started",
            subject=reminder,
            to=reminder.email,
            language=reminder.language,
            details=details,
            secret=reminder.secret,
        )
    Reminder.objects.filter(pk__in=[reminder.pk for reminder in due]).update(sent_at=at)
    events = {reminder.event_id: reminder.event for reminder in due}
    for event_id, letters in Counter(reminder.event_id for reminder in due).items():
        history.record(events[event_id], "reminders_owed", at=at, by=history.SYSTEM, details={"letters": letters})
    return len(due)


@transaction.atomic
def stop_reminders(*, secret: str) -> None:
    """Forget the address that the secret was sent to, with every event that it waits for. Stopping twice is stopping once.

    Locks: nothing; what is deleted is not looked at.
    """
    Reminder.objects.filter(email__in=Reminder.objects.filter(secret=secret).values("email")).delete()


@transaction.atomic
def forget_reminders(*, at: datetime) -> None:
    """Delete the addresses that are needed no more.

    Locks: nothing; what is deleted is not looked at.
    """
    Reminder.objects.outlived(at).delete()

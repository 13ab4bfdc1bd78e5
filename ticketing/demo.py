"""The demo's own deeds of the ground floor."""

from datetime import datetime

from django.db import transaction

from . import mail
from .bases import uuid7
from .history import HistoryEntry


@transaction.atomic
def send_letter(*, language: str, at: datetime) -> HistoryEntry:
    """Owe the visitor a letter, and note in the history that the demo asked for it."""
    entry = HistoryEntry.objects.create(subject_type="demo", subject_id=uuid7(), action="demo_letter_asked", actor="visitor", at=at)
    mail.queue(kind="ticketing.demo_letter", subject=entry, to="you@demo.example", language=language)
    return entry

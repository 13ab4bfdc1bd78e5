"""Background work about orders: letters that nobody asks for."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from ticketing import jobs

from . import actions
from .actions.letters import BATCH


@shared_task
def remind_buyers(**_: Any) -> None:
    """Owe what is due. A full batch means that more may be waiting: nudge ourselves on."""
    if actions.owe_reminders(at=timezone.now()) == BATCH:
        jobs.enqueue_on_commit("orders.tasks.remind_buyers", coalesce="remind-buyers")


@shared_task
def tell_of_changes(**_: Any) -> None:
    if actions.owe_changes(at=timezone.now()) == BATCH:
        jobs.enqueue_on_commit("orders.tasks.tell_of_changes", coalesce="tell-of-changes")

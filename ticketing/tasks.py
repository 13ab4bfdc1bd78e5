"""Background work of the ground floor."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from . import heartbeat, jobs, limits, mail


@shared_task
def deliver_mail(*, by_beat: bool = False, **_: Any) -> None:
    """Send what is due. A full batch means that more may be waiting: nudge ourselves on, in steps of seconds."""
    if by_beat:
        heartbeat.beat("beat")
    if mail.deliver_due() == mail.BATCH:
        jobs.enqueue_on_commit("ticketing.tasks.deliver_mail", coalesce="mail")


@shared_task
def forget_old_counts(**_: Any) -> None:
    limits.forget_old_counts(at=timezone.now())

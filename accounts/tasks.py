"""Background work about people."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from . import actions


@shared_task
def forget_ended_sessions(**_: Any) -> None:
    actions.forget_ended_sessions(at=timezone.now())

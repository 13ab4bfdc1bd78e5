"""Background work about money."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from . import actions


@shared_task
def expire_orders(**_: Any) -> None:
    """Give places back whose time is over. What is more than a batch, the next sweep takes."""
    actions.expire_overdue(at=timezone.now())


@shared_task
def follow_cancelled_events(**_: Any) -> None:
    """End the orders of events that were called off."""
    actions.follow_cancelled_events(at=timezone.now())


@shared_task
def refresh_sales(**_: Any) -> None:
    """Count the sales anew once they are old."""
    if actions.sales_are_old(at=timezone.now()):
        actions.refresh_sales()

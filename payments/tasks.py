"""Background work about money."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from . import actions
from .chain import watcher
from .chain.connect import nodes_of
from .models import Chain
from .rates import syncing


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


@shared_task
def sync_rates(**_: Any) -> None:
    """Ask what one USDT costs."""
    for currency in syncing.CURRENCIES:
        syncing.sync(currency, at=timezone.now())


@shared_task
def fill_pool(**_: Any) -> None:
    """Have addresses ready before they are needed."""
    actions.fill_pool()


@shared_task
def watch_chains(**_: Any) -> None:
    """Read every chain on. Each is read by itself, so that one that stands still holds up no other."""
    for chain in Chain.objects.watched():
        watcher.watch(chain, nodes_of(chain.number), clock=timezone.now)

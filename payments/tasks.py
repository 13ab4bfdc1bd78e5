"""Background work about money."""

from typing import Any

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from ticketing import jobs

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
    """Ask what one USDT costs, where USDT is taken."""
    for currency in syncing.CURRENCIES if settings.WALLET_XPUBS else ():
        syncing.sync(currency, at=timezone.now())


@shared_task
def fill_pool(**_: Any) -> None:
    """Have addresses ready before they are needed."""
    actions.fill_pool()


@shared_task
def watch_chains(**_: Any) -> None:
    """Have every chain read on, each by itself: one that stands still, or has much to read, holds up no other."""
    for number in Chain.objects.watched().values_list("number", flat=True):
        jobs.enqueue_on_commit("payments.tasks.watch_chain", coalesce=f"chain-{number}", number=number)


@shared_task
def watch_chain(number: int, **_: Any) -> None:
    """Read one chain on, and do what follows."""
    for chain in Chain.objects.watched().filter(number=number):
        watcher.watch(chain, nodes_of(chain.number), clock=timezone.now)

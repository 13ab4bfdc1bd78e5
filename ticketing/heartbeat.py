"""Signs of life of the worker and the beat, kept in Redis for half a minute."""

import logging
import time
from typing import Any

from celery.signals import worker_ready

from . import hints

logger = logging.getLogger(__name__)
EVERY, LIFE = 5, 30


def beat(name: str) -> None:
    hints.ask(lambda redis: redis.set(f"heartbeat:{name}", int(time.time()), ex=LIFE), otherwise=None)


def last(name: str) -> int | None:
    """Return the seconds since the last sign of life, or None."""
    seen = hints.ask(lambda redis: redis.get(f"heartbeat:{name}"), otherwise=None)
    return max(0, int(time.time()) - int(seen)) if seen else None


@worker_ready.connect
def _start(sender: Any, **_: Any) -> None:
    # The worker's own timer, which ticks on while every child is busy.
    beat("worker")
    sender.timer.call_repeatedly(EVERY, beat, ("worker",))

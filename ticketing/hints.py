"""Redis or Valkey, asked politely: when it is away, work goes on without it.

After a failure nobody asks again for a few seconds, so that an outage costs one timeout, not one per request.
"""

import logging
import time
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

logger = logging.getLogger(__name__)
Answer = TypeVar("Answer")

QUIET_SECONDS = 5.0
_away_until = 0.0


@cache
def client() -> redis.Redis:
    """Return this process's client: short timeouts, no retries of its own."""
    return redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=0.5, socket_timeout=1, retry=Retry(NoBackoff(), 0))


def ask(question: Callable[[redis.Redis], Any], *, otherwise: Answer) -> Any | Answer:
    """Return the answer to the question, or `otherwise` while Redis is away."""
    if away():
        return otherwise
    try:
        return question(client())
    except (RedisError, OSError):
        report_failure("redis is away")
        return otherwise


def away() -> bool:
    return time.monotonic() < _away_until


def report_failure(what: str) -> None:
    """Stay quiet for some seconds, and say so once."""
    global _away_until
    logger.warning(what, exc_info=True)
    _away_until = time.monotonic() + QUIET_SECONDS


def ask_again() -> None:
    """End the quiet time."""
    global _away_until
    _away_until = 0.0

"""Retries at the door: what PostgreSQL asks us to try again is tried again, three times in all."""

import logging
import random
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import NotSupportedError, OperationalError, connection

from . import prepared
from .errors import Busy

logger = logging.getLogger(__name__)
Answer = TypeVar("Answer")

TRIES = 3
# serialization failure, deadlock, lock not available
WORTH_RETRYING = {"40001", "40P01", "55P03"}


def retried(call: Callable[[], Answer]) -> Answer:
    """Call, again after a lost race for a lock, and raise Busy when no try went through.

    A door calls one action, whose transaction was rolled back, so calling again repeats nothing.
    """
    attempt = 1
    while True:
        try:
            return call()
        except NotSupportedError:
            if connection.in_atomic_block or attempt == TRIES:
                raise
            prepared.forget_plans()  # a table was changed under them
        except OperationalError as error:
            if connection.in_atomic_block:
                raise
            if sqlstate(error) not in WORTH_RETRYING:
                logger.exception("the database did not answer")
                raise Busy from error
            logger.info("a lock was not to be had", extra={"attempt": attempt, "sqlstate": sqlstate(error)})
            if attempt == TRIES:
                raise Busy from error
        time.sleep(random.uniform(0.01, 0.05) * attempt)  # noqa: S311  # spreads the tries, guards nothing
        attempt += 1


def sqlstate(error: Exception) -> str | None:
    return getattr(error.__cause__, "sqlstate", None)

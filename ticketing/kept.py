"""Parts of pages that are kept in the cache until what they show changes."""

import time
from collections.abc import Callable
from secrets import token_hex
from typing import Any

from django.core.cache import cache
from django.db import transaction

from . import hints

STAMP_SECONDS = 24 * 60 * 60
# What a crowd asks for is not asked from Redis again for so long; so another process's commit shows a second late.
NEAR_SECONDS = 1.0
NEAR_MOST = 200


class Shelf:
    """Values by subject (an event) and variant (a language), each for some seconds at most.

    A value bears the subject's stamp as it was before the value was made. `renew` gives the subject another stamp once
    the change is committed, so that what was read before the commit and arrives after it counts for nothing. What this
    process has just shown it shows again for a second without asking.
    """

    def __init__(self, name: str, *, seconds: int) -> None:
        self.name, self.seconds = name, seconds
        self._near: dict[tuple[str, str], tuple[float, Any]] = {}

    def get(self, subject: Any, variant: str, make: Callable[[], Any], *, seconds: int | None = None) -> Any:
        now, where = time.monotonic(), (str(subject), variant)
        until, value = self._near.get(where, (0.0, None))
        if until <= now:
            value = self._get(subject, variant, make, seconds)
            if len(self._near) >= NEAR_MOST:
                self._near.clear()
            # Counted from before the asking, so that a commit in between is not a second late from then.
            self._near[where] = (now + NEAR_SECONDS, value)
        return value

    def _get(self, subject: Any, variant: str, make: Callable[[], Any], seconds: int | None) -> Any:
        stamp_key = self._stamp_key(subject)
        key = f"{stamp_key}:{variant}"
        found = cache.get_many([stamp_key, key])
        stamp = found.get(stamp_key) or self._new_stamp(stamp_key)
        kept_stamp, value = found.get(key, (None, None))
        if kept_stamp != stamp:
            value = make()
            cache.set(key, (stamp, value), self.seconds if seconds is None else seconds)
        return value

    def renew(self, subject: Any, *, at_once: bool = True) -> None:
        """Give the subject another stamp. Not `at_once` is for what a crowd changes: it would have each page made anew."""
        key = self._stamp_key(subject)

        def forget() -> None:
            cache.set(key, token_hex(8), STAMP_SECONDS)
            for where in [where for where in list(self._near) if at_once and where[0] == str(subject)]:
                self._near.pop(where, None)

        transaction.on_commit(forget, robust=True)

    def _stamp_key(self, subject: Any) -> str:
        return f"{self.name}:{subject}"

    def _new_stamp(self, key: str) -> str:
        stamp = token_hex(8)
        # Whoever is first decides; while the cache is away, everybody is, and nothing is kept.
        return stamp if cache.add(key, stamp, STAMP_SECONDS) else str(cache.get(key, stamp))


def forget_all() -> None:
    """Forget what is kept of everything. Not by emptying Redis: workers have their messages there."""
    every = cache.make_key("*")

    def forget(redis: Any) -> None:
        for key in redis.scan_iter(match=every, count=1000):
            redis.delete(key)

    hints.ask(forget, otherwise=None)

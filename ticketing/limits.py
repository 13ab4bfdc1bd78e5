"""Rate limits: so many tries in so many seconds, counted in Redis.

While Redis is away, browsing goes on without limits, and strict limits are counted in PostgreSQL.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from . import hints
from .bases import Row
from .errors import TooMany


@dataclass(frozen=True)
class Limit:
    """At most `tries` in any `seconds` (a day at most), by name. A strict limit never fails open."""

    name: str
    tries: int
    seconds: int = settings.CACHE_TTLS["counters"]
    strict: bool = False


class RateCount(Row):
    """A counter of one source in one stretch of time, for strict limits while Redis is away."""

    key = models.CharField(max_length=64)
    stretch = models.BigIntegerField()
    count = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "stretch"], name="one_count_per_stretch")]
        indexes = [models.Index(fields=["created_at"], name="rate_counts_by_age")]

    def __str__(self) -> str:
        return f"{self.key} {self.count}"


@contextmanager
def failures(limit: Limit, source: str) -> Iterator[None]:
    """Count only what raises. Each try is counted before, or many at once would all pass, and taken back if it went well."""
    take_back = check(limit, source)
    yield
    take_back()


def check(limit: Limit, source: str, *, now: float | None = None) -> Callable[[], object]:
    """Count one try of the source, an address or anything else that names it; return its undoing. Raises TooMany past the limit."""
    if not settings.RATE_LIMITS:
        return lambda: None
    number, into = divmod(time.time() if now is None else now, limit.seconds)
    # A digest, so that neither store holds an address or an e-mail.
    key = salted_hmac(f"limits.{limit.name}", _household(source), algorithm="sha256").hexdigest()[:40]
    stretch = Stretch(key, int(number), limit.seconds)
    in_redis = hints.ask(stretch.count_in_redis, otherwise=None)
    if not in_redis and not limit.strict:
        return lambda: None
    take_back = partial(hints.ask, stretch.take_back_in_redis, otherwise=None) if in_redis else stretch.take_back_in_database
    before, current = in_redis or stretch.count_in_database()
    # The stretch before counts as far as it still reaches into the last `seconds`.
    if before * (limit.seconds - into) + current * limit.seconds > limit.tries * limit.seconds:
        # A refused try counts for nothing, or the many behind one address would keep each other out for ever.
        take_back()
        raise TooMany(wait=max(1, ceil(round(_free_at(limit, before, current - 1) - into, 6))))
    return take_back


def _free_at(limit: Limit, before: int, current: int) -> float:
    """Return how far into this stretch, or beyond it, one more try fits."""
    left = limit.tries - current - 1
    if left >= 0:
        return limit.seconds * (1 - left / before)
    return limit.seconds * (2 - (limit.tries - 1) / current)


@dataclass(frozen=True)
class Stretch:
    """One source's tries of one limit in one stretch of time."""

    key: str
    number: int
    seconds: int

    def count_in_redis(self, redis: Any) -> tuple[int, int]:
        """Count one more; return the numbers of the stretch before and of this one."""
        with redis.pipeline() as pipe:
            pipe.incr(self._redis_key(0)).expire(self._redis_key(0), 2 * self.seconds).get(self._redis_key(1))
            current, _, before = pipe.execute()
        return int(before or 0), current

    def take_back_in_redis(self, redis: Any) -> None:
        redis.decr(self._redis_key(0))

    def count_in_database(self) -> tuple[int, int]:
        with transaction.atomic():
            RateCount.objects.bulk_create([RateCount(key=self.key, stretch=self.number, count=0)], ignore_conflicts=True)
            self._row().update(count=F("count") + 1)
            both = RateCount.objects.filter(key=self.key, stretch__in=[self.number, self.number - 1])
            counts = dict(both.values_list("stretch", "count"))
        return counts.get(self.number - 1, 0), counts[self.number]

    def take_back_in_database(self) -> None:
        self._row().update(count=F("count") - 1)

    def _row(self) -> "models.QuerySet[RateCount]":
        return RateCount.objects.filter(key=self.key, stretch=self.number)

    def _redis_key(self, back: int) -> str:
        return f"limit:{self.key}:{self.number - back}"


def forget_old_counts(*, at: datetime) -> int:
    """Remove what no limit looks at any more: it looks at this stretch and the one before."""
    return RateCount.objects.filter(created_at__lt=at - timedelta(days=2)).delete()[0]


def client_address(request: HttpRequest) -> str:
    """Return the visitor's address. X-Forwarded-For is believed only as far as our own proxies wrote it."""
    if settings.PROXY_COUNT:
        forwarded = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
        if len(forwarded) >= settings.PROXY_COUNT and _is_address(forwarded[-settings.PROXY_COUNT]):
            return forwarded[-settings.PROXY_COUNT]
    return str(request.META.get("REMOTE_ADDR") or "")


def origin(request: HttpRequest) -> str:
    """Return what is counted as one source: an address, or the /64 network that one IPv6 customer has to himself."""
    address = client_address(request)
    if not _is_address(address) or ip_address(address).version == 4:
        return address
    return str(ip_network(f"{address}/64", strict=False))


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _household(source: str) -> str:
    """Return an IPv6 address's network: each customer has 2^64 addresses to try from."""
    if _is_address(source) and isinstance(ip_address(source), IPv6Address):
        return str(ip_network((source.partition("%")[0], 64), strict=False))
    return source

"""Rate limits: so many tries in so many seconds, counted in Redis.

While Redis is away, browsing goes on without limits, and strict limits are counted in PostgreSQL.
"""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

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
    """At most `tries` in any `seconds`, by name. A strict limit never fails open."""

    name: str
    tries: int
    seconds: int
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


def check(limit: Limit, source: str, *, now: float | None = None) -> None:
    """Count one try of the source. Raises TooMany past the limit."""
    if not settings.RATE_LIMITS:
        return
    now = time.time() if now is None else now
    stretch, into = divmod(now, limit.seconds)
    # A digest, so that neither store holds an address or an e-mail.
    key = salted_hmac(f"limits.{limit.name}", source, algorithm="sha256").hexdigest()[:40]
    counted = hints.ask(lambda redis: _count_in_redis(redis, f"limit:{key}", int(stretch), limit), otherwise=None)
    if counted is None:
        if not limit.strict:
            return
        counted = _count_in_database(key, int(stretch))
    before, current = counted
    # The stretch before counts as far as it still reaches into the last `seconds`.
    if before * (1 - into / limit.seconds) + current > limit.tries:
        raise TooMany(wait=max(1, int(limit.seconds - into)))


def forget_old_counts(*, at: datetime) -> int:
    return RateCount.objects.filter(created_at__lt=at - timedelta(days=1)).delete()[0]


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


def _count_in_redis(redis, key: str, stretch: int, limit: Limit) -> tuple[int, int]:  # type: ignore[no-untyped-def]
    current, before = f"{key}:{stretch}", f"{key}:{stretch - 1}"
    with redis.pipeline() as pipe:
        pipe.incr(current).expire(current, 2 * limit.seconds).get(before)
        count, _, previous = pipe.execute()
    return int(previous or 0), int(count)


def _count_in_database(key: str, stretch: int) -> tuple[int, int]:
    with transaction.atomic():
        RateCount.objects.bulk_create([RateCount(key=key, stretch=stretch, count=0)], ignore_conflicts=True)
        RateCount.objects.filter(key=key, stretch=stretch).update(count=F("count") + 1)
        counts = dict(RateCount.objects.filter(key=key, stretch__in=[stretch, stretch - 1]).values_list("stretch", "count"))
    return counts.get(stretch - 1, 0), counts[stretch]

"""Rate limits: so many tries from one source, in Redis or, for strict ones, in PostgreSQL (D9, R19)."""

import threading
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import include, path
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st

from ticketing import hints, limits
from ticketing.errors import TooMany
from ticketing.limits import Limit, RateCount
from ticketing.tasks import forget_old_counts
from ticketing.urls import handler500  # noqa: F401  # this module is a map of a site

BROWSING = Limit("browse", tries=3, seconds=60)
STRICT = Limit("sign-in", tries=3, seconds=60, strict=True)
START = 1_800_000_000.0  # the beginning of a stretch of 60 s


def allowed(limit, source="198.51.100.7", *, at=START, times=1):
    """Try so many times; return how often that was allowed."""
    count = 0
    for _ in range(times):
        try:
            limits.check(limit, source, now=at)
        except TooMany:
            continue
        count += 1
    return count


def limited(request):
    limits.check(STRICT, limits.client_address(request))
    return HttpResponse("in")


urlpatterns = [path("limited/", limited), path("", include("ticketing.urls"))]


@pytest.fixture(params=["redis", "postgres"])
def either_store(request, db):
    """Run the test with Redis, and again with Redis away, when strict limits count in PostgreSQL."""
    if request.param == "postgres":
        request.getfixturevalue("redis_away")


def test_so_many_tries_are_allowed_and_no_more(either_store):
    assert allowed(STRICT, times=8) == 3


def test_each_source_and_each_limit_counts_by_itself(either_store):
    other = Limit("find-my-tickets", tries=3, seconds=60, strict=True)

    assert [allowed(STRICT, "a", times=4), allowed(STRICT, "b", times=4), allowed(other, "a", times=4)] == [3, 3, 3]


def test_window_slides(either_store):
    allowed(STRICT, at=START + 50, times=3)

    later = {seconds: allowed(STRICT, at=START + seconds) for seconds in (61, 79, 80, 81, 99, 100)}

    assert later == {61: 0, 79: 0, 80: 1, 81: 0, 99: 0, 100: 1}


def test_refused_tries_count_for_nothing(either_store):
    allowed(STRICT, at=START, times=50)

    assert allowed(STRICT, at=START + 80, times=50) == 1


def test_only_failures_count_and_many_at_once_are_counted_before_they_fail(either_store):
    def fail():
        with limits.failures(STRICT, "hall"):
            raise ValueError

    for _ in range(9):
        with limits.failures(STRICT, "hall"):
            pass
    with ExitStack() as under_way:
        for _ in range(STRICT.tries):
            under_way.enter_context(limits.failures(STRICT, "hall"))
        with pytest.raises(TooMany):
            fail()
    for _ in range(STRICT.tries):
        with pytest.raises(ValueError):
            fail()
    with pytest.raises(TooMany):
        fail()


def test_old_tries_are_forgotten_after_two_stretches(either_store):
    allowed(STRICT, at=START, times=3)

    assert allowed(STRICT, at=START + 120, times=4) == 3


@trying(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(tries=st.integers(1, 6), before=st.integers(0, 6), current=st.integers(0, 6), into=st.integers(0, 59))
def test_wait_is_as_long_as_it_takes_and_no_longer(tries, before, current, into):
    limit = Limit("any", tries=tries, seconds=60)
    hints.client().flushdb()
    allowed(limit, at=START - 1, times=before)
    allowed(limit, at=START + into, times=current)

    try:
        limits.check(limit, "198.51.100.7", now=START + into)
    except TooMany as refused:
        sooner, then = (allowed(limit, at=START + into + refused.wait - early) for early in (1, 0))
        assert (sooner, then) == (0, 1)


def test_browsing_stays_open_while_redis_is_away(redis_away):
    assert allowed(BROWSING, times=9) == 9


def test_nothing_is_limited_when_switched_off(settings):
    settings.RATE_LIMITS = False

    assert allowed(STRICT, times=9) == 9


SOURCES = ["198.51.100.7", "2001:db8::7", "buyer@example.org"]


def test_neither_store_holds_the_source(either_store):
    for source in SOURCES:
        allowed(STRICT, source)

    in_redis = hints.ask(lambda redis: [key.decode() for key in redis.scan_iter()], otherwise=[])
    kept = [*RateCount.objects.values_list("key", flat=True), *in_redis]
    assert (len(kept), [key for key in kept for source in SOURCES if source in key]) == (3, [])


def test_counts_in_redis_end_by_themselves():
    allowed(STRICT)

    (life,) = [hints.client().ttl(key) for key in hints.client().scan_iter()]
    assert 60 < life <= 120


@pytest.mark.parametrize(
    ("first", "second", "together"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:DB8:1:2::2%eth0", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("198.51.100.7", "198.51.100.8", False),
        ("a@example.org", "b@example.org", False),
    ],
)
def test_addresses_of_one_ipv6_network_count_together(first, second, together):
    allowed(STRICT, first, times=3)

    assert (allowed(STRICT, second) == 0) is together


def count_without_a_lock(stretch):
    """Read, then write: what the counter must not be."""
    row, _ = RateCount.objects.get_or_create(key=stretch.key, stretch=stretch.number, defaults={"count": 0})
    meeting.wait(30)
    RateCount.objects.filter(pk=row.pk).update(count=row.count + 1)
    return 0, row.count + 1


meeting = threading.Barrier(8)


@pytest.mark.django_db(transaction=True)
def test_control_a_counter_that_reads_then_writes_lets_too_many_in(redis_away, together, monkeypatch):
    monkeypatch.setattr(limits.Stretch, "count_in_database", count_without_a_lock)

    assert sum(together(lambda _: allowed(STRICT), times=8)) > 3


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_are_counted_exactly_in_postgres(redis_away, together):
    assert sum(together(lambda _: allowed(STRICT, times=4), times=8)) == 3
    assert RateCount.objects.get().count == 3


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_are_counted_exactly_in_redis(together):
    assert sum(together(lambda _: allowed(STRICT, times=4), times=8)) == 3


@pytest.mark.django_db
def test_old_counts_are_forgotten(redis_away):
    allowed(STRICT, "old")
    allowed(STRICT, "new")
    old = RateCount.objects.order_by("created_at").first()
    RateCount.objects.filter(pk=old.pk).update(created_at=datetime.now(UTC) - timedelta(days=2, seconds=1))

    forget_old_counts()

    assert [count.pk == old.pk for count in RateCount.objects.all()] == [False]


@pytest.mark.django_db
def test_counts_of_yesterday_still_weigh(redis_away):
    daily = Limit("daily", tries=3, seconds=86400, strict=True)
    allowed(daily, at=86400 * 20_000 + 86399, times=3)
    RateCount.objects.update(created_at=datetime.now(UTC) - timedelta(days=1, hours=23))

    forget_old_counts()

    assert allowed(daily, at=86400 * 20_001) == 0


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_one_try_too_many_is_a_page_that_says_when():
    client = Client()

    answers = [client.get("/limited/") for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert 1 <= int(answers[-1]["Retry-After"]) <= 120


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_a_new_forwarded_address_each_time_changes_nothing():
    client = Client()

    answers = [client.get("/limited/", headers={"x-forwarded-for": f"203.0.113.{n}"}).status_code for n in range(5)]

    assert answers == [200, 200, 200, 429, 429]


FORGED = "1.1.1.1, 2.2.2.2, 3.3.3.3"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, None, "127.0.0.1"),
        (0, FORGED, "127.0.0.1"),
        (1, None, "127.0.0.1"),
        (1, "3.3.3.3", "3.3.3.3"),
        (1, FORGED, "3.3.3.3"),
        (2, FORGED, "2.2.2.2"),
        (2, "3.3.3.3", "127.0.0.1"),
        (1, " 2001:db8::1 ", "2001:db8::1"),
        (1, "1.1.1.1, nonsense", "127.0.0.1"),
        (1, "1.1.1.1, 3.3.3.3\0", "127.0.0.1"),
        (1, "1.1.1.1, 3.3.3.3:80", "127.0.0.1"),
        (1, ", , ,", "127.0.0.1"),
        (2, "1.1.1.1,,2.2.2.2, ,3.3.3.3", "2.2.2.2"),
        (1, "9" * 10_000, "127.0.0.1"),
    ],
)
def test_address_is_believed_as_far_as_our_proxies_wrote_it(rf, settings, proxies, forwarded, address):
    settings.PROXY_COUNT = proxies
    headers = {} if forwarded is None else {"x-forwarded-for": forwarded}

    assert limits.client_address(rf.get("/", headers=headers)) == address


def test_visitor_through_a_socket_has_no_address(rf):
    assert limits.client_address(rf.get("/", REMOTE_ADDR="")) == ""

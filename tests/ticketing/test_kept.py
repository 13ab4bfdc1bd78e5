"""Kept parts of pages: never older than the last commit, never in the way when the cache is away."""

from uuid import uuid4

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import transaction

from events import kept as shelves
from ticketing import hints, kept, limits
from ticketing.kept import Shelf


@pytest.fixture
def shelf():
    return Shelf(f"test-{uuid4()}", seconds=60)


def counted():
    made = []

    def make():
        made.append(len(made))
        return f"value {len(made)}"

    return make


def test_value_is_made_once(shelf):
    make = counted()

    assert [shelf.get("a", "en", make), shelf.get("a", "en", make)] == ["value 1", "value 1"]


def test_subjects_and_variants_do_not_mix(shelf):
    make = counted()

    assert [shelf.get("a", "en", make), shelf.get("a", "id", make), shelf.get("b", "en", make)] == ["value 1", "value 2", "value 3"]


@pytest.mark.django_db(transaction=True)
def test_renewal_counts_from_the_commit_on(shelf):
    make = counted()
    shelf.get("a", "en", make)
    shelf.get("b", "en", make)

    with transaction.atomic():
        shelf.renew("a")
        assert shelf.get("a", "en", make) == "value 1"

    assert shelf.get("a", "en", make) == "value 3"
    assert shelf.get("a", "id", make) == "value 4"
    assert shelf.get("b", "en", make) == "value 2"


@pytest.mark.django_db(transaction=True)
def test_rolled_back_change_renews_nothing(shelf):
    make = counted()
    shelf.get("a", "en", make)

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        shelf.renew("a")
        raise ZeroDivisionError

    assert shelf.get("a", "en", make) == "value 1"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("known", [True, False], ids=["kept before", "new"])
def test_what_was_read_before_a_commit_and_arrives_after_it_is_not_kept(shelf, known):
    if known:
        shelf.get("a", "id", lambda: "before")

    def read_old_while_another_commits():
        with transaction.atomic():
            shelf.renew("a")
        return "old"

    assert shelf.get("a", "en", read_old_while_another_commits) == "old"
    assert shelf.get("a", "en", lambda: "new") == "new"


def test_none_is_a_value_too(shelf):
    shelf.get("a", "en", lambda: None)

    assert shelf.get("a", "en", lambda: "found again") is None


@pytest.mark.django_db(transaction=True)
def test_without_the_cache_every_value_is_made_anew(shelf, redis_away, monkeypatch):
    make = counted()

    assert [shelf.get("a", "en", make), shelf.get("a", "en", make)] == ["value 1", "value 2"]
    with transaction.atomic():
        shelf.renew("a")

    monkeypatch.setattr(kept, "cache", None)  # something nobody thought of, when the change is committed already
    with transaction.atomic():
        shelf.renew("a")


def test_all_that_is_kept_is_forgotten_and_what_workers_have_in_redis_stays(shelf):
    hints.client().set("of a worker", "message")
    shelf.get("a", "en", lambda: "old")

    kept.forget_all()

    assert (shelf.get("a", "en", lambda: "new"), hints.client().get("of a worker")) == ("new", b"message")


@pytest.fixture
def near(monkeypatch):
    monkeypatch.setattr(kept, "NEAR_SECONDS", 60)


def test_what_was_just_shown_is_shown_again_without_asking_redis(shelf, near, monkeypatch):
    shelf.get("a", "en", lambda: "value")
    shelf.get("b", "en", lambda: "another")
    monkeypatch.setattr(hints, "ask", lambda *_, **__: pytest.fail("asked"))

    assert shelf.get("a", "en", lambda: "other") == "value"


def test_after_a_second_redis_is_asked_again(shelf, monkeypatch):
    monkeypatch.setattr(kept, "NEAR_SECONDS", 1)
    with monkeypatch.context() as clock:
        clock.setattr(kept.time, "monotonic", lambda: 100.0)
        shelf.get("a", "en", lambda: "old")
        cache.clear()  # as another process would renew it
        clock.setattr(kept.time, "monotonic", lambda: 100.9)
        assert shelf.get("a", "en", lambda: "new") == "old"
        clock.setattr(kept.time, "monotonic", lambda: 101.1)
        assert shelf.get("a", "en", lambda: "new") == "new"


@pytest.mark.django_db(transaction=True)
def test_own_commit_is_shown_at_once_for_the_subject_alone(shelf, near):
    shelf.get("a", "en", lambda: "old")
    shelf.get("b", "en", lambda: "old")

    with transaction.atomic():
        shelf.renew("a")

    assert shelf.get("a", "en", lambda: "new") == "new"
    assert shelf.get("b", "en", lambda: "new") == "old"


@pytest.mark.django_db(transaction=True)
def test_what_a_crowd_changes_is_shown_within_a_second(shelf, monkeypatch):
    monkeypatch.setattr(kept, "NEAR_SECONDS", 1)
    with monkeypatch.context() as clock:
        clock.setattr(kept.time, "monotonic", lambda: 100.0)
        shelf.get("a", "en", lambda: "old")
        with transaction.atomic():
            shelf.renew("a", at_once=False)
        clock.setattr(kept.time, "monotonic", lambda: 100.9)
        assert shelf.get("a", "en", lambda: "new") == "old"
        clock.setattr(kept.time, "monotonic", lambda: 101.1)
        assert shelf.get("a", "en", lambda: "new") == "new"


def test_no_more_is_near_than_fits(shelf, near):
    for number in range(3 * kept.NEAR_MOST):
        shelf.get(number, "en", lambda: "value")

    assert len(shelf._near) <= kept.NEAR_MOST


def test_b_29_kept_for_as_long_as_the_settings_say():
    assert settings.CACHE_TTLS == {"event": 300, "availability": 60, "sessions": 900, "counters": 3600}
    assert (shelves.TEXTS.seconds, shelves.STOCK.seconds, shelves.LISTS.seconds) == (300, 60, 60)
    assert (settings.PRIVILEGED_IDLE_SECONDS, limits.Limit("some", tries=1).seconds) == (900, 3600)

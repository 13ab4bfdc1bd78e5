"""Redis, asked politely: an outage costs one timeout now and then, and no answer but the one it could give (domain.md 5.4)."""

import time

import pytest
from django.conf import settings
from redis.exceptions import ConnectionError as RedisGone
from redis.exceptions import ResponseError

from ticketing import hints


class Question:
    """Counts how often it is asked."""

    def __init__(self, error=None):
        self.error, self.asked = error, 0

    def __call__(self, redis):
        self.asked += 1
        if self.error:
            raise self.error
        return redis.ping()


def test_answer_is_redis_own():
    assert hints.ask(lambda redis: [redis.set("a", 1), redis.get("a")], otherwise=None) == [True, b"1"]


@pytest.mark.parametrize("error", [RedisGone(), ResponseError("OOM command not allowed"), TimeoutError(), OSError()])
def test_failure_gives_the_other_answer_and_then_quiet(error):
    failing, later = Question(error), Question()

    answers = [hints.ask(failing, otherwise="other"), hints.ask(later, otherwise="other")]

    assert (answers, failing.asked, later.asked, hints.away()) == (["other", "other"], 1, 0, True)


def test_after_the_quiet_time_redis_is_asked_again(monkeypatch):
    monkeypatch.setattr(hints, "QUIET_SECONDS", 0.05)
    hints.ask(Question(RedisGone()), otherwise=None)
    time.sleep(0.06)

    assert (hints.away(), hints.ask(Question(), otherwise="other")) == (False, True)


def test_quiet_lasts_for_some_seconds():
    before = time.monotonic()

    hints.report_failure("a test")

    assert before + 5 <= hints._away_until <= time.monotonic() + 5


def test_quiet_can_be_ended():
    hints.report_failure("a test")

    hints.ask_again()

    assert hints.ask(Question(), otherwise="other") is True


def test_failure_is_said_once(caplog):
    for _ in range(3):
        hints.ask(Question(RedisGone()), otherwise=None)

    assert [record.message for record in caplog.records if record.name == "ticketing.hints"] == ["redis is away"]


def test_our_own_mistakes_are_not_swallowed():
    with pytest.raises(ZeroDivisionError):
        hints.ask(lambda redis: 1 / 0, otherwise=None)

    assert hints.away() is False


def test_client_is_one_with_short_patience():
    options = hints.client().connection_pool.connection_kwargs

    assert hints.client() is hints.client()
    assert (options["socket_connect_timeout"], options["socket_timeout"], options["retry"].get_retries()) == (0.5, 1, 0)


def test_connection_that_redis_closed_is_made_anew():
    ours = hints.client().client_id()
    with hints.client().from_url(settings.REDIS_URL) as other:
        other.client_kill_filter(_id=ours)

    assert hints.ask(Question(), otherwise="other") is True

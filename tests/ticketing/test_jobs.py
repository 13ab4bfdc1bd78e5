"""The one way to start background work, with the broker there and away."""

import gc
import json
import logging

import pytest
from celery.signals import worker_before_create_process
from django.db import transaction

from tests.sample.models import Lamp
from tests.sample.tasks import refuse
from ticketing import hints, jobs
from ticketing.errors import Busy

pytestmark = pytest.mark.django_db(transaction=True)
LOOK = "tests.sample.tasks.look"


def queued():
    """Return the arguments and headers of what waits in the real broker."""
    messages = [json.loads(message) for message in hints.client().lrange("celery", 0, -1)]
    return [
        (message["headers"]["kwargsrepr"], message["headers"].get("coalesce"), message["headers"].get("request_id")) for message in messages
    ]


def test_nudge_is_sent_on_commit_with_ids_only():
    with transaction.atomic():
        jobs.enqueue_on_commit(LOOK, lamp_id="7")
        inside = queued()

    assert inside == []
    assert queued() == [("{'lamp_id': '7'}", "", "")]


def test_nudge_of_an_undone_transaction_is_never_sent():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        jobs.enqueue_on_commit(LOOK, lamp_id="7")
        _ = 1 / 0

    assert queued() == []


def test_unknown_task_fails_at_once_in_the_callers_test():
    with pytest.raises(ImportError), transaction.atomic():
        jobs.enqueue_on_commit("tests.sample.tasks.lok")


def test_coalesced_nudges_are_one_until_the_task_starts():
    for _ in range(3):
        jobs.enqueue_on_commit(LOOK, coalesce="look", lamp_id="7")
    assert len(queued()) == 1

    task = type("Task", (), {"request": type("Request", (), {"headers": {"coalesce": "look"}})})
    jobs._before_task(task=task)
    jobs.enqueue_on_commit(LOOK, coalesce="look", lamp_id="7")

    assert len(queued()) == 2


def test_nudges_of_other_names_are_not_coalesced():
    jobs.enqueue_on_commit(LOOK, coalesce="look", lamp_id="7")
    jobs.enqueue_on_commit(LOOK, coalesce="listen", lamp_id="7")
    jobs.enqueue_on_commit(LOOK, lamp_id="7")

    assert len(queued()) == 3


def test_broker_down_at_commit_keeps_the_change_and_raises_nothing(broker_down, caplog):
    with transaction.atomic():
        Lamp.objects.create(name="desk")
        jobs.enqueue_on_commit(LOOK, lamp_id="7")

    assert Lamp.objects.count() == 1
    assert "nudge not sent, the broker is away" in [record.message for record in caplog.records]
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


def test_surprise_while_sending_never_reaches_the_person(monkeypatch):
    from tests.sample.tasks import look

    def surprise(**_):
        raise RuntimeError("something nobody thought of")

    monkeypatch.setattr(look, "apply_async", surprise)

    with transaction.atomic():
        Lamp.objects.create(name="desk")
        jobs.enqueue_on_commit(LOOK, lamp_id="7")

    assert Lamp.objects.count() == 1


def test_broker_down_is_asked_once_in_a_while_only(broker_down, caplog):
    for _ in range(5):
        jobs.enqueue_on_commit(LOOK, lamp_id="7")

    tried = [record for record in caplog.records if record.exc_info]
    assert len(tried) == 1


def test_refusal_ends_the_task_quietly(caplog):
    from tests.sample.tasks import refuse

    assert refuse.apply().state == "SUCCESS"
    assert "task refused" in [record.message for record in caplog.records if record.levelno == logging.INFO] or not caplog.records


def test_task_that_is_called_as_a_function_raises_its_refusal():
    with pytest.raises(Busy):
        refuse()


def test_what_is_loaded_is_shared_by_the_children_of_a_worker():
    """Each would have its own copy before long: the collector writes to all that it looks at."""
    try:
        worker_before_create_process.send(sender=None)

        assert gc.get_freeze_count() > 10_000
    finally:
        gc.unfreeze()

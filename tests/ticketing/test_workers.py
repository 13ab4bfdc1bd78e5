"""Real workers and beats: killed, doubled, with their messages lost. The row is the truth and the sweep finds it."""

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from django.db import connection, transaction

from tests.post_office import PostOffice
from tests.sample.models import Lamp
from ticketing import heartbeat, hints, jobs, mail
from ticketing.celery import app
from ticketing.local.places import BASE_DIR
from ticketing.local.processes import dying_with_us, stop_all, wait_until
from ticketing.models import EmailMessage

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@contextmanager
def celery(*words, mail_port=1, ready=None):
    """Run a Celery process on the test's own database and broker; it is killed at the end."""
    environment = {
        **os.environ,
        "DATABASE_URL": urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl(),
        "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
        "PYTHONWARNINGS": "ignore",
    }
    command = dying_with_us([sys.executable, "-m", "celery", "-A", "ticketing", "--quiet", *words], "KILL")
    process = subprocess.Popen(command, cwd=BASE_DIR, env=environment, start_new_session=True)
    try:
        if ready:
            assert wait_until(ready, seconds=120), "the worker did not start"
        yield process
    finally:
        stop_all([process], seconds=5)


def worker(**options):
    hints.client().delete("heartbeat:worker")
    return celery("worker", "--concurrency", "1", ready=lambda: heartbeat.last("worker") is not None, **options)


def beat(tmp_path, name):
    return celery("beat", "--schedule", str(tmp_path / name), "--pidfile=")


def owe(number=0):
    with transaction.atomic():
        lamp = Lamp.objects.create(name="desk")
        mail.queue(kind="ticketing.demo_letter", subject=lamp, to=f"{number}@example.org", language="en")


def test_worker_killed_mid_task_is_made_good_by_the_sweep(tmp_path):
    with PostOffice() as office, beat(tmp_path, "schedule"):
        office.pause = 30
        with worker(mail_port=office.port) as first:
            owe()
            assert wait_until(lambda: EmailMessage.objects.filter(attempts=1).exists(), seconds=60)
            os.killpg(first.pid, signal.SIGKILL)
        office.pause = 0

        with worker(mail_port=office.port):
            assert wait_until(lambda: EmailMessage.objects.exclude(sent_at=None).exists(), seconds=60)

    assert len(office.got) == 1


def test_two_beats_and_lost_nudges_have_one_effect(tmp_path):
    with PostOffice() as office:
        for number in range(12):
            owe(number)
        hints.client().flushdb()  # every nudge is lost

        with beat(tmp_path, "one"), beat(tmp_path, "other"), worker(mail_port=office.port), worker(mail_port=office.port):
            assert wait_until(lambda: not EmailMessage.objects.waiting().exists(), seconds=60)

    recipients = sorted(line for got in office.got for line in got.splitlines() if line.startswith("To:"))
    assert recipients == sorted(f"To: {number}@example.org" for number in range(12))


def test_task_whose_child_was_killed_runs_again():
    lamp = Lamp.objects.create(name="desk")

    with worker():
        jobs.enqueue_on_commit("tests.sample.tasks.die_at_first", lamp_id=str(lamp.pk))
        assert wait_until(lambda: Lamp.objects.get().looked_at == 2, seconds=60)


def test_tasks_share_one_connection_and_survive_its_loss():
    def note(times):
        before = Lamp.objects.count()
        for _ in range(times):
            jobs.enqueue_on_commit("tests.sample.tasks.note_backend")
        assert wait_until(lambda: Lamp.objects.count() == before + times, seconds=60)

    with worker():
        note(10)
        backends = set(Lamp.objects.values_list("name", flat=True))
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [int(next(iter(backends)))])
        note(3)

    assert len(backends) == 1
    assert len(set(Lamp.objects.values_list("name", flat=True))) == 2


def test_worker_says_who_it_is_and_how_patient():
    with worker():
        jobs.enqueue_on_commit("tests.sample.tasks.note_backend")
        assert wait_until(lambda: Lamp.objects.exists(), seconds=60)
        with connection.cursor() as cursor:
            cursor.execute("SELECT application_name FROM pg_stat_activity WHERE pid = %s", [int(Lamp.objects.get().name)])
            assert cursor.fetchone()[0] == "ticketing worker"


def test_celery_is_set_up_to_lose_nothing():
    wanted = {
        "task_serializer": "json",
        "accept_content": ["json"],
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "worker_prefetch_multiplier": 1,
        "task_ignore_result": True,
        "task_soft_time_limit": 20,
        "task_time_limit": 25,
    }

    assert {name: app.conf[name] for name in wanted} == wanted
    assert app.conf.broker_transport_options["visibility_timeout"] > app.conf.task_time_limit


def test_every_sweep_names_a_task_that_exists():
    from django.utils.module_loading import import_string

    for entry in app.conf.beat_schedule.values():
        assert import_string(entry["task"]).name == entry["task"]

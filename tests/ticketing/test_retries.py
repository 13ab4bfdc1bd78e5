"""Retries at the door: lost races are tried again on a real database, three times in all, with one effect (domain.md 5.4)."""

import threading
from contextlib import contextmanager
from io import BytesIO
from types import SimpleNamespace

import psycopg
import pytest
from django.db import OperationalError, connection, transaction
from django.db.models import F
from django.http import HttpResponse
from django.test import Client
from django.urls import include, path

from tests.sample.models import Lamp
from ticketing import retries
from ticketing.errors import Busy, DomainError
from ticketing.retries import retried
from ticketing.urls import handler500  # noqa: F401  # this module is a map of a site

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls(__name__)]


@contextmanager
def somebody_else():
    """A second connection to the same database."""
    parameters = connection.get_connection_params()
    with psycopg.connect(host=parameters["host"], user=parameters["user"], dbname=parameters["dbname"]) as other:
        yield other
        other.rollback()


def hold(other, lamp):
    other.execute("SELECT 1 FROM sample_lamp WHERE id = %s FOR UPDATE", [lamp.pk])


@transaction.atomic
def look_at(lamp, *, patience="50ms"):
    """Write a row first, so that a try that is lost has something to lose."""
    Lamp.objects.create(name="witness")
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{patience}'")
    Lamp.objects.locked().get(pk=lamp.pk)
    Lamp.objects.filter(pk=lamp.pk).update(looked_at=F("looked_at") + 1)


def looks_and_witnesses(lamp):
    return Lamp.objects.get(pk=lamp.pk).looked_at, Lamp.objects.filter(name="witness").count()


def before_each_try():
    """Replaced by the tests of the view."""


def look(request):
    before_each_try()
    poster = request.FILES["poster"].read()
    look_at(Lamp.objects.get(name="desk"))
    return HttpResponse(poster)


urlpatterns = [path("look/", look), path("", include("ticketing.urls"))]


@pytest.fixture
def lamp():
    return Lamp.objects.create(name="desk")


class Tries:
    """Counts the tries of a call, and does something before the one that is named."""

    def __init__(self, call=lambda: None, *, before=None):
        self.call, self.before, self.made = call, before or {}, 0

    def __call__(self):
        self.made += 1
        self.before.get(self.made, lambda: None)()
        return self.call()


def fail(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


def test_call_that_goes_through_is_made_once(lamp):
    tries = Tries(lambda: look_at(lamp))

    retried(tries)

    assert (tries.made, looks_and_witnesses(lamp)) == (1, (1, 1))


def test_lock_that_is_freed_is_had_at_the_next_try(lamp):
    with somebody_else() as other:
        hold(other, lamp)
        tries = Tries(lambda: look_at(lamp), before={2: other.rollback})

        retried(tries)

    assert (tries.made, looks_and_witnesses(lamp)) == (2, (1, 1))


def test_lock_that_is_kept_is_busy_after_three_tries_with_longer_pauses(lamp, monkeypatch):
    pauses = []
    monkeypatch.setattr(retries, "time", SimpleNamespace(sleep=pauses.append))
    with somebody_else() as other:
        hold(other, lamp)
        tries = Tries(lambda: look_at(lamp))

        with pytest.raises(Busy):
            retried(tries)

    assert (tries.made, looks_and_witnesses(lamp)) == (3, (0, 0))
    assert [0.01 <= pause / number <= 0.05 for number, pause in enumerate(pauses, 1)] == [True, True]


def test_serialisation_failure_is_tried_again(lamp):
    @transaction.atomic
    def read_then_write():
        fail("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        seen = Lamp.objects.get(pk=lamp.pk).looked_at
        if tries.made == 1:
            other.execute("UPDATE sample_lamp SET looked_at = 10")
            other.commit()
        Lamp.objects.filter(pk=lamp.pk).update(looked_at=seen + 1)

    with somebody_else() as other:
        tries = Tries(read_then_write)
        retried(tries)

    assert (tries.made, Lamp.objects.get().looked_at) == (2, 11)


def test_deadlock_is_tried_again_and_both_go_through(lamp, together):
    lamps, meeting, through = [lamp, Lamp.objects.create(name="floor")], threading.Barrier(2), threading.Event()

    def cross(number):
        @transaction.atomic
        def both():
            if tries.made > 1:
                through.wait(30)  # or it may overtake who waits for it, and the two are crossed again
            Lamp.objects.filter(pk=lamps[number].pk).update(looked_at=F("looked_at") + 1)
            if tries.made == 1:
                meeting.wait(9)
            Lamp.objects.filter(pk=lamps[1 - number].pk).update(looked_at=F("looked_at") + 1)

        tries = Tries(both)
        retried(tries)
        through.set()
        return tries.made

    made = together(cross, times=2)

    assert (sorted(made), [lamp.looked_at for lamp in Lamp.objects.all()]) == ([1, 2], [2, 2])


def test_nothing_is_tried_again_inside_a_transaction(lamp):
    with somebody_else() as other:
        hold(other, lamp)
        tries = Tries(lambda: look_at(lamp))

        with pytest.raises(OperationalError, match="lock timeout"), transaction.atomic():
            retried(tries)

    assert tries.made == 1


@pytest.mark.parametrize(
    "sql",
    ["SET statement_timeout = '10ms'; SELECT pg_sleep(1)", "SELECT pg_terminate_backend(pg_backend_pid())"],
    ids=["timeout", "server left"],
)
def test_other_failures_of_the_database_are_busy_at_once(sql):
    tries = Tries(lambda: fail(sql))

    with pytest.raises(Busy):
        retried(tries)

    connection.close()
    assert tries.made == 1


def test_connection_that_was_closed_is_busy_at_once():
    tries = Tries(lambda: fail("SELECT 1"), before={1: lambda: (connection.ensure_connection(), connection.connection.close())})

    with pytest.raises(Busy):
        retried(tries)

    connection.close()
    assert tries.made == 1


@pytest.mark.parametrize("error", [DomainError("No."), RuntimeError("broken")])
def test_refusals_and_faults_pass_at_once(error):
    def refuse():
        raise error

    tries = Tries(refuse)

    with pytest.raises(type(error)) as raised:
        retried(tries)

    assert (tries.made, raised.value) == (1, error)


@pytest.fixture
def visit(monkeypatch):
    """Post to the view above, with this before each of its tries."""

    def post(before):
        monkeypatch.setattr(f"{__name__}.before_each_try", before)
        return Client(raise_request_exception=False).post("/look/", {"poster": BytesIO(b"picture")})

    return post


def test_post_that_is_tried_again_has_one_effect(lamp, visit):
    with somebody_else() as other:
        hold(other, lamp)

        response = visit(Tries(before={2: other.rollback}))

    assert (response.status_code, response.content, looks_and_witnesses(lamp)) == (200, b"picture", (1, 1))


def test_post_that_never_goes_through_is_a_busy_page_without_effect(lamp, visit):
    with somebody_else() as other:
        hold(other, lamp)
        tries = Tries()

        response = visit(tries)

    assert (response.status_code, response["Retry-After"], tries.made) == (503, "5", 3)
    assert looks_and_witnesses(lamp) == (0, 0)

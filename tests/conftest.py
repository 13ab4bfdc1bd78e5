"""Fixtures used everywhere."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from _pytest import runner
from django.db import connection, connections
from django.test import TransactionTestCase
from django.utils import translation
from hypothesis import HealthCheck, settings
from whitenoise.middleware import WhiteNoiseMiddleware
from xdist.scheduler import LoadScopeScheduling

from accounts.roles import make_groups
from tests.emptying import empty
from tests.post_office import PostOffice
from ticketing import hints, identity, kept, mail, roles

# What shares something that is slow to start goes to one worker: a browser, whole installations, thousands of events.
TOGETHER = (
    "tests/browser/",
    "tests/local/",
    "tests/events/test_plans.py",
    "tests/ticketing/test_web_server.py",
    "tests/payments/test_anvil.py",
    "tests/payments/test_anvil_faults.py",
    "tests/payments/test_demo_wallet.py",
)
# What takes longest goes first, or two workers would wait for the third at the end.
FIRST = (
    "tests/events/test_admin_walk.py",
    "tests/payments/test_admin_walk.py",
    "tests/accounts/test_admin_pages.py",
    "tests/ticketing/test_workers.py",
    "tests/test_migrations.py",
)

# The same examples at every run, however slow the machine: a run never fails by chance. To look for new ones:
# `pytest --hypothesis-profile=default`.
settings.register_profile("steady", deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")


class Scheduler(LoadScopeScheduling):
    """Groups by path: the marks that xdist has for it are without effect in pytest 9.2."""

    def _split_scope(self, nodeid: str) -> str:
        return next((scope for scope in TOGETHER if nodeid.startswith(scope)), nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    return Scheduler(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: not item.nodeid.startswith(FIRST))


def _with_room(call, *given):
    return call(*given)


# Python keeps frames in chunks of 16 KB, and has the kernel map and unmap one at each call that crosses a chunk's end. Where a
# loop stands there, that is half a million times in eighty tests, a quarter of their time. A frame as large as this one gets
# a chunk of two megabytes, in which all that a test calls finds room.
_with_room.__code__ = _with_room.__code__.replace(co_stacksize=140_000)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    return _with_room(runner.pytest_runtest_protocol, item, nextitem)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Give the roles their rights on the test database, as a migrated site has them."""
    with django_db_blocker.unblock():
        with connection.cursor() as cursor:
            for role in (roles.APP, roles.READONLY):
                cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
                if not cursor.fetchone():
                    cursor.execute(f"CREATE ROLE {role}")
        roles.grant()
        # What migrations wrote is gone after the first test with threads; so that no test builds on it, it goes now.
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE ticketing_auditlog, auth_group CASCADE")
        connection.close()
    TransactionTestCase._fixture_teardown = empty


@pytest.fixture(autouse=True, scope="session")
def _files_are_found_once():
    """Each test client makes every middleware anew; one of them looks at all static files then."""
    look, found = WhiteNoiseMiddleware.add_files_from_finders, {}

    def look_once(middleware) -> None:
        if not found:
            look(middleware)
            found.update(middleware.files)
        middleware.files = dict(found)

    WhiteNoiseMiddleware.add_files_from_finders = look_once


@pytest.fixture
def now() -> datetime:
    return datetime(2027, 2, 13, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _nothing_near(monkeypatch):
    """Tests change the world behind the processes' backs; one test is about what is kept near."""
    monkeypatch.setattr(kept, "NEAR_SECONDS", 0)


@pytest.fixture(autouse=True)
def _fresh_hints():
    """Each test begins with Redis believed reachable, and with nothing of another test's in it."""
    hints.ask_again()
    hints.ask(lambda redis: redis.flushdb(), otherwise=None)
    identity._known = (time.monotonic(), {})  # no page asks for it, but in tests that are about it
    yield
    hints.ask_again()


@pytest.fixture(autouse=True)
def _default_language():
    """Each test begins in the site's own language: a thread keeps the one of the last request it served."""
    translation.deactivate()


@pytest.fixture
def groups():
    """Make the groups, as the migration does."""
    make_groups()


@pytest.fixture
def redis_away(settings):
    """Point this process at a Redis that is not there."""
    settings.REDIS_URL = "redis://127.0.0.1:1"
    hints.client.cache_clear()
    yield
    hints.client.cache_clear()


@pytest.fixture
def broker_down():
    """Point Celery's publishing, and nothing else, at a broker that is not there."""
    from ticketing.celery import app

    def use(url):
        # Celery keeps its pools by address in these two places.
        app.conf.broker_write_url, app._pool, app.amqp._producer_pool = url, None, None

    use("redis://127.0.0.1:1/0")
    yield
    use(app.conf.broker_url)


@pytest.fixture
def office(settings):
    """Have letters go to a real mail server."""
    with PostOffice() as office:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", office.port
        settings.EMAIL_TIMEOUT = 60
        yield office


@pytest.fixture
def sample_letters(monkeypatch):
    """Let the sample app write letters, whose module is not at the top level as a real app's is."""
    monkeypatch.setattr(mail, "_writer", lambda kind: f"tests.{kind.partition('.')[0]}.emails.{kind.partition('.')[2]}")


@pytest.fixture
def together() -> Callable[..., list]:
    """Run a call in many threads at the same moment, each with its own connection; return what each got.

    With `patience`, each waits so long for a lock: hundreds of buyers for one row, on a machine that does other things, too.
    """

    def run(call, *, times: int, patience: str = "") -> list:
        barrier, results = threading.Barrier(times), []

        def one(number: int) -> None:
            try:
                connection.ensure_connection()  # before the start, so that nobody is late for the race
                if patience:
                    connection.cursor().execute(f"SET lock_timeout = '{patience}'")
                barrier.wait(30)
                results.append(call(number))
            except Exception as error:
                results.append(error)
            finally:
                connections.close_all()

        threads = [threading.Thread(target=one, args=(number,)) for number in range(times)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert len(results) == times
        return results

    return run

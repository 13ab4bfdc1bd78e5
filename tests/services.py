"""A PostgreSQL and a Valkey of the tests' own, started before settings are read, gone afterwards.

Named in `addopts` (-p tests.services), because pytest-django reads the settings before any conftest.py.
With DATABASE_URL or REDIS_URL in the environment, those are used instead.
"""

import gc
import os
import shutil
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from ticketing.local.places import BASE_DIR, Places
from ticketing.local.postgres import APP, OWNER, READONLY
from ticketing.local.sharing import Membership, Needs

# What a developer keeps in the environment or in .env is not what tests run with.
HERMETIC = {"ENV_FILE": "", "DEMO": "off", "DEBUG": "off", "RATE_LIMITS": "on", "LOG_FORMAT": "json", "EMAIL_URL": "memorymail://"}
_running: list[tuple[Membership, Path]] = []


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    gc.disable()  # until all is imported and collected
    os.environ.update(HERMETIC)
    if worker := os.environ.get("PYTEST_XDIST_WORKER"):
        # Each worker has a database of its own in PostgreSQL; this gives it one in Valkey too.
        os.environ["REDIS_URL"] = _numbered(os.environ["REDIS_URL"], int(worker[2:]) + 1)
        return
    needs = Needs()
    if not (needs.database or needs.redis):
        return
    parent = Path(os.environ.get("STATE_DIR") or BASE_DIR / "var")
    parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    state = Path(tempfile.mkdtemp(prefix="tests-", dir=parent))
    membership = Membership(Places(state), needs)
    membership.join(owned=True)
    if needs.database:
        _prepare(Places(state))
    _running.append((membership, state))
    os.environ["STATE_DIR"] = str(state)
    if needs.database:
        os.environ["DATABASE_URL"] = Places(state).database_url(OWNER)
    if needs.redis:
        os.environ["REDIS_URL"] = Places(state).redis_url


@pytest.hookimpl(tryfirst=True)  # a worker of xdist answers this itself, and then nobody else is asked
def pytest_runtestloop() -> None:
    """Spare the garbage collector what lives to the end anyway: looking at it, again and again, took a quarter of the time."""
    gc.freeze()
    gc.set_threshold(5_000)
    gc.enable()


def _numbered(redis_url: str, number: int) -> str:
    if redis_url.startswith("unix:"):
        return f"{redis_url.partition('?')[0]}?db={number}"
    return urlsplit(redis_url)._replace(path=f"/{number}").geturl()


def _prepare(places: Places) -> None:
    """Let the owner act as the other roles, as tests do with SET ROLE, and set triggers aside, as only `tests/emptying.py` does.

    And wait for no disk: these rows may be lost.
    """
    with psycopg.connect(host=str(places.run / "postgres"), user="postgres", dbname="postgres", autocommit=True) as connection:
        connection.execute(f"GRANT {APP}, {READONLY} TO {OWNER}")
        connection.execute(f"GRANT SET ON PARAMETER session_replication_role TO {OWNER}")
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")


def pytest_unconfigure() -> None:
    while _running:
        membership, state = _running.pop()
        membership.leave()
        shutil.rmtree(state, ignore_errors=True)

"""After kill -9 of anything, at any moment, the next start helps itself."""

import os
import signal
import socket
import subprocess
from contextlib import suppress
from pathlib import Path
from threading import Thread

import psycopg
import pytest

from ticketing.local import postgres
from ticketing.local.postgres import OWNER
from ticketing.local.processes import kill, wait_until

from .conftest import ASK, LONG, PATIENCE
from .local_chain import BUY

pytestmark = pytest.mark.slow
CHAIN = {"RPC_URLS": ""}


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def bought(site, buyer: str) -> str:
    """Have somebody pay; this can be done as soon as a worker has seen the chain."""
    done: list[str] = []

    def buy() -> bool:
        done[:] = site.command("shell", "-v0", "-c", BUY.format(buyer=buyer), **CHAIN).stdout.split()
        return bool(done)

    assert wait_until(buy, seconds=PATIENCE)
    return done[0]


def is_paid(site, reference: str) -> bool:
    with psycopg.connect(site.places.database_url(OWNER)) as connection:
        found = connection.execute("SELECT status FROM orders_order WHERE reference = %s", [reference])
        return found.fetchone()[0] == "paid"


def test_rows_are_there_after_one_kill_after_another_and_what_was_paid_is_paid(site):
    site.up(**CHAIN).write_letter()
    orders = [bought(site, "Ayu")]
    port, parts, before = site.port, [site.process.pid, *children(site.process.pid)], site.letters()

    for part in parts:  # whose own children live on: web workers, which hold the port, and PostgreSQL's
        os.kill(part, signal.SIGKILL)
    site.up(PORT=port, **CHAIN).write_letter()
    assert site.letters() == before + 1

    kill(site.processes())
    site.up(**CHAIN).write_letter()
    assert site.letters() == before + 2
    orders.append(bought(site, "Bagus"))
    assert wait_until(lambda: all(is_paid(site, reference) for reference in orders), seconds=PATIENCE, step=0.2)
    assert site.command("invariants", **CHAIN).returncode == 0

    hung_worker = next(pid for pid in children(site.pid("granian")) if "granian" in site.processes().get(pid, ""))
    for hung in (hung_worker, site.pid("quiet worker")):
        os.kill(hung, signal.SIGSTOP)
    kill([site.process.pid])
    assert site.gone(PATIENCE), site.processes()  # by itself; it takes a second, when the machine has nothing else to do


def test_killed_first_start_leaves_nothing_half_made(empty_site):
    empty_site.process = empty_site.begun("up")
    assert wait_until(lambda: any(empty_site.places.data.rglob("PG_VERSION")), seconds=PATIENCE, step=0.001)

    os.kill(empty_site.pid("initdb -D"), signal.SIGSTOP)  # as if it hung
    kill([empty_site.process.pid])
    assert empty_site.gone(PATIENCE), empty_site.processes()

    assert empty_site.command(*ASK).stdout == "works\n"
    assert empty_site.gone()


def leave_pid_file(site, pid: int) -> None:
    lines = [pid, site.places.data / "data", 1700000000, 5432, site.places.run / "postgres", "", "1 1", "ready"]
    (site.places.data / "data" / "postmaster.pid").write_text("".join(f"{line}\n" for line in lines))


def test_pid_file_that_names_a_living_foreign_process_is_not_believed(site):
    foreign = subprocess.Popen(["sleep", "60"])
    leave_pid_file(site, foreign.pid)

    done = site.command(*ASK)

    assert foreign.poll() is None
    foreign.kill()
    foreign.wait()
    assert (done.stdout, done.stderr) == ("works\n", "")


def test_pid_file_that_names_a_zombie_is_not_believed(site):
    zombie = subprocess.Popen(["true"])
    assert wait_until(lambda: " Z " in Path(f"/proc/{zombie.pid}/stat").read_text(), seconds=20)
    leave_pid_file(site, zombie.pid)

    done = site.command(*ASK)

    zombie.wait()
    assert (done.stdout, done.stderr) == ("works\n", "")


def test_stale_sockets_are_replaced(site):
    run = site.places.run
    for name in ("valkey.sock", "postgres/.s.PGSQL.5432"):
        with socket.socket(socket.AF_UNIX) as dead:
            (run / name).unlink(missing_ok=True)
            dead.bind(str(run / name))
    (run / "postgres" / ".s.PGSQL.5432.lock").write_text(f"{os.getpid()}\n")

    done = site.command(*ASK)

    assert (done.stdout, done.stderr) == ("works\n", "")


def orphan(site) -> int:
    """Kill a command, whose PostgreSQL lives on; return that one's process id."""
    with site.begun(*LONG) as command:
        command.stdout.readline()
        command.kill()
    return site.pid("postgres -D")


def test_next_command_takes_over_what_a_killed_one_left_and_stops_it(site):
    left = orphan(site)

    with site.begun(*LONG) as command:
        command.stdout.readline()
        assert postgres.running(site.places) == left
        command.terminate()

    assert site.gone()


def test_next_start_replaces_what_a_killed_command_left(site):
    left = orphan(site)

    site.up()

    assert site.pid("postgres -D") != left
    assert site.stop()[0] == 0
    assert site.processes() == {}


def test_busy_backend_of_a_killed_server_is_not_in_the_way(site):
    left = orphan(site)

    def ask() -> None:
        with suppress(psycopg.Error), psycopg.connect(site.places.database_url(postgres.OWNER)) as connection:
            connection.execute("SELECT count(*) FROM generate_series(1, 1000000000) AS number WHERE md5(number::text) = ''")

    asking = Thread(target=ask)
    asking.start()
    assert site.runs("SELECT")

    kill([left])

    assert site.command(*ASK).stdout == "works\n"
    assert site.gone()
    asking.join(30)

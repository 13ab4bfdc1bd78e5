"""The whole system on one machine: starts its parts in order, shows their lines on one stream, stops them all."""

import fcntl
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from .chain import endpoint
from .lines import Lines
from .places import BASE_DIR, LocalProblem, Places
from .processes import dying_with_us, kill, kill_group, marked, on_signals, stop_all
from .sharing import Membership, Needs

# With the services' own limits this stays below ten seconds.
STOP_SECONDS = 4
WEB_SECONDS = 60
PAUSE_SECONDS = 1  # before a part that ended is started again
# Lines as they come, and no page of warnings where root runs the demo.
QUIET_PYTHON = {"PYTHONUNBUFFERED": "1", "PYTHONWARNINGS": "ignore:::celery.platforms"}


@dataclass
class Part:
    """One of our own processes, and when to start it again if it ends."""

    name: str
    command: list[str]
    dies_by: str = "TERM"
    listening: socket.socket | None = None  # ours, so that its successor answers there, too
    process: subprocess.Popen[bytes] | None = None
    again_at: float = 0


class Supervisor:
    def __init__(self, places: Places, *, port: int, with_chain: bool = False, **counts: int) -> None:
        self.places = places
        self.port = port
        self.with_chain = with_chain
        self.counts = counts
        self.lines = Lines()
        self.parts: list[Part] = []
        self._stopping = False

    def run(self, *, prepare: Callable[[], None], describe: Callable[[int], tuple[str, dict[str, Any]]]) -> int:
        """Start everything, tell about it, keep it running until a signal comes; return the exit code.

        `prepare` makes the database ready; `describe` gives the screen to print and what to record.
        """
        on_signals(self._interrupt, signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        self.places.prepare()
        with _only_one(self.places):
            kill(marked(self._mark))  # web workers, which outlive a killed web server and would keep its port
            if full := self.places.full_disk():
                raise LocalProblem(full)
            self.port = _free_port(self.port)
            membership = Membership(self.places, Needs())
            try:
                membership.join(output=self.lines.of, owned=True)
                prepare()
                self._start_parts()
                screen, record = describe(self.port)
                self._write_record(record)
                self.lines.show(screen)
                return self._watch(membership)
            except KeyboardInterrupt:
                return 0
            finally:
                self._stop(membership)

    def _interrupt(self, *_: Any) -> None:
        """Leave whatever is being done, a long migration too; a second signal must not disturb the stopping."""
        if not self._stopping:
            self._stopping = True
            raise KeyboardInterrupt

    @property
    def _mark(self) -> str:
        return f"PART_OF={self.places.state}"

    def _start_parts(self) -> None:
        web, *others = _parts(self.places, self.port, **self.counts)
        if self.with_chain:
            others.append(_chain(self.places))  # it listens from now on, so that web knows where
        # Several Python starts at once cost the page a second or more, so the web server comes first.
        self._start(web)
        self._wait_for_web(web)
        for part in others:
            self._start(part)

    def _start(self, part: Part) -> None:
        name, _, value = self._mark.partition("=")
        with self.lines.of(part.name) as target:
            part.process = subprocess.Popen(
                dying_with_us(part.command, part.dies_by),
                stdin=subprocess.DEVNULL,
                stdout=target,
                stderr=subprocess.STDOUT,
                cwd=BASE_DIR,
                pass_fds=[part.listening.fileno()] if part.listening else [],
                env={**os.environ, "PORT": str(self.port), name: value, **QUIET_PYTHON},
                start_new_session=True,
            )
        if part not in self.parts:
            self.parts.append(part)

    def _wait_for_web(self, web: Part) -> None:
        assert web.process is not None
        end = time.monotonic() + WEB_SECONDS
        while not _answers(self.port):
            if web.process.poll() is not None or time.monotonic() > end:
                raise LocalProblem("The web server did not start; its lines above say why.")
            time.sleep(0.05)

    def _watch(self, membership: Membership) -> int:
        """Restart our own parts when they end, after a pause; end when a service does."""
        while not self._stopping:
            time.sleep(0.2)
            for name, child in membership.children.items():
                if child.poll() is not None:
                    self.lines.say(
                        f"{name} ended by itself (code {child.returncode}); everything stops. {self.places.full_disk()}".rstrip()
                    )
                    return 1
            for part in self.parts:
                self._revive(part)
        return 0

    def _revive(self, part: Part) -> None:
        assert part.process is not None
        now = time.monotonic()
        if part.process.poll() is None:
            return
        if not part.again_at:
            kill_group(part.process)  # its children, who have nobody to serve any more
            part.again_at = now + PAUSE_SECONDS
            self.lines.say(f"{part.name} ended (code {part.process.returncode}); again in {PAUSE_SECONDS} s.")
        elif now >= part.again_at:
            part.again_at = 0
            self._start(part)

    def _stop(self, membership: Membership) -> None:
        """Stop our parts together, then the services."""
        self._stopping = True
        try:
            self.places.record.unlink(missing_ok=True)
            stop_all((part.process for part in self.parts if part.process is not None), seconds=STOP_SECONDS)
        finally:
            membership.leave()
            self.lines.finish()

    def _write_record(self, record: dict[str, Any]) -> None:
        unfinished = self.places.record.with_suffix(".new")
        with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(record, file, indent=2)
        unfinished.replace(self.places.record)


def _parts(places: Places, port: int, *, web_workers: int, web_threads: int, worker_concurrency: int) -> tuple[Part, Part, Part]:
    python = [sys.executable, "-m"]
    celery = [*python, "celery", "-A", "ticketing", "--quiet"]
    web = [*python, "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--log-level", "warning"]
    web += ["--workers", str(web_workers), "--blocking-threads", str(web_threads), "--no-ws"]
    web += ["--respawn-failed-workers", "--workers-kill-timeout", "3", "ticketing.wsgi:application"]
    # Web and worker share the processors here: who waits for a page comes first.
    worker = [
        "nice",
        "-n",
        "10",
        *celery,
        "worker",
        "--queues",
        "celery,chain",
        "--concurrency",
        str(worker_concurrency),
        "--loglevel",
        "WARNING",
    ]
    beat = [*celery, "beat", "--schedule", str(places.state / "celerybeat-schedule"), "--loglevel", "WARNING"]
    # Asked to end, a worker first finishes its tasks. Without us it has no database to finish them with.
    return Part("web", web), Part("worker", worker, dies_by="KILL"), Part("beat", beat)


def _chain(places: Places) -> Part:
    listening = endpoint.opened(places)
    return Part("chain", endpoint.command(listening), dies_by="KILL", listening=listening)


@contextmanager
def _only_one(places: Places) -> Iterator[None]:
    with (places.locks / "up.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise LocalProblem(
                f"It runs already with the state in {places.state}. Stop it, or use another folder: STATE_DIR=var2 PORT=8001 make run"
            ) from error
        yield


def _free_port(port: int) -> int:
    # Bound here without SO_REUSEPORT, which the web server sets: two of those would share a port in silence.
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise LocalProblem(f"Port {port} cannot be had: {error.strerror}. Choose another: PORT=8001 make run") from error
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()

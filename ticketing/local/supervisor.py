"""The whole system on one machine: starts its parts in order, shows their lines on one stream, stops them all."""

import fcntl
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, Any

from .places import BASE_DIR, LocalProblem, Places
from .processes import dying_with_us, stop_all
from .sharing import Membership, Needs

STOP_SECONDS = 5
WEB_SECONDS = 60
LONGEST_PAUSE = 30
# Lines as they come, and no page of warnings where root runs the demo.
QUIET_PYTHON = {"PYTHONUNBUFFERED": "1", "PYTHONWARNINGS": "ignore:::celery.platforms"}
LASTING = 20  # seconds after which a restarted part counts as healthy again


@dataclass
class Part:
    """One of our own processes, and when to start it again if it ends."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0
    failures: int = 0
    again_at: float = field(default=0)


class Supervisor:
    def __init__(self, places: Places, *, port: int) -> None:
        self.places = places
        self.port = port
        self.membership: Membership | None = None
        self.parts: list[Part] = []
        self._stopping = threading.Event()
        self._print_lock = threading.Lock()
        self._pumps: list[threading.Thread] = []

    def run(self, *, prepare: Callable[[], None], describe: Callable[[int], tuple[str, dict[str, Any]]]) -> int:
        """Start everything, tell about it, keep it running until a signal comes; return the exit code.

        `prepare` makes the database ready; `describe` gives the screen to print and what to record.
        """
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self._stopping.set())
        self.places.prepare()
        with _only_one(self.places):
            self.port = _free_port(self.port)
            self.membership = Membership(self.places, Needs())
            try:
                self.membership.join(output=self._stream, owned=True)
                prepare()
                self._start_parts()
                if not self._stopping.is_set():
                    screen, record = describe(self.port)
                    self._write_record(record)
                    self._print(screen)
                return self._watch()
            finally:
                self._stop()

    def _start_parts(self) -> None:
        python = [sys.executable, "-m"]
        threads, web_workers = os.environ.get("WEB_THREADS", "2"), os.environ.get("WEB_WORKERS", "2")
        concurrency = os.environ.get("WORKER_CONCURRENCY", "2")
        web = Part("web", [*python, "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(self.port)])
        web.command += ["--workers", web_workers, "--blocking-threads", threads, "--no-ws", "--respawn-failed-workers"]
        web.command += ["--workers-kill-timeout", "3", "--log-level", "warning", "ticketing.wsgi:application"]
        celery = [*python, "celery", "-A", "ticketing", "--quiet"]
        worker = Part("worker", [*celery, "worker", "--concurrency", concurrency, "--loglevel", "WARNING"])
        schedule = str(self.places.state / "celerybeat-schedule")
        beat = Part("beat", [*celery, "beat", "--schedule", schedule, "--pidfile=", "--loglevel", "WARNING"])
        # Three Python starts at once cost the page a second or more, so the web server comes first.
        self._start(web)
        self._wait_for_web(web)
        for part in (worker, beat):
            if not self._stopping.is_set():
                self._start(part)

    def _start(self, part: Part) -> None:
        with self._stream(part.name) as target:
            part.process = subprocess.Popen(
                dying_with_us(part.command, "TERM"),
                stdin=subprocess.DEVNULL,
                stdout=target,
                stderr=subprocess.STDOUT,
                cwd=BASE_DIR,
                env={**os.environ, "PORT": str(self.port), **QUIET_PYTHON},
                start_new_session=True,
            )
        part.started = time.monotonic()
        if part not in self.parts:
            self.parts.append(part)

    def _wait_for_web(self, web: Part) -> None:
        assert web.process is not None
        end = time.monotonic() + WEB_SECONDS
        while not self._stopping.wait(0.05):
            if web.process.poll() is not None or time.monotonic() > end:
                raise LocalProblem("The web server did not start; its lines above say why.")
            if _answers(self.port):
                return

    def _watch(self) -> int:
        """Restart our own parts when they end, with growing pauses; end when a service does."""
        assert self.membership is not None
        while not self._stopping.wait(0.2):
            for name, child in self.membership.children.items():
                if child.poll() is not None:
                    self._print(f"up       | {name} ended by itself (code {child.returncode}); stopping everything.")
                    return 1
            for part in self.parts:
                self._revive(part)
        return 0

    def _revive(self, part: Part) -> None:
        assert part.process is not None
        if part.process.poll() is None:
            return
        now = time.monotonic()
        if not part.again_at:
            part.failures = 1 if now - part.started > LASTING else part.failures + 1
            pause = min(2 ** (part.failures - 1), LONGEST_PAUSE)
            part.again_at = now + pause
            self._print(f"up       | {part.name} ended (code {part.process.returncode}); again in {pause} s.")
        elif now >= part.again_at:
            part.again_at = 0
            stop_all([part.process], seconds=0)
            self._start(part)

    def _stop(self) -> None:
        """Stop our parts together, then the services. A second signal changes nothing: this is bounded anyway."""
        stop_all((part.process for part in self.parts if part.process is not None), seconds=STOP_SECONDS)
        self.places.record.unlink(missing_ok=True)
        if self.membership is not None:
            self.membership.leave()
        for pump in self._pumps:
            pump.join(timeout=1)

    def _write_record(self, record: dict[str, Any]) -> None:
        unfinished = self.places.record.with_suffix(".new")
        with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(record, file, indent=2)
        unfinished.replace(self.places.record)

    @contextmanager
    def _stream(self, name: str) -> Iterator[int]:
        reading, writing = os.pipe()
        pump = threading.Thread(target=self._pump, args=(name, os.fdopen(reading, "rb")), daemon=True)
        pump.start()
        self._pumps.append(pump)
        try:
            yield writing
        finally:
            os.close(writing)

    def _pump(self, name: str, lines: IO[bytes]) -> None:
        with lines:
            for line in lines:
                self._print(f"{name:<8} | {line.decode(errors='replace').rstrip()}")

    def _print(self, text: str) -> None:
        with self._print_lock:
            try:
                print(text, flush=True)
            except OSError:
                pass  # nobody reads any more; stopping in order matters more than saying so


@contextmanager
def _only_one(places: Places) -> Iterator[None]:
    with (places.run / "up.lock").open("a") as lock:
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
        except (OSError, OverflowError) as error:
            raise LocalProblem(f"Port {port} cannot be had: {error}. Choose another: PORT=8001 make run") from error
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

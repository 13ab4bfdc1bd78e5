"""Whole installations for tests: each in a short folder of its own, and certainly gone afterwards."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from contextlib import contextmanager, suppress
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ticketing.local.places import BASE_DIR, Places
from ticketing.local.postgres import OWNER
from ticketing.local.processes import kill, wait_until

# A new site on a busy machine of one core; nothing waits that long when all is well.
PATIENCE = 180
# A node that nobody asks, since no chain is switched on: so none is started.
NO_CHAIN = "1=http://127.0.0.1:9"
# Prints a word and goes on until it is stopped.
LONG = ("shell", "-v0", "-c", "import time; print('here', flush=True); time.sleep(600)")
# Asks the database and Valkey, and prints a word if both answer.
BOTH = "from django.db import connection; from ticketing.hints import client; connection.ensure_connection(); client().ping()"
ASK = ("shell", "-v0", "-c", f"{BOTH}; print('works')")


class Site:
    """One installation: commands run in it, the whole system runs in it, and what is left of it is seen."""

    def __init__(self, folder: Path, state: str = "s") -> None:
        self.folder = folder
        self.state = folder / state
        self.python = [sys.executable]
        self.process: subprocess.Popen | None = None
        # Nothing of the test session's own environment leaks in, nor a developer's .env.
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8", "ENV_FILE": ""}
        self.environment |= {"TMPDIR": str(folder), "STATE_DIR": str(self.state), "PORT": "0"}
        # As few processes as show the same: a start costs seconds where cores are few.
        self.environment |= {"WEB_WORKERS": "1", "WORKER_CONCURRENCY": "1", "RPC_URLS": NO_CHAIN}
        cookies = urllib.request.HTTPCookieProcessor(CookieJar())
        self.browser = urllib.request.build_opener(urllib.request.ProxyHandler({}), cookies)

    @property
    def places(self) -> Places:
        return Places(self.state)

    def begun(self, *arguments: str, output: Any = subprocess.PIPE, **settings: str) -> subprocess.Popen:
        """Start `manage.py …`."""
        return subprocess.Popen(
            [*self.python, "manage.py", *arguments],
            cwd=BASE_DIR,
            env=self.environment | settings,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.PIPE if output is subprocess.PIPE else subprocess.STDOUT,
        )

    def command(self, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """Run `manage.py …` to its end."""
        with self.begun(*arguments, **settings) as process:
            try:
                printed, said = process.communicate(timeout=PATIENCE)
            finally:
                process.kill()
        return subprocess.CompletedProcess(arguments, process.returncode, printed, said)

    def up(self, **settings: str) -> "Site":
        """Start the whole system, and return when it has told its address."""
        with (self.folder / "log").open("w") as output:
            self.process = self.begun("up", output=output, **settings)
        wait_until(lambda: "Stop with" in self.printed or self.process.poll() is not None, seconds=PATIENCE, step=0.05)
        assert "Stop with" in self.printed, self.printed
        return self

    @property
    def printed(self) -> str:
        return (self.folder / "log").read_text()

    def says(self, words: str) -> bool:
        return wait_until(lambda: words in self.printed, seconds=PATIENCE)

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, float]:
        """Ask it to end; return its exit code and how long that took."""
        begun = time.monotonic()
        self.process.send_signal(number)
        return self.process.wait(PATIENCE), time.monotonic() - begun

    @property
    def record(self) -> dict[str, Any]:
        return json.loads(self.places.record.read_text())

    @property
    def port(self) -> str:
        return self.record["web"].rpartition(":")[2]

    def get(self, path: str = "/") -> tuple[int, str]:
        with self.browser.open(self.record["web"] + path, timeout=60) as response:
            return response.status, response.read().decode()

    def is_served(self) -> bool:
        with suppress(OSError):
            return self.get()[0] == 200
        return False

    def write_letter(self) -> None:
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.get("/demo/mailbox/")[1])
        form = urllib.parse.urlencode({"csrfmiddlewaretoken": token[1]}).encode()
        self.browser.open(self.record["web"] + "/demo/mailbox/write/", form, timeout=60).close()

    def letters(self) -> int:
        """Count the letters that people asked for, in the database."""
        with psycopg.connect(self.places.database_url(OWNER)) as connection:
            found = connection.execute("SELECT count(*) FROM ticketing_historyentry WHERE action = 'demo_letter_asked'")
            return found.fetchone()[0]

    def processes(self) -> dict[int, str]:
        """Return every process whose command line, environment or working folder names the folder."""
        found = {}
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                words = (process / "cmdline").read_bytes()
                traces = words + (process / "environ").read_bytes() + os.fsencode((process / "cwd").readlink())
                if os.fsencode(self.folder) in traces:
                    found[int(process.name)] = words.replace(b"\0", b" ").decode()
        return found

    def owners(self) -> set[int]:
        found = set()
        for pid in self.processes():
            with suppress(FileNotFoundError):  # gone meanwhile
                found.add(Path(f"/proc/{pid}").stat().st_uid)
        return found

    def runs(self, words: str) -> bool:
        """Tell whether a process with these words in its command line runs, soon."""
        return wait_until(lambda: any(words in command for command in self.processes().values()), seconds=PATIENCE, step=0.1)

    def pid(self, words: str) -> int:
        """Return the process whose command line holds these words: the parent, where several do. Numbers begin anew some day."""
        found = [pid for pid, command in self.processes().items() if words in command]
        return next(pid for pid in found if parent(pid) not in found)

    def gone(self, seconds: float = 0) -> bool:
        return wait_until(lambda: not self.processes(), seconds=seconds, step=0.1)

    def kill_all(self) -> None:
        kill(self.processes())
        if self.process is not None:
            self.process.wait(60)


def parent(pid: int) -> int:
    # The program's name, in brackets, may hold anything.
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


@contextmanager
def new_site(state: str = "s", *, like: Site | None = None):
    """Make an installation where nothing runs yet. Its folder is short: socket paths have a limit."""
    site = Site(Path(tempfile.mkdtemp(prefix="t")).resolve(), state)
    if like is not None:
        shutil.copytree(like.state, site.state, ignore=shutil.ignore_patterns("*.sock", ".s.PGSQL.*"))
    try:
        yield site
    finally:
        site.kill_all()
        shutil.rmtree(site.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def used_folder():
    """Make one installation, migrated, for all tests that need no new one."""
    with new_site() as site:
        assert site.command("migrate", "-v0").returncode == 0
        yield site.folder


@pytest.fixture(scope="session")
def running_site():
    """One running system for the tests that leave it as it is, in folders that were there before and open to all."""
    with new_site("a b/c%20d?e#f täglich") as site:
        site.folder.chmod(0o755)
        site.state.mkdir(parents=True)
        site.state.chmod(0o755)
        yield site.up(RPC_URLS="")


@pytest.fixture
def site(used_folder):
    """Return the installation that others used before, where nothing runs: whatever they left, it has to start."""
    site = Site(used_folder)
    yield site
    site.kill_all()


@pytest.fixture
def empty_site():
    with new_site() as site:
        yield site

"""Where local state lives, and the addresses that follow from it. Knows no Django: settings read it."""

import hashlib
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

BASE_DIR = Path(__file__).resolve().parent.parent.parent

# A Unix socket's path may have 107 bytes; PostgreSQL adds a name of its own to the folder's.
LONGEST_SOCKET_FOLDER = 107 - len("/postgres/.s.PGSQL.5432")
FULL = 64 * 2**20  # a new database takes most of that, and its log the rest


class LocalProblem(Exception):
    """Something on this machine keeps local services from starting; the message is the one line to show."""


@dataclass(frozen=True)
class Places:
    """The folders of one local installation."""

    state: Path

    @property
    def data(self) -> Path:
        return self.state / "postgres"

    @property
    def run(self) -> Path:
        """Return the folder of sockets; a short one elsewhere where the path would be too long."""
        beside = self.state / "run"
        if _fits(beside):
            return beside
        digest = hashlib.sha256(os.fsencode(self.state)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"ticketing-{os.getuid()}-{digest}"

    @property
    def locks(self) -> Path:
        """Return the folder of locks: never the short one, which a terminal with another TMPDIR would not find."""
        return self.state / "locks"

    @property
    def logs(self) -> Path:
        return self.state / "logs"

    @property
    def record(self) -> Path:
        return self.state / "services.json"

    def database_url(self, role: str) -> str:
        return f"postgresql://{role}@:5432/ticketing?host={quote(str(self.run / 'postgres'), safe='')}"

    @property
    def redis_url(self) -> str:
        return f"unix://{quote(str(self.run / 'valkey.sock'))}?db=0"

    def prepare(self) -> None:
        """Make our folders, closed to everybody else. A folder that was there before keeps its permissions."""
        try:
            self.state.mkdir(mode=0o700, parents=True, exist_ok=True)
            for folder in (self.data, self.run, self.locks, self.logs):
                folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise LocalProblem(f"Cannot use {self.state} for local state: {error.strerror}.") from error
        for folder in (self.data, self.run, self.locks):
            _refuse_unless_ours(folder)
        if not _fits(self.run):
            raise LocalProblem(f"The path {self.run} is too long for a Unix socket. Set STATE_DIR or TMPDIR to a shorter one.")

    def full_disk(self) -> str:
        """Say that the disk is full, if it is: whatever else went wrong follows from that."""
        free = shutil.disk_usage(self.state).free
        return f"The disk that holds {self.state} is full: {free // 2**20} MB are left." if free < FULL else ""


def here() -> Places:
    """Return the places that STATE_DIR names; like the default, var, it counts from the folder of manage.py.

    Links are followed, so that two names of one folder are not taken for two installations.
    """
    return Places((BASE_DIR / (os.environ.get("STATE_DIR") or "var")).resolve())


def _fits(folder: Path) -> bool:
    # PostgreSQL reads its socket folders as a list, so a comma or a quote in the path would split it.
    return len(os.fsencode(folder)) <= LONGEST_SOCKET_FOLDER and not set(str(folder)) & set(",\"'\\")


def _refuse_unless_ours(folder: Path) -> None:
    found = folder.lstat()  # a link, which somebody else may have put there, is open to everybody and so refused
    if found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise LocalProblem(f"{folder} must belong to you alone (mode 700). Mend that, or set STATE_DIR to another folder.")

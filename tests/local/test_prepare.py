"""deploy/prepare.py, which makes .venv: in a project of its own, with nothing to install and no network."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ticketing.local.places import BASE_DIR

pytestmark = pytest.mark.slow


class Project:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.venv = folder / ".venv"
        (folder / "deploy").mkdir(parents=True)
        shutil.copy(BASE_DIR / "deploy" / "prepare.py", folder / "deploy")
        (folder / "requirements-dev.txt").write_text("# nothing\n")

    def prepare(self, *, pretend: str = "") -> subprocess.CompletedProcess[str]:
        """Run it after a line of Python that makes this machine look like another."""
        script = self.folder / "deploy" / "prepare.py"
        code = f"import runpy, shutil, sys\n{pretend}\nrunpy.run_path({str(script)!r}, run_name='__main__')"
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(self.folder), "PIP_NO_INDEX": "1"}
        return subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path / "a b")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """Return a project whose .venv was made again: it had no pip, and its Python is gone from where it was."""
    project = Project(tmp_path_factory.mktemp("prepared") / "a b")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", project.venv], check=True)
    for python in (project.venv / "bin").glob("python*"):
        python.unlink()
        python.symlink_to(project.folder / "gone")
    done = project.prepare()
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Making .venv ...\n")
    return project


OLD = "sys.version_info, sys.version = (3, 9, 2), '3.9.2 (default)'"


@pytest.mark.parametrize(
    ("pretend", "said"),
    [
        (OLD, "Python 3.11 or newer is needed; this is 3.9.2. Name another: make run PYTHON=python3.11"),
        ("sys.modules['ensurepip'] = None", "Python's venv module is missing. On Debian: apt install python3-venv"),
        ("sys.modules['venv'] = None", "Python's venv module is missing. On Debian: apt install python3-venv"),
        ("shutil.disk_usage = lambda _: shutil._ntuple_diskusage(9, 9, 1000)", "is nearly full: the first start needs 1.5 GB."),
    ],
)
def test_what_is_missing_is_said_in_one_line(project, pretend, said):
    done = project.prepare(pretend=pretend)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith(f"{said}\n")
    assert done.stderr.count("\n") == 1
    assert not project.venv.exists()


def test_second_call_does_nothing(prepared):
    done = prepared.prepare()

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_python_that_is_too_old_is_good_enough_for_what_is_made_already(prepared):
    assert prepared.prepare(pretend=OLD).returncode == 0


def test_folder_behind_a_link_counts(prepared, tmp_path):
    linked = Project(tmp_path / "linked")
    linked.venv.symlink_to(prepared.venv)

    done = linked.prepare()

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_folder_that_was_moved_does_not_count(prepared, tmp_path):
    moved = Project(tmp_path / "moved")
    shutil.copytree(prepared.venv, moved.venv, symlinks=True)

    done = moved.prepare(pretend="shutil.disk_usage = lambda _: shutil._ntuple_diskusage(9, 9, 1000)")

    assert done.stderr.endswith("is nearly full: the first start needs 1.5 GB.\n")  # so it would be made again


def test_changed_lock_is_installed_and_a_failure_is_said_in_one_line(prepared):
    lock = prepared.folder / "requirements-dev.txt"
    lock.write_text(f"nonsense==1.0 --hash=sha256:{'0' * 64}\n")

    done = prepared.prepare()

    lock.write_text("# nothing\n")
    assert done.returncode == 1
    assert done.stderr.startswith("Packages could not be installed: ERROR: ")
    assert done.stderr.count("\n") == 1

"""PostgreSQL refuses to run as root: the ways past that, and a start as an ordinary user."""

import os
import shutil
import site as installed
import subprocess
import sys
from pathlib import Path

import pytest

from ticketing.local.places import BASE_DIR
from ticketing.local.processes import NOBODY, kill

from .conftest import ASK

pytestmark = pytest.mark.slow
as_root = pytest.mark.skipif(os.getuid() != 0, reason="these ways are for root")

# Each way is forced by what its PATH holds. The last setpriv cannot give the capability that is tried first,
# like that of a container with few capabilities.
TOOLS = {"unshare": ["unshare", "setpriv"], "setpriv": ["setpriv"], "weak setpriv": ["setpriv"]}
WEAK = '#!/bin/sh\ncase "$*" in *dac_read_search*) exit 1;; esac\nexec {setpriv} "$@"\n'
OWNER = {"unshare": 0, "setpriv": int(NOBODY), "weak setpriv": int(NOBODY)}


def path_with(folder: Path, way: str) -> str:
    """Return a PATH that holds the tools of one way past root, and nothing else."""
    folder.mkdir()
    for tool in [*TOOLS.get(way, []), "true", "sh"]:
        found = shutil.which(tool) or pytest.skip(f"{tool} is not here")
        (folder / tool).symlink_to(found)
    if way == "weak setpriv":
        (folder / "setpriv").unlink()
        (folder / "setpriv").write_text(WEAK.format(setpriv=shutil.which("setpriv")))
        (folder / "setpriv").chmod(0o755)
    return str(folder)


def possible(way: str) -> bool:
    command = ["unshare", "--user", "--map-user=1", "true"] if way == "unshare" else ["setpriv", "--inh-caps=+dac_override", "true"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@as_root
@pytest.mark.skipif(not possible("setpriv"), reason="not allowed here")
def test_server_that_is_really_nobody_serves_and_dies_with_us(site):
    site.up(PATH=path_with(site.folder / "bin", "setpriv"))

    assert (site.places.data / "data").stat().st_uid == int(NOBODY)
    assert site.get("/")[0] == 200
    kill([site.process.pid])
    assert site.gone(60), site.processes()


@as_root
def test_each_way_past_root_serves_the_state_that_another_made(site):
    ways = [way for way in ("setpriv", "unshare", "weak setpriv", "unshare") if possible(way)]

    for number, way in enumerate(ways):
        done = site.command(*ASK, PATH=path_with(site.folder / f"bin{number}", way))

        assert (done.stdout, done.stderr) == ("works\n", "")
        assert (site.places.data / "data" / "PG_VERSION").stat().st_uid == OWNER[way]


@as_root
def test_root_without_any_way_is_told_in_one_line(empty_site):
    done = empty_site.command("up", PATH=path_with(empty_site.folder / "bin", "none"))

    assert done.returncode == 1
    assert done.stderr == "PostgreSQL does not run as root here. Start as an ordinary user, or set DATABASE_URL.\n"
    assert empty_site.gone()


def ordinary_python(folder: Path) -> list[str]:
    """Return the start of a command that runs our packages as an ordinary user, with a Python which that user may run."""
    # Redis wants this package of Pythons before 3.11.3; a newer one, which made .venv, did not install it.
    (folder / "async_timeout.py").write_text("from asyncio import timeout\n")
    as_nobody = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    packages = f"PYTHONPATH={installed.getsitepackages()[0]}:{folder}"
    for python in (sys.executable, f"/usr/bin/python3.{sys.version_info[1]}", f"/usr/local/bin/python3.{sys.version_info[1]}"):
        command = [*as_nobody, "env", packages, python]
        trial = [*command, "-c", "import django, psycopg, redis; open('manage.py')"]
        if subprocess.run(trial, cwd=BASE_DIR, capture_output=True, check=False).returncode == 0:
            return command
    pytest.skip("an ordinary user cannot read the project here, or has no Python of this version")


@as_root
def test_ordinary_user_runs_the_whole_system(empty_site):
    site = empty_site
    os.chown(site.folder, int(NOBODY), int(NOBODY))
    site.python = ordinary_python(site.folder)

    site.up().write_letter()

    assert site.get("/")[0] == 200
    assert site.letters() == 1
    assert site.owners() == {int(NOBODY)}
    assert (site.places.data / "data").stat().st_uid == int(NOBODY)
    assert site.stop()[0] == 0
    assert site.processes() == {}

"""What keeps the system from starting is said in one line, and nothing is left running."""

import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from ticketing.local import supervisor
from ticketing.local.places import LocalProblem, Places

pytestmark = pytest.mark.slow


def test_nonsensical_number_is_named(empty_site):
    done = empty_site.command("up", WEB_WORKERS="many")

    assert done.returncode == 1
    assert done.stderr.startswith("Setting WEB_WORKERS: “many” is no whole number")
    assert done.stderr.count("\n") == 1
    assert empty_site.gone()


def test_port_that_another_program_holds_is_named(empty_site):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        done = empty_site.command("up", PORT=str(port))

    assert done.returncode == 1
    assert done.stderr == f"Port {port} cannot be had: Address already in use. Choose another: PORT=8001 make run\n"
    assert empty_site.gone()


def test_web_server_that_does_not_start_stops_everything(site):
    done = site.command("up", GRANIAN_HTTP="nonsense")

    assert done.returncode == 1
    assert done.stderr == "The web server did not start; its lines above say why.\n"
    assert "web      | " in done.stdout
    assert site.gone()


@pytest.fixture
def small_disk(empty_site):
    site = empty_site
    site.state.mkdir(mode=0o700)
    mount = ["mount", "-t", "tmpfs", "-o", "size=60m,mode=700", "tmpfs", site.state]
    if os.getuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("only root can mount a small disk, and not everywhere")
    yield site
    site.kill_all()
    subprocess.run(["umount", site.state], check=True)


def fill(folder: Path, *, left: int) -> None:
    free = shutil.disk_usage(folder).free
    with (folder / "ballast").open("wb") as ballast:
        os.posix_fallocate(ballast.fileno(), 0, free - left)


def test_full_disk_is_said_in_one_line(small_disk):
    done = small_disk.command("up")

    assert done.returncode == 1
    assert done.stderr.startswith(f"The disk that holds {small_disk.state} is full: ")
    assert done.stderr.count("\n") == 1
    assert small_disk.gone()


@pytest.mark.parametrize("left", [0, 20 * 2**20, 37 * 2**20])
def test_disk_that_fills_up_on_the_way_is_said_in_one_line(small_disk, left):
    fill(small_disk.state, left=left)

    done = small_disk.command("migrate", "-v0")

    assert done.returncode == 1
    assert done.stderr.startswith(f"The disk that holds {small_disk.state} is full: ")
    assert done.stderr.count("\n") == 1
    assert small_disk.gone()


def test_nearly_full_disk_stops_the_start_before_anything_runs(empty_site, monkeypatch):
    monkeypatch.setattr(Places, "full_disk", lambda places: "The disk is full.")
    monkeypatch.setattr(supervisor, "on_signals", lambda *_: None)  # they would stay with the tests
    hung = subprocess.Popen(["sleep", "60"], env={**os.environ, "PART_OF": str(empty_site.state)})  # a web worker of a killed start

    with pytest.raises(LocalProblem, match=r"^The disk is full\.$"):
        supervisor.Supervisor(empty_site.places, port=0).run(prepare=pytest.fail, describe=pytest.fail)

    assert list(empty_site.places.data.iterdir()) == []
    assert hung.wait(60) == -signal.SIGKILL

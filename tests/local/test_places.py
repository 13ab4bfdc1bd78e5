"""Folders and paths of all kinds: with a blank, long, open to others, somebody else's."""

import os
import shutil
import stat
import tempfile
from pathlib import Path

import pytest

from ticketing.local.places import BASE_DIR, LONGEST_SOCKET_FOLDER, LocalProblem, Places, here

from .conftest import ASK, LONG, new_site

pytestmark = pytest.mark.slow


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def long_places(tmp_path, monkeypatch) -> Places:
    """Return places whose path is too long for sockets, with a folder for temporary files that is not."""
    with tempfile.TemporaryDirectory(prefix="t") as short:
        monkeypatch.setattr("tempfile.tempdir", short)
        yield Places(tmp_path / ("x" * 100))


def test_quotes_and_commas_in_the_path_do_no_harm(site):
    with new_site("a,b'c\"d\\e", like=site) as odd:
        done = odd.command(*ASK)

        assert (done.stdout, done.stderr) == ("works\n", "")


@pytest.mark.parametrize("letter", list(",'\"\\"))
def test_letter_that_splits_a_list_moves_the_sockets_elsewhere(letter):
    places = Places(Path(f"/a{letter}b"))

    assert places.run.parent != places.state


def test_first_command_makes_closed_folders_and_stops_what_it_started(empty_site):
    parents = [empty_site.folder, *empty_site.folder.parents]
    before = [(folder.stat().st_mode, folder.stat().st_uid) for folder in parents]

    done = empty_site.command(*ASK)

    assert (done.returncode, done.stdout, done.stderr) == (0, "works\n", "")
    assert empty_site.gone()
    assert [(folder.stat().st_mode, folder.stat().st_uid) for folder in parents] == before
    assert mode(empty_site.folder) == mode(empty_site.state) == mode(empty_site.places.run) == 0o700


def test_path_of_the_longest_kind_keeps_its_sockets_beside_it(site):
    with new_site() as longest:
        longest.state = longest.folder / ("x" * (LONGEST_SOCKET_FOLDER - len(f"{longest.folder}//run")))
        shutil.copytree(site.places.data, longest.places.data)

        done = longest.command(*ASK, STATE_DIR=str(longest.state))

        assert done.stdout == "works\n"
        assert len(str(longest.state / "run" / "postgres" / ".s.PGSQL.5432")) == 107
        assert (longest.state / "run").exists()


def test_path_that_is_too_long_gets_a_short_folder_and_another_tmpdir_stops_nothing(site, monkeypatch):
    with new_site("x" * 100, like=site) as long_site:
        monkeypatch.setattr("tempfile.tempdir", str(long_site.folder))
        short, elsewhere = long_site.places.run, long_site.folder / "e"
        elsewhere.mkdir()

        with long_site.begun(*LONG) as command:
            command.stdout.readline()
            before = long_site.pid("postgres -D")
            long_site.command("shell", "-v0", "-c", "pass", TMPDIR=str(elsewhere))

            assert long_site.pid("postgres -D") == before
            assert (short.parent, mode(short), short.stat().st_uid) == (long_site.folder, 0o700, os.getuid())
            command.terminate()


NOT_OURS = "must belong to you alone (mode 700). Mend that, or set STATE_DIR to another folder."


@pytest.fixture
def refused(long_places):
    """Ask for the folders of the long path; return why they are refused."""

    def ask() -> str:
        with pytest.raises(LocalProblem) as problem:
            long_places.prepare()
        return str(problem.value)

    return ask


def test_short_folder_that_somebody_left_open_is_refused(long_places, refused):
    long_places.run.mkdir()
    long_places.run.chmod(0o755)

    assert refused() == f"{long_places.run} {NOT_OURS}"


def test_link_in_place_of_the_short_folder_is_refused(long_places, refused, tmp_path):
    long_places.run.symlink_to(tmp_path)

    assert refused() == f"{long_places.run} {NOT_OURS}"


@pytest.mark.skipif(os.getuid() != 0, reason="only root can make a folder that is another user's")
def test_short_folder_of_another_user_is_refused(long_places, refused):
    long_places.run.mkdir(mode=0o700)
    os.chown(long_places.run, 65534, 65534)

    assert refused() == f"{long_places.run} {NOT_OURS}"


def test_no_short_folder_anywhere_is_refused(long_places, refused, tmp_path, monkeypatch):
    elsewhere = tmp_path / ("y" * 100)
    elsewhere.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(elsewhere))

    assert refused() == f"The path {long_places.run} is too long for a Unix socket. Set STATE_DIR or TMPDIR to a shorter one."


def test_file_in_place_of_the_state_folder_is_said_in_one_line(empty_site):
    empty_site.state.write_text("a file")

    done = empty_site.command("up")

    assert (done.returncode, done.stderr) == (1, f"Cannot use {empty_site.state} for local state: File exists.\n")


def test_relative_folder_counts_from_the_project(monkeypatch, tmp_path):
    monkeypatch.setenv("STATE_DIR", "var2")
    monkeypatch.chdir(tmp_path)

    assert here() == Places((BASE_DIR / "var2").resolve())


def test_addresses_escape_what_an_address_cannot_hold():
    places = Places(Path("/a b/c%d"))

    assert places.database_url("me") == "postgresql://me@:5432/ticketing?host=%2Fa%20b%2Fc%25d%2Frun%2Fpostgres"
    assert places.redis_url == "unix:///a%20b/c%25d/run/valkey.sock?db=0"


@pytest.mark.parametrize("name", ["postgres", "run", "locks"])
def test_folder_that_others_may_read_is_refused(tmp_path, name):
    places = Places(tmp_path)
    (tmp_path / name).mkdir()
    (tmp_path / name).chmod(0o755)

    with pytest.raises(LocalProblem, match=f"{name} must belong to you alone"):
        places.prepare()

"""Folders and paths of all kinds: with a blank, long, open to others, somebody else's."""

import os
import stat
from pathlib import Path

import pytest

from ticketing.local.places import BASE_DIR, LONGEST_SOCKET_FOLDER, LocalProblem, Places, here
from ticketing.local.processes import wait_until

from .conftest import ASK, LONG, new_site

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("processes")]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def long_site():
    with new_site("x" * 100) as site:
        yield site


@pytest.fixture
def short_folder(long_site, monkeypatch) -> Path:
    monkeypatch.setattr("tempfile.tempdir", str(long_site.folder))
    return long_site.places.run


def test_blank_in_the_path_lets_a_letter_go_all_the_way():
    with new_site("a b/c d") as site:
        site.up().write_letter()

        assert wait_until(lambda: "you@demo.example" in site.get("/demo/mailbox/")[1], seconds=20, step=0.2)


@pytest.mark.parametrize("name", ["a%20b?c#d täglich", "a,b'c\"d\\e"])
def test_odd_letters_in_the_path_do_no_harm(name, made):
    with new_site(name, like=made) as site:
        done = site.command(*ASK)

        assert (done.stdout, done.stderr) == ("works\n", "")


@pytest.mark.parametrize("letter", list(",'\"\\"))
def test_letter_that_splits_a_list_moves_the_sockets_elsewhere(letter):
    places = Places(Path(f"/a{letter}b"))

    assert places.run.parent != places.state


def test_new_folders_are_closed_and_the_parents_stay_as_they_were(empty_site):
    parents = [empty_site.folder, *empty_site.folder.parents]
    before = [(folder.stat().st_mode, folder.stat().st_uid) for folder in parents]

    empty_site.command(*ASK)

    assert [(folder.stat().st_mode, folder.stat().st_uid) for folder in parents] == before
    assert mode(empty_site.folder) == mode(empty_site.state) == mode(empty_site.places.run) == 0o700


def test_path_of_the_longest_kind_keeps_its_sockets_beside_it():
    with new_site() as site:
        site.state = site.folder / ("x" * (LONGEST_SOCKET_FOLDER - len(f"{site.folder}//run")))

        done = site.command(*ASK, STATE_DIR=str(site.state))

        assert done.stdout == "works\n"
        assert len(str(site.state / "run" / "postgres" / ".s.PGSQL.5432")) == 107
        assert (site.state / "run").exists()


def test_path_that_is_too_long_gets_a_short_folder_for_its_sockets(long_site, short_folder):
    done = long_site.command(*ASK)

    assert done.stdout == "works\n"
    assert short_folder.parent == long_site.folder
    assert (mode(short_folder), short_folder.stat().st_uid) == (0o700, os.getuid())


def test_command_with_another_folder_for_temporary_files_stops_nothing(long_site):
    elsewhere = long_site.folder / "e"
    elsewhere.mkdir()
    with long_site.begun(*LONG) as command:
        command.stdout.readline()
        before = long_site.pid("postgres -D")

        long_site.command("shell", "-v0", "-c", "pass", TMPDIR=str(elsewhere))

        assert long_site.pid("postgres -D") == before
        command.terminate()


def test_short_folder_that_somebody_left_open_is_refused(long_site, short_folder):
    short_folder.mkdir()
    short_folder.chmod(0o755)

    done = long_site.command("up")

    assert done.returncode == 1
    assert done.stderr == f"{short_folder} must belong to you alone (mode 700). Mend that, or set STATE_DIR to another folder.\n"


def test_link_in_place_of_the_short_folder_is_refused(long_site, short_folder):
    (long_site.folder / "mine").mkdir(mode=0o700)
    short_folder.symlink_to(long_site.folder / "mine")

    done = long_site.command("up")

    assert done.returncode == 1
    assert done.stderr.startswith(f"{short_folder} must belong to you alone")


@pytest.mark.skipif(os.getuid() != 0, reason="only root can make a folder that is another user's")
def test_short_folder_of_another_user_is_refused(long_site, short_folder):
    short_folder.mkdir(mode=0o700)
    os.chown(short_folder, 65534, 65534)

    done = long_site.command("up")

    assert done.returncode == 1
    assert done.stderr.startswith(f"{short_folder} must belong to you alone")


def test_no_short_folder_anywhere_is_said_in_one_line(long_site):
    elsewhere = long_site.folder / ("y" * 100)
    elsewhere.mkdir()

    done = long_site.command("up", TMPDIR=str(elsewhere))

    assert done.returncode == 1
    assert "is too long for a Unix socket. Set STATE_DIR or TMPDIR to a shorter one." in done.stderr
    assert done.stderr.count("\n") == 1


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


def test_prepare_refuses_a_data_folder_that_others_may_read(tmp_path):
    places = Places(tmp_path)
    places.data.mkdir()
    places.data.chmod(0o755)

    with pytest.raises(LocalProblem, match="postgres must belong to you alone"):
        places.prepare()

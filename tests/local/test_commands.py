"""Management commands with nothing running: they start what they need, and stop it again."""

import os
import signal

import pytest
from django.core import management

import manage
from ticketing.local.sharing import Needs

from .conftest import ASK, LONG, PATIENCE

pytestmark = pytest.mark.slow


def test_commands_at_once_share_what_the_first_starts(site):
    commands = [site.begun(*ASK) for _ in range(5)]

    said = [command.communicate(timeout=PATIENCE) for command in commands]

    assert said == [("works\n", "")] * 5
    assert site.gone()


def test_settings_for_another_postgresql_are_not_heard(site):
    done = site.command(*ASK, PGPORT="5999", PGHOST="nowhere.example", PGUSER="nobody")

    assert (done.stdout, done.stderr) == ("works\n", "")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_command_that_is_stopped_stops_what_it_started(site, number):
    with site.begun(*LONG) as command:
        command.stdout.readline()

        command.send_signal(number)

        assert command.wait(PATIENCE) == 128 + number
        assert site.gone()


def test_second_signal_does_not_disturb_the_stopping(site):
    with site.begun(*LONG) as command:
        command.stdout.readline()

        for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT):
            command.send_signal(number)

        assert command.wait(PATIENCE) == 128 + signal.SIGHUP
        assert site.gone()


def test_what_the_env_file_says_is_known_before_services_start_and_up_is_a_demo(monkeypatch, tmp_path):
    known = []
    (tmp_path / "env").write_text("DATABASE_URL=postgresql://db.example.org/tickets\n")
    monkeypatch.setenv("ENV_FILE", str(tmp_path / "env"))
    for name in ("DATABASE_URL", "DEMO"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    monkeypatch.setattr(manage.sys, "argv", ["manage.py", "up"])
    monkeypatch.setattr(management, "execute_from_command_line", lambda words: known.append((Needs().database, os.environ["DEMO"])))

    manage.main()

    assert known == [(False, "1")]


def test_no_signal_is_heard_once_the_stopping_has_begun(monkeypatch):
    heard = {}
    monkeypatch.setattr(manage.signal, "signal", heard.__setitem__)

    with pytest.raises(SystemExit, match="143"):
        manage.leave(signal.SIGTERM, None)

    assert heard == dict.fromkeys((signal.SIGINT, signal.SIGTERM, signal.SIGHUP), signal.SIG_IGN)


def test_command_under_nohup_outlives_its_terminal(site):
    site.python = ["nohup", *site.python]
    with site.begun(*LONG) as command:
        command.stdout.readline()

        command.send_signal(signal.SIGHUP)
        command.send_signal(signal.SIGTERM)  # comes second, and is what ends it

        assert command.wait(PATIENCE) == 128 + signal.SIGTERM


def test_failing_command_stops_what_it_started(site):
    done = site.command("migrate", "nonsense")

    assert done.returncode == 1
    assert site.gone()


@pytest.mark.parametrize("arguments", [["check"], ["--version"], ["migrate", "--help"]])
def test_command_that_needs_no_service_starts_none(empty_site, arguments):
    done = empty_site.command(*arguments)

    assert done.returncode == 0
    assert not (empty_site.places.data / "data").exists()

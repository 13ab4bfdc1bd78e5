"""How the whole system ends: asked to, killed in part, killed altogether. Nothing stays behind."""

import signal

import pytest

from ticketing.local.processes import kill, wait_until

from .conftest import LONG, PATIENCE

pytestmark = pytest.mark.slow


def test_killed_parts_come_back_and_sigterm_in_a_pause_stops_everything(site):
    site.up()

    first = site.pid("quiet worker")
    kill([first])
    web = site.pid("granian")
    worker = max(pid for pid, command in site.processes().items() if "granian" in command and pid != web)
    kill([worker])  # which the server replaces itself
    assert wait_until(lambda: site.is_served() and worker not in site.processes(), seconds=PATIENCE, step=0.1)
    assert "web ended" not in site.printed
    before = {pid for pid, command in site.processes().items() if "granian" in command}
    kill([web])
    assert site.says("up       | web ended (code -9); again in 1 s.")
    assert wait_until(lambda: not before & set(site.processes()), seconds=PATIENCE, step=0.1)  # nor its own workers
    assert wait_until(site.is_served, seconds=PATIENCE, step=0.1)
    assert site.says("up       | worker ended (code -9); again in 1 s.")
    assert site.runs("quiet worker")
    assert site.pid("quiet worker") != first
    kill([site.pid("quiet beat")])
    assert site.says("up       | beat ended (code -9); again in 1 s.")

    code, seconds = site.stop()

    assert (code, site.processes()) == (0, {})
    assert seconds < 40
    assert not site.places.record.exists()


def test_ctrl_c_twice_stops_everything_and_takes_the_services_from_a_command(site):
    site.up()
    with site.begun(*LONG) as command:
        command.stdout.readline()
        site.process.send_signal(signal.SIGINT)
        assert wait_until(lambda: not site.places.record.exists(), seconds=PATIENCE, step=0.001)  # the stopping has begun

        code, seconds = site.stop(signal.SIGINT)

        assert (code, list(site.processes())) == (0, [command.pid])
        assert seconds < 40
        command.kill()


def test_sigterm_during_the_first_start_stops_everything(empty_site):
    empty_site.process = empty_site.begun("up")
    assert empty_site.runs("postgres: ")

    code, seconds = empty_site.stop()

    assert (code, empty_site.processes()) == (0, {})
    assert seconds < 40


@pytest.mark.parametrize("service", ["postgres", "valkey"])
def test_death_of_a_service_stops_everything_with_one_line(site, service):
    site.up()

    kill([site.pid(f"/{service}")])

    assert site.process.wait(PATIENCE) == 1
    assert site.printed.count(f"up       | {service} ended by itself (code -9); everything stops.") == 1
    assert site.processes() == {}

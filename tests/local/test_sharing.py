"""Who starts the services, who leaves them to others, and who stops them; with services that only say what they are told."""

from contextlib import nullcontext

import pytest

from ticketing.local import sharing
from ticketing.local.places import Places
from ticketing.local.sharing import Membership, Needs


class Service:
    """One that runs or not, and sees that nobody else comes or leaves while it is started or stopped."""

    def __init__(self, name: str, told: list[str]) -> None:
        self.name, self.told, self.runs = name, told, False

    def running(self, places: Places) -> int | None:
        return 1 if self.runs else None

    def start(self, places: Places, *, output, owned: bool) -> str:
        self._hear("start as ours" if owned else "start", places)
        self.runs = True
        return self.name

    def stop(self, places: Places) -> None:
        if self.runs:
            self._hear("stop", places)
        self.runs = False

    def _hear(self, words: str, places: Places) -> None:
        self.told.append(f"{words}: {self.name}")
        with (places.locks / "start.lock").open("a") as lock:
            assert not sharing._try_exclusive(lock)


@pytest.fixture
def told(monkeypatch):
    told: list[str] = []
    monkeypatch.setattr(sharing, "postgres", Service("postgres", told))
    monkeypatch.setattr(sharing, "valkey", Service("valkey", told))
    monkeypatch.setattr(sharing, "stop_all", lambda children, *, seconds: told.extend(f"wait: {child}" for child in children))
    return told


@pytest.fixture
def come(tmp_path):
    def join(*, owned: bool = False, database: bool = True, redis: bool = False) -> Membership:
        one = Membership(Places(tmp_path), Needs(database=database, redis=redis))
        one.join(output=lambda name: nullcontext(1), owned=owned)
        return one

    return join


def test_the_first_to_come_starts_and_the_last_to_leave_stops(told, come):
    first, second = come(), come()
    assert told == ["start: postgres"]

    first.leave()
    assert told == ["start: postgres"]

    second.leave()
    assert told == ["start: postgres", "stop: postgres"]


def test_what_a_killed_command_left_is_used_by_a_command_and_replaced_by_the_site(told, come):
    sharing.postgres.runs = True
    command = come()
    site = come(owned=True)  # which finds that the command uses it, and leaves it to the command
    site.leave()
    assert told == []

    command.leave()
    assert told == ["stop: postgres"]

    sharing.postgres.runs = True
    come(owned=True)
    assert told[1:] == ["stop: postgres", "start as ours: postgres"]


def test_the_site_takes_what_it_started_along_whoever_uses_it(told, come):
    site, command = come(owned=True), come()

    site.leave()

    assert told == ["start as ours: postgres", "stop: postgres", "wait: postgres"]
    command.leave()


@pytest.mark.parametrize(("owned", "start"), [(False, "start"), (True, "start as ours")])
def test_each_service_is_started_unless_another_address_replaces_it(told, come, owned, start):
    come(database=False, owned=owned).leave()
    come(database=False, redis=True, owned=owned).leave()
    come(redis=True, owned=owned).leave()

    assert told == [
        *(f"{start}: valkey", "stop: valkey", "wait: valkey"),
        *(f"{start}: postgres", f"{start}: valkey", "stop: valkey", "stop: postgres", "wait: postgres", "wait: valkey"),
    ]


def test_who_has_both_elsewhere_leaves_no_trace_here(told, tmp_path, monkeypatch):
    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.setenv(name, "elsewhere")

    with sharing.services(Places(tmp_path / "state")):
        pass

    assert (told, list(tmp_path.iterdir())) == ([], [])

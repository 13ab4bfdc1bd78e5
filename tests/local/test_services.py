"""A service that is of no use is ended, and one that runs is left alone."""

import subprocess

import pytest

from ticketing.local import postgres, valkey
from ticketing.local.places import LocalProblem

pytestmark = pytest.mark.slow


def begin(service, site, *, owned=False):
    return service.start(site.places, output=subprocess.DEVNULL, owned=owned)


def test_postgres_whose_database_cannot_be_made_is_ended(empty_site, monkeypatch):
    def refuse(places):
        raise LocalProblem("No.")

    empty_site.places.prepare()
    monkeypatch.setattr(postgres, "_make_database", refuse)

    with pytest.raises(LocalProblem):
        begin(postgres, empty_site)

    assert empty_site.gone(20)


def test_second_postgres_in_one_folder_is_refused_and_the_first_stays(empty_site):
    empty_site.places.prepare()
    first = begin(postgres, empty_site)

    with pytest.raises(LocalProblem, match="PostgreSQL did not start"):
        begin(postgres, empty_site)

    assert (first.poll(), postgres.running(empty_site.places)) == (None, first.pid)
    postgres.stop(empty_site.places)
    assert first.wait(60) == 0
    control = subprocess.run(
        [postgres._binary("pg_controldata"), empty_site.places.data / "data"], capture_output=True, text=True, check=True
    )
    assert "cluster state:               shut down\n" in control.stdout  # asked kindly, it ends in order, and need not recover
    assert empty_site.gone(20)


def test_valkey_that_does_not_answer_is_ended(empty_site, monkeypatch):
    empty_site.places.prepare()
    monkeypatch.setattr(valkey, "running", lambda places: False)
    monkeypatch.setattr(valkey, "wait_until", lambda question, *, seconds: question())

    with pytest.raises(LocalProblem, match="Valkey did not start"):
        begin(valkey, empty_site)

    assert empty_site.gone()


def test_valkey_that_ends_at_once_is_not_waited_for(empty_site, monkeypatch):
    empty_site.places.prepare()
    monkeypatch.setattr(valkey, "_settings", lambda places: ["--nonsense"])

    with pytest.raises(LocalProblem, match="Valkey did not start"):
        begin(valkey, empty_site)


def test_valkey_reads_nothing_from_the_folder_where_it_was_called(empty_site, monkeypatch):
    empty_site.places.prepare()
    (empty_site.folder / "dump.rdb").write_text("somebody else's")

    with monkeypatch.context() as here:  # and out again, or we would be killed with what is left in it
        here.chdir(empty_site.folder)
        process = begin(valkey, empty_site)

    valkey.stop(empty_site.places)
    assert process.wait(60) == 0

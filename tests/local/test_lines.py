"""What all processes say, on one output."""

import os
import sys
from contextlib import suppress

from ticketing.local.lines import Lines
from ticketing.local.places import Places
from ticketing.local.processes import kill_group, wait_until
from ticketing.local.supervisor import Part, Supervisor


def test_output_that_nobody_reads_any_more_stops_nothing(monkeypatch):
    reading, writing = os.pipe()
    os.close(reading)
    output = os.fdopen(writing, "w")
    monkeypatch.setattr("sys.stdout", output)

    Lines().say("the last words")

    with suppress(BrokenPipeError):
        output.close()


def test_what_a_part_prints_is_shown_while_it_runs(tmp_path, monkeypatch):
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)
    site, said = Supervisor(Places(tmp_path), port=0), []
    monkeypatch.setattr(site.lines, "show", said.append)
    part = Part("web", [sys.executable, "-c", "import time; print('here'); time.sleep(60)"])

    site._start(part)
    heard = wait_until(lambda: said == ["web      | here"], seconds=60)
    kill_group(part.process)

    assert heard

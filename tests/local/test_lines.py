"""What all processes say, on one output."""

import os
from contextlib import suppress

from ticketing.local.lines import Lines


def test_output_that_nobody_reads_any_more_stops_nothing(monkeypatch):
    reading, writing = os.pipe()
    os.close(reading)
    output = os.fdopen(writing, "w")
    monkeypatch.setattr("sys.stdout", output)

    Lines().say("the last words")

    with suppress(BrokenPipeError):
        output.close()

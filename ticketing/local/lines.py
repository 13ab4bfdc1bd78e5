"""What all processes say, on our one output: each line with its speaker's name in front."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO


class Lines:
    def __init__(self) -> None:
        self._one_at_a_time = threading.Lock()
        self._readers: list[threading.Thread] = []

    @contextmanager
    def of(self, speaker: str) -> Iterator[int]:
        """Give a file descriptor for a child to write to; it is closed here once the child has it."""
        reading, writing = os.pipe()
        reader = threading.Thread(target=self._copy, args=(speaker, os.fdopen(reading, "rb")), daemon=True)
        reader.start()
        self._readers.append(reader)
        try:
            yield writing
        finally:
            os.close(writing)

    def say(self, text: str, *, speaker: str = "up") -> None:
        self.show(f"{speaker:<8} | {text}")

    def show(self, text: str) -> None:
        with self._one_at_a_time:
            try:
                print(text, flush=True)
            except OSError:
                pass  # nobody reads any more; stopping in order matters more than saying so

    def finish(self) -> None:
        """Wait for the last words of children that have ended."""
        for reader in self._readers:
            reader.join(timeout=1)

    def _copy(self, speaker: str, lines: IO[bytes]) -> None:
        with lines:
            for line in lines:
                text = line.decode(errors="replace").rstrip()
                if text:
                    self.say(text, speaker=speaker)

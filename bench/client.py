"""A small closed-loop HTTP client: some connections, each asking again as soon as it is answered."""

import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import quantiles
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Ask:
    """What to ask for, and the status that is right; anything else ends the measuring."""

    path: str
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Figures:
    rate: float  # answers a second
    p50: float  # milliseconds
    p95: float
    client: float  # of one core

    @classmethod
    def of(cls, seconds: list[float], elapsed: float, cpu: float) -> "Figures":
        marks = quantiles(seconds, n=100)
        return cls(round(len(seconds) / elapsed, 1), round(marks[49] * 1000, 2), round(marks[94] * 1000, 2), round(cpu / elapsed, 2))


class Connection:
    """One kept-alive connection. It knows only the HTTP that our own server speaks, to cost little."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self.host = parts.netloc
        self.socket = socket.create_connection((str(parts.hostname), parts.port or 80), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def get(self, ask: Ask) -> bytes:
        """Return the whole answer, headers included."""
        status, got = self.send("GET", ask.path, ask.headers)
        if status != ask.status:
            raise RuntimeError(f"{ask.path}: {got[:400].decode(errors='replace')}")
        return got

    def send(self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> tuple[int, bytes]:
        """Return the status, and the whole answer, headers included."""
        lines = "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())
        if body:
            lines += f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
        self.socket.sendall(f"{method} {path} HTTP/1.1\r\nHost: {self.host}\r\n{lines}\r\n".encode() + body)
        got = b""
        while (end := got.find(b"\r\n\r\n")) < 0:
            got += self._more()
        head = got[:end].lower()
        length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
        while len(got) < end + 4 + length:
            got += self._more()
        return int(head[9:12]), got

    def _more(self) -> bytes:
        got = self.socket.recv(2**17)
        if not got:
            raise ConnectionError("the server closed the connection")
        return got


def load(address: str, ask: Ask, *, connections: int, seconds: float) -> Figures:
    """Measure with all connections at once."""
    taken: list[float] = []
    until = time.perf_counter() + seconds

    def one() -> None:
        connection, now = Connection(address), time.perf_counter()
        while now < until:
            connection.get(ask)
            then, now = now, time.perf_counter()
            taken.append(now - then)

    threads = [threading.Thread(target=one) for _ in range(connections)]
    began, cpu = time.perf_counter(), time.process_time()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Figures.of(taken, time.perf_counter() - began, time.process_time() - cpu)

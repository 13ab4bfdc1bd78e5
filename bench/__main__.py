"""Measure the public pages on a system of its own: `make bench`. One JSON line for each figure, and docs/performance.md.

Beside each page stands what it could be at best: a Django view without anything on the same kind of server, and the page's own
statements sent by psycopg alone. All in one run, since only the ratios say something about another machine.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from . import buying, chain, door, phone
from .client import Ask, Connection, Figures, load
from .processes import cpu_of

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- written by make bench -->", "<!-- until here -->"
CONNECTIONS, ROUNDS = 8, 3
KINDS = ("seed", "warm", "cold", "phone", "buying", "door", "chain")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Example: python -m bench --events 100000 --seconds 5")
    parser.add_argument("--events", type=int, default=100_000, help="how many events there are (default 100,000)")
    parser.add_argument("--seconds", type=float, default=5, help="how long each page is asked for, three times (default 5)")
    parser.add_argument("--keep", action="store_true", help="write nothing into docs/performance.md")
    options = parser.parse_args()
    figures = [*measured(options.events, options.seconds), *watched()]
    if not options.keep:
        write(figures, options.events)


def measured(events: int, seconds: float) -> Iterator[dict[str, Any]]:
    with site() as (address, pid):
        say(f"Making {events:,} events")
        began = time.monotonic()
        subprocess.run([sys.executable, "manage.py", "seed_demo", "--events", str(events)], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        yield told("seed", "events made", count=events, seconds=round(time.monotonic() - began))
        setup()
        asks = pages(address)
        size = len(Connection(address).get(asks["event page"]))
        with bare(size) as (bare_address, bare_pid):
            for name, (where, ask) in {
                "bare Django view": (bare_address, Ask("/")),
                "no page, all middleware": (address, Ask("/healthz")),
                **{name: (address, ask) for name, ask in asks.items()},
                "bare Django view, again": (bare_address, Ask("/")),
            }.items():
                yield told("warm", name, **warm(where, ask, seconds, pid if where == address else bare_pid))
        for name, ask in asks.items():
            if ask.status == 200:
                yield told("cold", name, **cold(address, ask), psycopg_p50=psycopg_alone(ask.path))
        yield from (told("phone", name, **values) for name, values in phone.looked_at(address, asks))
        yield from (told("buying", **figures) for figures in buying.measured(address, pid, seconds * ROUNDS))
        yield from (told("door", **figures) for figures in door.measured(address))


def watched() -> Iterator[dict[str, Any]]:
    """Measure the watcher in a process of its own, once nothing else of ours runs; the database is still there."""
    say(f"Making {chain.MANY:,} orders that wait")
    told_lines = subprocess.run([sys.executable, "-m", "bench.chain"], cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
    yield from (told("chain", **json.loads(line)) for line in told_lines.splitlines())


def warm(where: str, ask: Ask, seconds: float, pid: int) -> dict[str, float]:
    """Ask as fast as it is answered. The processor time of all that serves is what another load on the machine changes least."""
    rounds, began, answers = [], cpu_of(pid), 0.0
    for _ in range(ROUNDS):
        rounds.append(load(where, ask, connections=CONNECTIONS, seconds=seconds))
        answers += rounds[-1].rate * seconds
    return {**vars(middle(rounds)), "cpu_ms": round((cpu_of(pid) - began) / answers * 1000, 2)}


def middle(rounds: list[Figures]) -> Figures:
    """Return the round whose rate is the median: something else always runs on the machine."""
    return sorted(rounds, key=lambda figures: figures.rate)[len(rounds) // 2]


def pages(address: str) -> dict[str, Ask]:
    from django.utils import timezone

    from events.models import Event

    event = Event.objects.on_sale(timezone.now()).order_by("-starts_at")[50]
    part = f"{event.get_absolute_url()}availability/"
    etag = Connection(address).get(Ask(part)).lower().partition(b"etag: ")[2].partition(b"\r\n")[0].decode()
    return {
        "home": Ask("/"),
        "search": Ask("/?q=kabut"),
        "search, misspelt": Ask("/?q=glashouse"),
        "filtered": Ask("/?city=Bandung&price=25"),
        "event page": Ask(event.get_absolute_url()),
        "availability, 304": Ask(part, 304, {"If-None-Match": etag}),
    }


def cold(address: str, ask: Ask, times: int = 15) -> dict[str, float]:
    """Ask with nothing kept, one at a time, and only after what is near each process has gone, too."""
    from ticketing import kept

    connection, taken = Connection(address), []
    for _ in range(times):
        kept.forget_all()
        time.sleep(kept.NEAR_SECONDS)
        began = time.perf_counter()
        connection.get(ask)
        taken.append(time.perf_counter() - began)
    figures = Figures.of(taken, sum(taken), 0)
    return {"rate": figures.rate, "p50": figures.p50, "p95": figures.p95}


def psycopg_alone(path: str, times: int = 15) -> float:
    """Return the milliseconds that the page's statements take without Django."""
    import psycopg
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from ticketing import kept
    from ticketing.local.postgres import APP

    kept.forget_all()
    with CaptureQueriesContext(connection) as captured:
        Client(HTTP_HOST="localhost").get(path)
    taken = []
    with psycopg.connect(settings.PLACES.database_url(APP), autocommit=True) as alone:
        for _ in range(times):
            began = time.perf_counter()
            for query in captured:
                alone.execute(query["sql"]).fetchall()
            taken.append(time.perf_counter() - began)
    return round(median(taken) * 1000, 2)


# What runs


@contextmanager
def site() -> Iterator[tuple[str, int]]:
    """Run a whole system with state of its own and without rate limits; yield its address and its process."""
    os.environ.setdefault("STATE_DIR", "var/bench")
    os.environ.update(ENV_FILE="", PORT="0", RATE_LIMITS="off", LOG_FORMAT="json", DEMO="on", DEBUG="off")
    for name in ("DATABASE_URL", "REDIS_URL", "SITE_URL"):
        os.environ.pop(name, None)
    record = ROOT / os.environ["STATE_DIR"] / "services.json"
    record.unlink(missing_ok=True)
    record.parent.mkdir(parents=True, exist_ok=True)
    with (record.parent / "bench.log").open("wb") as log, running([sys.executable, "manage.py", "up"], log) as up:
        wait(lambda: record.exists() or up.poll() is not None, seconds=120)
        yield str(json.loads(record.read_text())["web"]), up.pid


@contextmanager
def bare(size: int) -> Iterator[tuple[str, int]]:
    """Run the bare view under the same server with as many workers and threads."""
    from django.conf import settings

    from ticketing.local.supervisor import _free_port

    port = _free_port(0)
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--no-ws"]
    command += ["--workers", str(settings.WEB_WORKERS), "--blocking-threads", str(settings.WEB_THREADS), "--log-level", "warning"]
    command += ["bench.bare:application"]
    environment = {**os.environ, "BARE_BYTES": str(size)}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    with running(command, subprocess.DEVNULL, env=environment) as server:
        wait(lambda: answers(f"http://127.0.0.1:{port}"), seconds=20)
        yield f"http://127.0.0.1:{port}", server.pid


@contextmanager
def running(command: list[str], output: Any, **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT, **options)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(20)


def setup() -> None:
    """Let this process ask the same database and the same Redis."""
    import django

    os.environ.update(DJANGO_SETTINGS_MODULE="ticketing.settings", LOG_LEVEL="warning")
    sys.argv = ["manage.py", "bench"]  # by which settings know what this process is
    django.setup()


def answers(address: str) -> bool:
    try:
        return bool(Connection(address).get(Ask("/")))
    except OSError:
        return False


def wait(until: Callable[[], bool], *, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not until():
        if time.monotonic() > end:
            raise SystemExit("It did not start; bench.log in STATE_DIR says why.")
        time.sleep(0.2)


# What is said


def told(kind: str, what: str, **values: Any) -> dict[str, Any]:
    figure = {"kind": kind, "what": what, **values}
    print(json.dumps(figure), flush=True)  # noqa: T201  # its output
    return figure


def say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)  # noqa: T201  # not its output


def write(figures: list[dict[str, Any]], events: int) -> None:
    """Put the tables between the two marks of the page."""
    of = {kind: [figure for figure in figures if figure["kind"] == kind] for kind in KINDS}
    best = of["warm"][0]["rate"]
    lines = [
        f"{events:,} events, made or found there in {of['seed'][0]['seconds']} s. {os.cpu_count()} cores; the client runs on them, too.",
        "",
    ]
    lines += ["| warm | answers/s | of the bare view | p50 ms | p95 ms | CPU ms each | client's CPU |", "|---|--:|--:|--:|--:|--:|--:|"]
    lines += [
        f"| {f['what']} | {f['rate']:,.0f} | {f['rate'] / best:.0%} | {f['p50']:.1f} | {f['p95']:.1f} | {f['cpu_ms']:.2f} "
        f"| {f['client']:.0%} |"
        for f in of["warm"]
    ]
    lines += ["", "| cold, one at a time | p50 ms | p95 ms | its statements by psycopg alone, p50 ms |", "|---|--:|--:|--:|"]
    lines += [f"| {f['what']} | {f['p50']:.1f} | {f['p95']:.1f} | {f['psycopg_p50']:.1f} |" for f in of["cold"]]
    lines += ["", "| slow phone | kB without pictures | kB in all | largest paint, s | layout shift |", "|---|--:|--:|--:|--:|"]
    lines += [f"| {f['what']} | {f['kb']:.0f} | {f['kb_all']:.0f} | {f['lcp']:.2f} | {f['shift']:.3f} |" for f in of["phone"]]
    lines += ["", *buying.table(of["buying"]), *door.table(of["door"]), "", *chain.table(of["chain"])]
    before, _, rest = PAGE.read_text().partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n\n" + "\n".join(lines) + f"\n\n{END}{after}")


if __name__ == "__main__":
    main()

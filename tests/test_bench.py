"""The bench's own parts: the client counts answers and refuses wrong ones, the tables go between their marks."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bench import __main__ as bench
from bench import buying, door
from bench.client import Ask, Connection, Figures, load
from tests import factories


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = b"x" * 50_000 if self.path == "/large" else b"ok"
        self.send_response(304 if self.headers.get("If-None-Match") == '"1"' else 200 if self.path != "/gone" else 404)
        self.send_header("Content-Length", "0" if self.headers.get("If-None-Match") else str(len(body)))
        self.end_headers()
        self.wfile.write(b"" if self.headers.get("If-None-Match") else body)

    def log_message(self, *_):
        pass


@pytest.fixture
def address():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_connection_reads_whole_answers_one_after_the_other(address):
    connection = Connection(address)

    for _ in range(3):
        assert connection.get(Ask("/large")).endswith(b"\r\n\r\n" + b"x" * 50_000)
    assert connection.get(Ask("/", 304, {"If-None-Match": '"1"'})).endswith(b"\r\n\r\n")


def test_wrong_status_ends_the_measuring(address):
    with pytest.raises(RuntimeError, match=r"/gone: HTTP/1\.1 404"):
        Connection(address).get(Ask("/gone"))


def test_load_counts_what_was_answered(address):
    figures = load(address, Ask("/"), connections=2, seconds=1)

    assert figures.rate > 0
    assert 0 < figures.p50 <= figures.p95


def test_figures_are_of_all_answers():
    assert Figures.of([0.001] * 95 + [0.1] * 5, elapsed=2, cpu=1) == Figures(rate=50.0, p50=1.0, p95=95.05, client=0.5)


def test_middle_is_the_round_with_the_median_rate():
    rounds = [Figures(rate, 1, 1, 0) for rate in (300.0, 100.0, 200.0)]

    assert bench.middle(rounds).rate == 200


CROWD = {"rate": 90.0, "journey_p50": 80.5, "journey_p95": 120.0, "form_p50": 30.0, "form_p95": 50.0, "cpu_ms": 20.1}
CROWD |= {"memory_mb": 480, "letters_rate": 60.0, "psycopg": 2500.0}
SCANS = {"rate": 80.0, "admitted_p50": 9.5, "admitted_p95": 20.0, "already_p50": 8.0, "already_p95": 12.5, "let_in": 300}

BLOCK = {"database_ms": 12.5, "whole_ms": 30.0, "whole_p95_ms": 45.5, "paid": 60, "memory_grew_mb": 1.5}


def test_tables_stand_between_the_marks_and_nothing_else_changes(tmp_path, monkeypatch):
    page = tmp_path / "performance.md"
    page.write_text(f"# Before\n\n{bench.BEGIN}\nstale words\n{bench.END}\n\nAfter.\n")
    monkeypatch.setattr(bench, "PAGE", page)

    bench.write(
        [
            {"kind": "seed", "what": "events made", "count": 9, "seconds": 1},
            {"kind": "warm", "what": "bare", "rate": 2000.0, "p50": 1.0, "p95": 2.0, "client": 0.1, "cpu_ms": 0.2},
            {"kind": "warm", "what": "home", "rate": 500.0, "p50": 4.0, "p95": 9.0, "client": 0.1, "cpu_ms": 1.2},
            {"kind": "buying", "what": "8 clients", **CROWD},
            {"kind": "buying", "what": "500 tickets", "seconds": 6.5, "sold": 500, "tickets": 500, "told_no": 500, "errors": 0},
            {"kind": "door", "what": "4 gates", **SCANS},
            {"kind": "chain", "what": "100 orders waiting", **BLOCK},
            {"kind": "chain", "what": "100,000 orders waiting", **BLOCK, "whole_ms": 33.0},
        ],
        events=9,
    )

    written = page.read_text()
    assert written.startswith(f"# Before\n\n{bench.BEGIN}\n\n9 events, made or found there in 1 s.")
    assert "| home | 500 | 25% | 4.0 | 9.0 | 1.20 | 10% |\n" in written
    assert "| 8 clients | 90.0 | 80.5, 120.0 | 30.0, 50.0 | 20.1 | 480 | 60.0 | 2,500 |\n" in written
    assert "500 tickets: over in 6.5 s; 500 sold, 500 tickets made, 500 told that there are none, 0 errors.\n" in written
    assert "| 100 orders waiting | 12.5 | 30.0, 45.5 | 60 | 1.5 |\n" in written
    assert "With many waiting a block costs 1.10 times what it costs with few.\n" in written
    assert "| 4 gates | 80.0 | 9.5, 20.0 | 8.0, 12.5 |\n" in written
    assert written.endswith(f"{bench.END}\n\nAfter.\n")
    assert "stale words" not in written


def test_cpu_is_that_of_the_process_and_its_children():
    import os

    assert bench.cpu_of(os.getpid()) > 0


@pytest.mark.django_db(transaction=True)
def test_buyer_gets_a_ticket_and_hears_when_there_are_none(live_server):
    factories.promoter()
    event = buying.free_event(1)

    first = buying.Buyer(live_server.url, event, 1).buy(0)
    second = buying.Buyer(live_server.url, event, 2).buy(0)

    assert (first[0], second[0]) == (True, False)
    assert event.tickets.count() == 1


@pytest.mark.django_db(transaction=True)
def test_gates_let_each_ticket_in_once_and_hear_it_the_second_time(live_server):
    factories.member(factories.promoter())
    event, codes = door.event_tonight(3)

    figures = door.crowd(live_server.url, event, codes, 2)

    assert (figures["let_in"], event.tickets.filter(status="used").count()) == (3, 3)
    assert 0 < figures["already_p50"] <= figures["already_p95"]

"""The local chain's node: the ledger behind one lock, a clock that makes blocks, and a door of JSON-RPC."""

import json
import socket
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from eth.exceptions import PyEVMError
from eth_tester.exceptions import BlockNotFound, TransactionFailed
from eth_tester.exceptions import ValidationError as TesterError
from eth_utils.exceptions import ValidationError
from rlp.exceptions import RLPException

from . import answers
from .ledger import Ledger

BUSY, IDLE = 2, 60  # seconds between two blocks
AFTER = answers.FINAL + 4  # blocks that follow the last transaction
LONGEST = 2**20  # bytes of a question
# What the machine and its parts say to a transaction or a question that makes no sense.
MACHINE = (PyEVMError, TesterError, ValidationError, RLPException, TransactionFailed, BlockNotFound)
SENSELESS = (*MACHINE, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


class Node:
    def __init__(self, ledger: Ledger, *, clock: Callable[[], float]) -> None:
        self._ledger, self._clock = ledger, clock
        self._changed = threading.Condition()
        self._made_at = time.monotonic()
        self._empty = 0

    def answer(self, asked: Any) -> Any:
        if isinstance(asked, list):
            return [self.answer(one) for one in asked]
        number = asked.get("id") if isinstance(asked, dict) else None
        try:
            with self._changed:
                found = self._found(asked["method"], asked.get("params") or [])
                self._changed.notify()
            return {"jsonrpc": "2.0", "id": number, "result": found}
        except answers.Refused as refusal:
            return _error(number, refusal.code, refusal)
        except SENSELESS as error:
            return _error(number, -32000, error)

    def make_blocks(self) -> None:
        while True:
            with self._changed:
                self._changed.wait(max(0, self._made_at + self._pause - time.monotonic()))
                if time.monotonic() >= self._made_at + self._pause:
                    self._make_block()

    def _make_block(self) -> None:
        self._empty = 0 if self._ledger.is_waited_for else self._empty + 1
        self._made_at = time.monotonic()
        self._ledger.mine(at=self._clock())

    def _found(self, method: str, given: list[Any]) -> Any:
        if method == "evm_mine":  # by whoever does not want to wait
            self._make_block()
            return "0x0"
        return answers.answer(self._ledger, method, given)

    @property
    def _pause(self) -> int:
        return BUSY if self._ledger.is_waited_for or self._empty < AFTER else IDLE


def _error(number: Any, code: int, error: Exception) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": number, "error": {"code": code, "message": str(error)[:200] or type(error).__name__}}


class Door(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer in one piece: in two, the second would wait for a sign of life
    server: "Server"

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if self.path != self.server.path or not 0 < length <= LONGEST:
            self.close_connection = True
            self.send_error(404)
            return
        try:
            told = self.server.node.answer(json.loads(self.rfile.read(length)))
        except ValueError:
            told = _error(None, -32700, ValueError("this is no JSON"))
        body = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing: addresses here are secret, and questions come every second."""


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, listening: socket.socket, node: Node, *, path: str) -> None:
        self.node, self.path = node, path
        super().__init__(listening.getsockname(), Door, bind_and_activate=False)
        self.socket.close()
        self.socket = listening

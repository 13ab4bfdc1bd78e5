"""A small JSON-RPC endpoint on loopback in front of a node, fake or real, with every fault that was met in the wild."""

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from payments.blocks import Header, Log, Receipt
from payments.chain.node import UnknownBlock
from tests.payments.fake_chain import FakeNode

Said = dict[str, Any]
Answer = tuple[int | None, bytes]  # a status and a body; without a status, no answer at all


@dataclass
class Endpoint:
    """`change` says what a result is made into, `fault` what is sent instead; `requests` are the methods that were asked for."""

    said: Callable[..., Said]
    url: str = ""
    change: Callable[[str, list[Any], Any], Any] = lambda method, params, result: result
    fault: Callable[[str, list[Any], bytes], Answer] = lambda method, params, body: (200, body)
    requests: list[str] = field(default_factory=list)

    def answer(self, method: str, params: list[Any]) -> Answer:
        self.requests.append(method)
        said = self.said(method, *params)
        if "result" in said:
            said = {**said, "result": self.change(method, params, said["result"])}
        return self.fault(method, params, json.dumps(said).encode())

    def heal(self) -> None:
        self.change, self.fault = Endpoint.change, Endpoint.fault


def hangs(*_: object) -> Answer:
    """Say nothing, and keep the line: whoever asked gives up first."""
    threading.Event().wait(20)
    return None, b""


def refusing(code: int, message: str, *, status: int = 200) -> Callable[..., Answer]:
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "error": {"code": code, "message": message}}).encode()
    return lambda *_: (status, body)


FAULTS: dict[str, Callable[[str, list[Any], bytes], Answer]] = {
    "429": lambda *_: (429, b"slow down"),
    "500": lambda *_: (500, b""),
    "page": lambda *_: (200, b"<html>Too many requests</html>"),
    "cut": lambda _method, _params, body: (200, body[: len(body) // 2]),
    "silent": lambda *_: (None, b""),
    "no_answer": lambda *_: (200, b'{"jsonrpc": "2.0", "id": 1}'),
    "list": lambda *_: (200, b"[1, 2]"),
    "refused": refusing(-32005, "query returned more than 10000 results"),
    "odd_error": lambda *_: (200, b'{"id": 1, "error": "no"}'),
}


def speaking_for(node: FakeNode) -> Callable[..., Said]:
    """Have the fake node answer as a real one does."""

    def said(method: str, *params: Any) -> Said:
        try:
            return {"jsonrpc": "2.0", "id": 1, "result": _result(node, method, params)}
        except UnknownBlock:
            if method == "eth_getLogs":
                return {"jsonrpc": "2.0", "id": 1, "error": {"code": -32000, "message": "unknown block"}}
            return {"jsonrpc": "2.0", "id": 1, "result": None}

    return said


def _result(node: FakeNode, method: str, params: Sequence[Any]) -> object:
    if method == "eth_chainId":
        return hex(node.chain_id())
    if method == "eth_getBlockByHash":
        return shown(node.header_by_hash(params[0]))
    if method == "eth_getBlockByNumber":
        if params[0] in ("safe", "finalized"):
            height = node.tag_height(params[0])
            return None if height is None else shown(node.header(height))
        return shown(node.head() if params[0] == "latest" else node.header(int(params[0], 16)))
    if method == "eth_getLogs":
        asked = params[0]
        if "blockHash" in asked:
            return [shown(log) for log in node.logs(asked["blockHash"], asked["address"])]
        return [shown(log) for log in node.logs_between(int(asked["fromBlock"], 16), int(asked["toBlock"], 16), asked["address"])]
    if method == "eth_getTransactionReceipt":
        found = node.receipt(params[0])
        return found and shown(found)
    return f"0x{6:064x}"


def shown(thing: Header | Log | Receipt) -> dict:
    if isinstance(thing, Header):
        return {
            "number": hex(thing.number),
            "hash": thing.hash,
            "parentHash": thing.parent,
            "timestamp": hex(int(thing.at.timestamp())),
            "logsBloom": "0x" + thing.bloom.hex().rjust(512, "0"),
        }
    if isinstance(thing, Log):
        return {
            "blockHash": thing.block,
            "blockNumber": hex(thing.number),
            "logIndex": hex(thing.index),
            "transactionHash": thing.tx,
            "address": thing.token,
            "topics": list(thing.topics),
            "data": thing.data,
            "removed": thing.removed,
        }
    return {"blockHash": thing.block, "status": "0x1", "logs": [shown(log) for log in thing.logs]}


@contextmanager
def serving(said: Callable[..., Said]) -> Iterator[Endpoint]:
    endpoint = Endpoint(said)

    class Handler(BaseHTTPRequestHandler):
        protocol_version, wbufsize = "HTTP/1.1", -1  # one connection for all, one packet for each answer

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, body = endpoint.answer(asked["method"], asked["params"])
            if status is None:
                self.close_connection = True  # no answer at all
                return
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        endpoint.url = f"http://127.0.0.1:{server.server_port}/secret-key"
        yield endpoint
    finally:
        server.shutdown()
        server.server_close()

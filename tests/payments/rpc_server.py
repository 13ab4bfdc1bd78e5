"""A small JSON-RPC endpoint on loopback in front of a fake chain, with every fault that was met in the wild."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from payments.blocks import Header, Log, Receipt
from payments.chain.node import UnknownBlock
from tests.payments.fake_chain import FakeNode


class Endpoint:
    """`fault` says what each answer is instead; `requests` are the methods that were asked for."""

    def __init__(self, node: FakeNode) -> None:
        self.node, self.fault, self.requests = node, None, []
        self.change = lambda result: result

    def answer(self, method: str, params: list) -> object:
        self.requests.append(method)
        try:
            return {"jsonrpc": "2.0", "id": 1, "result": self.change(self._result(method, params))}
        except UnknownBlock:
            if method == "eth_getLogs":
                return {"jsonrpc": "2.0", "id": 1, "error": {"code": -32000, "message": "unknown block"}}
            return {"jsonrpc": "2.0", "id": 1, "result": None}

    def _result(self, method: str, params: list) -> object:
        node = self.node
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
def serving(node: FakeNode) -> Iterator[tuple[Endpoint, str]]:
    endpoint = Endpoint(node)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            body = json.dumps(endpoint.answer(asked["method"], asked["params"])).encode()
            status, body = endpoint.fault(body) if endpoint.fault else (200, body)
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
        yield endpoint, f"http://127.0.0.1:{server.server_port}/secret-key"
    finally:
        server.shutdown()
        server.server_close()

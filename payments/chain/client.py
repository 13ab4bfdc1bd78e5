"""A node behind an address of JSON-RPC. The only module that knows web3, and it reads every answer strictly."""

import re
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

from requests import HTTPError, RequestException
from web3 import HTTPProvider
from web3.exceptions import Web3Exception
from web3.types import RPCEndpoint

from payments.blocks import TRANSFER, Header, Log, Receipt

from .node import REST_SECONDS, NodeFailed, RefusedByNode, UnknownBlock

TIMEOUTS = (3, 10)  # seconds to connect, and between two pieces of an answer
DECIMALS = "0x313ce567"
# What a node says of a block that it does not have: go-ethereum's code, and its words, which others copy.
NO_SUCH_BLOCK = ("unknown block", "header not found", "block not found")
REFUSALS = (400, 413)  # with these, some say in JSON what they do not answer, as others do with 200
HEX = re.compile("0x[0-9a-fA-F]*")

Found = TypeVar("Found")


class RpcNode:
    """Who kept us waiting for nothing is not asked for a while, or we would wait so long at each block, and for each payment."""

    def __init__(self, url: str, *, timeouts: tuple[float, float] = TIMEOUTS, clock: Callable[[], float] = time.monotonic) -> None:
        # Only the host is ever said: paths and queries of these addresses are passwords.
        self.name = urlsplit(url).hostname or "node"
        # Left alone, web3 tries five times by itself, with pauses; trying another node is ours to decide.
        self._provider = HTTPProvider(url, request_kwargs={"timeout": timeouts}, exception_retry_configuration=None)
        self._patience = min(timeouts)
        self._clock = clock
        self._rests_until = 0.0

    def chain_id(self) -> int:
        return self._ask("eth_chainId", [], _number)

    def head(self) -> Header:
        return self._ask("eth_getBlockByNumber", ["latest", False], _header)

    def header(self, number: int) -> Header:
        found = self._ask("eth_getBlockByNumber", [hex(number), False], _header)
        return self._checked(found, found.number == number)

    def header_by_hash(self, block: str) -> Header:
        found = self._ask("eth_getBlockByHash", [block, False], _header)
        return self._checked(found, found.hash == block)

    def tag_height(self, tag: str) -> int | None:
        try:
            return self._ask("eth_getBlockByNumber", [tag, False], _header).number
        except (UnknownBlock, RefusedByNode):
            return None

    def logs(self, block: str, tokens: Sequence[str]) -> list[Log]:
        return self._ask("eth_getLogs", [{"blockHash": block, "address": list(tokens), "topics": [TRANSFER]}], _logs)

    def logs_between(self, first: int, last: int, tokens: Sequence[str]) -> list[Log]:
        asked = {"fromBlock": hex(first), "toBlock": hex(last), "address": list(tokens), "topics": [TRANSFER]}
        return self._ask("eth_getLogs", [asked], _logs)

    def receipt(self, tx: str) -> Receipt | None:
        return self._ask("eth_getTransactionReceipt", [tx], _receipt)

    def decimals(self, token: str) -> int:
        return self._ask("eth_call", [{"to": token, "data": DECIMALS}, "latest"], lambda found: int(_hex(found, 64), 16))

    def _checked(self, found: Header, fits: bool) -> Header:
        if not fits:
            raise NodeFailed(f"{self.name} answered with another block than was asked for")
        return found

    def _ask(self, method: str, params: list[Any], read: Callable[[Any], Found]) -> Found:
        began = self._clock()
        if began < self._rests_until:
            raise NodeFailed(f"{self.name} kept us waiting, and is left alone for a while")
        try:
            answer = self._answer(method, params)
        except (RequestException, Web3Exception, ValueError, OSError) as error:
            if self._clock() - began >= self._patience:
                self._rests_until = self._clock() + REST_SECONDS
            # Not chained: what they say may quote the address.
            raise NodeFailed(f"{self.name} does not answer: {type(error).__name__}") from None
        if not isinstance(answer, dict) or ("result" not in answer and "error" not in answer):
            raise NodeFailed(f"{self.name} does not speak JSON-RPC")
        if answer.get("error"):
            raise self._refusal(answer["error"])
        try:
            return read(answer["result"])
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError, OSError) as error:
            raise NodeFailed(f"{self.name} answered {method} with nonsense") from error

    def _answer(self, method: str, params: list[Any]) -> Any:
        try:
            return self._provider.make_request(RPCEndpoint(method), params)
        except HTTPError as error:
            if error.response is None or error.response.status_code not in REFUSALS:
                raise
            return error.response.json()

    def _refusal(self, error: Any) -> Exception:
        words = str(error.get("message", "") if isinstance(error, dict) else error).lower()
        if any(known in words for known in NO_SUCH_BLOCK):
            return UnknownBlock(self.name)
        return RefusedByNode(f"{self.name} refused: {words[:100]}")


def _header(found: Any) -> Header:
    if found is None:
        raise UnknownBlock
    return Header(
        number=_number(found["number"]),
        hash=_hex(found["hash"], 64),
        parent=_hex(found["parentHash"], 64),
        at=datetime.fromtimestamp(_number(found["timestamp"]), UTC),
        bloom=bytes.fromhex(_hex(found["logsBloom"], 512)[2:]) if found.get("logsBloom") else b"",
    )


def _logs(found: Any) -> list[Log]:
    if not isinstance(found, list):
        raise TypeError
    return [_log(log) for log in found]


def _log(found: Any) -> Log:
    return Log(
        block=_hex(found["blockHash"], 64),
        number=_number(found["blockNumber"]),
        index=_number(found["logIndex"]),
        tx=_hex(found["transactionHash"], 64),
        token=_hex(found["address"], 40),
        topics=tuple(_hex(topic, 64) for topic in found["topics"]),
        data=_hex(found["data"]),
        removed=found.get("removed", False) is not False,
    )


def _receipt(found: Any) -> Receipt | None:
    if found is None:
        return None
    return Receipt(_hex(found["blockHash"], 64), _number(found["status"]) == 1, _logs(found["logs"]))


def _number(found: Any) -> int:
    return int(_hex(found), 16)


def _hex(found: Any, digits: int | None = None) -> str:
    if not isinstance(found, str) or not HEX.fullmatch(found) or (digits and len(found) != digits + 2):
        raise ValueError
    return found.lower()

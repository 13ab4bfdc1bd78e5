"""What the local chain answers to each question that a node is asked."""

from collections.abc import Callable
from typing import Any

from eth.abc import BlockAPI

from . import play
from .ledger import Ledger, raw
from .told import block, logs_in, receipt, told, transaction

SAFE, FINAL = 4, 8  # blocks behind the newest
MOST_BLOCKS = 2000  # in one question for logs
TIP = 10**9
TAGS = {"latest": 0, "pending": 0, "safe": SAFE, "finalized": FINAL}


class Refused(Exception):
    """The node is well, and says no: a code and a sentence."""

    def __init__(self, words: str, *, code: int = -32000) -> None:
        super().__init__(words)
        self.code = code


def answer(ledger: Ledger, method: str, given: list[Any]) -> Any:
    """Return the result. Raises Refused, and whatever the machine says to what makes no sense."""
    known = METHODS.get(method)
    if known is None:
        raise Refused(f"the method {method[:40]} does not exist", code=-32601)
    return known(ledger, *given)


def _height(ledger: Ledger, asked: Any) -> int:
    """Return the number that a height, a tag, or the hash of a block stands for."""
    if isinstance(asked, dict):
        return int(_of_hash(ledger, asked["blockHash"]).number) if "blockHash" in asked else _height(ledger, asked["blockNumber"])
    if asked == "earliest":
        return 0
    return max(0, ledger.head - TAGS[asked]) if asked in TAGS else int(asked, 16)


def _state(ledger: Ledger, asked: Any) -> Any:
    """Return the same in the machine's own words; only it knows what is pending."""
    return asked if asked in ("latest", "pending") else _height(ledger, asked)


def _of_hash(ledger: Ledger, asked: str) -> BlockAPI:
    found = ledger.block_of(raw(asked))
    if found is None:
        raise Refused("unknown block")
    return found


def _receipt(ledger: Ledger, asked: str) -> Any:
    found = ledger.place_of(raw(asked))
    return None if found is None or found[2] else receipt(ledger, found[0], found[1])


def _transaction(ledger: Ledger, asked: str) -> Any:
    found = ledger.place_of(raw(asked))
    return found and transaction(found[0], found[1], waits=found[2])


def _logs(ledger: Ledger, asked: dict[str, Any]) -> list[Any]:
    if "blockHash" in asked:
        blocks: list[BlockAPI | None] = [_of_hash(ledger, asked["blockHash"])]
    else:
        first, last = (_height(ledger, asked.get(name, "latest")) for name in ("fromBlock", "toBlock"))
        if first > ledger.head or last - first >= MOST_BLOCKS:
            raise Refused("the range begins past the head, or is too wide", code=-32602)
        blocks = [ledger.block(number) for number in range(first, last + 1)]
    return [log for found in blocks if found for log in logs_in(ledger, found) if _is_asked_for(log, asked)]


def _is_asked_for(log: dict[str, Any], asked: dict[str, Any]) -> bool:
    wanted = [asked.get("address"), *(asked.get("topics") or [])]
    have = [log["address"], *log["topics"]]
    return len(wanted) <= len(have) and all(_fits(one, other) for one, other in zip(wanted, have, strict=False))


def _fits(wanted: str | list[str] | None, have: str) -> bool:
    if not wanted:
        return True
    return have in [one.lower() for one in ([wanted] if isinstance(wanted, str) else wanted)]


def _wish(asked: dict[str, Any]) -> dict[str, Any]:
    return {
        "from": raw(asked.get("from") or play.OWNER.address),
        "to": raw(asked.get("to") or "0x"),
        "data": raw(asked.get("input") or asked.get("data") or "0x"),
        "value": int(asked.get("value") or "0x0", 16),
    }


def _call(ledger: Ledger, asked: dict[str, Any], at: Any = "latest") -> Any:
    return told(ledger.evm.call(_wish(asked), "latest" if at == "pending" else _state(ledger, at)))


def _send(ledger: Ledger, asked: dict[str, Any]) -> Any:
    person = next((person for person in play.PEOPLE if person.address == asked["from"].lower()), None)
    if person is None:
        raise Refused("nobody here has a key for that address")
    wish = _wish(asked)
    return told(ledger.send_from(person, wish["to"], wish["data"], value=wish["value"]))


def _count(ledger: Ledger, who: str, at: Any = "latest") -> str:
    """What waits counts as well: scripts that send twice within a block ask for the latest, and mean the next."""
    return hex(ledger.evm.get_nonce(raw(who), "pending" if at == "latest" else _state(ledger, at)))


def _fees(ledger: Ledger, count: Any, newest: Any, shares: Any = ()) -> dict[str, Any]:
    last = _height(ledger, newest)
    first = max(0, last + 1 - min(int(count, 16) if isinstance(count, str) else count, 1024))
    headers = [found.header for number in range(first, last + 1) if (found := ledger.block(number))]
    fees = [*(header.base_fee_per_gas for header in headers), ledger.evm.get_base_fee("pending")]
    used = [header.gas_used / header.gas_limit for header in headers]
    rewards = {"reward": [[hex(TIP)] * len(shares) for _header in headers]} if shares else {}
    return {"oldestBlock": hex(first), "baseFeePerGas": told(fees), "gasUsedRatio": used, **rewards}


METHODS: dict[str, Callable[..., Any]] = {
    "web3_clientVersion": lambda ledger: "local/1",
    "net_version": lambda ledger: str(play.NUMBER),
    "eth_chainId": lambda ledger: hex(play.NUMBER),
    "eth_blockNumber": lambda ledger: hex(ledger.head),
    "eth_syncing": lambda ledger: False,
    "eth_accounts": lambda ledger: [person.address for person in play.PEOPLE],
    "eth_gasPrice": lambda ledger: hex(TIP + 2 * ledger.evm.get_base_fee("pending")),
    "eth_maxPriorityFeePerGas": lambda ledger: hex(TIP),
    "eth_feeHistory": _fees,
    "eth_getBlockByNumber": lambda ledger, at, full=False: block(ledger.block(_height(ledger, at)), full=full),
    "eth_getBlockByHash": lambda ledger, name, full=False: block(ledger.block_of(raw(name)), full=full),
    "eth_getTransactionByHash": _transaction,
    "eth_getTransactionReceipt": _receipt,
    "eth_getTransactionCount": _count,
    "eth_getBalance": lambda ledger, who, at="latest": hex(ledger.evm.get_balance(raw(who), _state(ledger, at))),
    "eth_getCode": lambda ledger, who, at="latest": told(ledger.evm.get_code(raw(who), _state(ledger, at))),
    "eth_getLogs": _logs,
    "eth_call": _call,
    "eth_estimateGas": lambda ledger, asked, at="latest": hex(ledger.evm.estimate_gas(_wish(asked)) * 3 // 2),
    "eth_sendRawTransaction": lambda ledger, sent: told(ledger.send(raw(sent))),
    "eth_sendTransaction": _send,
}

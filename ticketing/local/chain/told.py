"""Blocks, transactions and logs as JSON-RPC writes them: numbers and bytes in hex, names in camelCase."""

from collections.abc import Iterator
from typing import Any

from eth.abc import BlockAPI
from eth_tester.backends.pyevm.serializers import serialize_block, serialize_transaction, serialize_transaction_receipt

from .ledger import Ledger

RENAMED = {"coinbase": "miner", "data": "input"}


def told(thing: Any) -> Any:
    """Return anything as it is written in JSON."""
    if isinstance(thing, bytes):
        return f"0x{thing.hex()}"
    if isinstance(thing, int) and not isinstance(thing, bool):
        return hex(thing)
    if isinstance(thing, dict):
        return {_camel(name): told(value) for name, value in thing.items()}
    return [told(one) for one in thing] if isinstance(thing, list | tuple) else thing


def block(found: BlockAPI | None, *, full: bool) -> dict[str, Any] | None:
    if found is None:
        return None
    facts = serialize_block(found, full, False)
    return {**told(facts), "logsBloom": _bloom(found.header.bloom)}


def transaction(found: BlockAPI, place: int, *, waits: bool) -> dict[str, Any]:
    facts = serialize_transaction(found, found.transactions[place], place, waits)
    return {**told(facts), "to": told(facts["to"] or None), "accessList": []}


def receipt(ledger: Ledger, found: BlockAPI, place: int) -> dict[str, Any]:
    receipts = [receipt for _transaction, receipt in ledger.receipts(found)]
    facts = serialize_transaction_receipt(found, receipts, found.transactions[place], place, False, ledger.chain.get_vm())
    del facts["state_root"]
    logs = [log for log in logs_in(ledger, found) if log["transactionIndex"] == hex(place)]
    return {**told(facts), "to": told(facts["to"] or None), "logs": logs, "logsBloom": _bloom(receipts[place].bloom)}


def logs_in(ledger: Ledger, found: BlockAPI) -> Iterator[dict[str, Any]]:
    """Logs are counted through the whole block, whatever transaction they are of."""
    index = 0
    for place, (transaction, receipt) in enumerate(ledger.receipts(found)):
        for log in receipt.logs:
            yield {
                "address": told(log.address),
                "topics": [f"0x{topic:064x}" for topic in log.topics],
                "data": told(log.data),
                "blockHash": told(found.hash),
                "blockNumber": hex(found.number),
                "transactionHash": told(transaction.hash),
                "transactionIndex": hex(place),
                "logIndex": hex(index),
                "removed": False,
            }
            index += 1


def _bloom(bits: int) -> str:
    return f"0x{bits:0512x}"


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return RENAMED.get(name) or first + "".join(word.capitalize() for word in rest)

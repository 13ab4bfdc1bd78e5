"""The chain itself: transactions wait, a block takes them, and nothing that was ever told is lost by a kill.

Every block is in the file before anybody can hear of it, and so is every transaction that waits for one.
"""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from eth.abc import BlockAPI, ReceiptAPI, SignedTransactionAPI
from eth.db.atomic import AtomicDB
from eth.db.backends.base import BaseDB
from eth.exceptions import HeaderNotFound, TransactionNotFound
from eth_account import Account
from eth_tester import PyEVMBackend

from . import play

CONTRACT = json.loads(Path(__file__).with_name("usdt.json").read_text())
GAS = 3_000_000
ISSUE = bytes.fromhex("867904b4")  # issue(address,uint256)


def raw(digits: str) -> bytes:
    """Return the bytes of an address, a hash or data in hex."""
    return bytes.fromhex(digits.removeprefix("0x"))


class Store(BaseDB):
    """What the chain knows, as keys and values in one file. What is written counts from `commit` on."""

    def __init__(self, file: Path) -> None:
        self._file = sqlite3.connect(file, check_same_thread=False)
        self._file.execute("PRAGMA journal_mode = WAL")
        self._file.execute("PRAGMA synchronous = FULL")
        self._file.execute("CREATE TABLE IF NOT EXISTS known (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID")
        self._file.execute("CREATE TABLE IF NOT EXISTS waiting (place INTEGER PRIMARY KEY, signed BLOB NOT NULL)")

    def __getitem__(self, key: bytes) -> bytes:
        found = self._file.execute("SELECT value FROM known WHERE key = ?", [key]).fetchone()
        if found is None:
            raise KeyError(key)
        return bytes(found[0])

    def __setitem__(self, key: bytes, value: bytes) -> None:
        self._file.execute("INSERT OR REPLACE INTO known VALUES (?, ?)", [key, value])

    def __delitem__(self, key: bytes) -> None:
        if not self._file.execute("DELETE FROM known WHERE key = ?", [key]).rowcount:
            raise KeyError(key)

    def _exists(self, key: bytes) -> bool:
        return self._file.execute("SELECT 1 FROM known WHERE key = ?", [key]).fetchone() is not None

    @property
    def is_new(self) -> bool:
        return self._file.execute("SELECT 1 FROM known LIMIT 1").fetchone() is None

    def let_wait(self, signed: bytes) -> None:
        self._file.execute("INSERT INTO waiting (signed) VALUES (?)", [signed])

    def waiting(self) -> list[bytes]:
        return [bytes(signed) for (signed,) in self._file.execute("SELECT signed FROM waiting ORDER BY place")]

    def nobody_waits(self) -> None:
        self._file.execute("DELETE FROM waiting")

    def commit(self) -> None:
        self._file.commit()


class Ledger:
    """Not safe for threads: whoever shares it holds a lock, and has the clock."""

    def __init__(self, file: Path, *, at: float) -> None:
        self._store = Store(file)
        self.evm = PyEVMBackend(PyEVMBackend.generate_genesis_params({"timestamp": int(at)}))
        kind = type(self.evm.chain)
        kind.chain_id = play.NUMBER
        if self._store.is_new:
            for key, value in self.evm.chain.chaindb.db.wrapped_db.kv_store.items():
                self._store[key] = value
            self._store.commit()
        self.chain = self.evm.chain = kind(AtomicDB(self._store))
        if self.head == 0:  # or a first start was killed in the middle of it
            self._store.nobody_waits()
            self._mint(at)
        for signed in self._store.waiting():
            self._apply(signed)

    @property
    def head(self) -> int:
        return int(self.chain.header.block_number) - 1

    @property
    def is_waited_for(self) -> bool:
        return bool(self.chain.header.gas_used)

    def send(self, signed: bytes) -> bytes:
        """Take a signed transaction into the next block; return its hash."""
        found = self._apply(signed)
        self._store.let_wait(signed)
        self._store.commit()
        return bytes(found.hash)

    def send_from(self, person: play.Person, to: bytes, data: bytes, *, value: int = 0) -> bytes:
        """Sign for somebody whose key everybody knows."""
        nonce = self.evm.get_nonce(raw(person.address), "pending")
        fee = 10**9 + 2 * int(self.evm.get_base_fee())
        facts = {"nonce": nonce, "gas": GAS, "gasPrice": fee, "value": value, "data": data, "chainId": play.NUMBER}
        signed = Account.sign_transaction({**facts, "to": to} if to else facts, person.key)
        return self.send(bytes(signed.raw_transaction))

    def mine(self, *, at: float) -> None:
        """End the next block, with all that waits."""
        parent = self.chain.get_canonical_block_header_by_number(self.head)
        self.chain.set_header_timestamp(max(int(at), parent.timestamp + 1))
        self.evm.mine_blocks(1)
        self._store.nobody_waits()
        self._store.commit()

    def block(self, number: int) -> BlockAPI | None:
        return self.chain.get_canonical_block_by_number(number) if 0 <= number <= self.head else None

    def block_of(self, name: bytes) -> BlockAPI | None:
        """Return the block with this hash."""
        try:
            return self.chain.get_block_by_hash(name)
        except HeaderNotFound:
            return None

    def place_of(self, transaction: bytes) -> tuple[BlockAPI, int, bool] | None:
        """Return the block that has it, its place there, and whether this block is still to come."""
        coming = self.chain.get_block()
        for place, found in enumerate(coming.transactions):
            if found.hash == transaction:
                return coming, place, True
        try:
            number, place = self.chain.chaindb.get_transaction_index(transaction)
        except TransactionNotFound:
            return None
        return self.chain.get_canonical_block_by_number(number), place, False

    def receipts(self, block: BlockAPI) -> Iterator[tuple[SignedTransactionAPI, ReceiptAPI]]:
        yield from zip(block.transactions, block.get_receipts(self.chain.chaindb), strict=True)

    def _apply(self, signed: bytes) -> SignedTransactionAPI:
        found = self.chain.get_transaction_builder().decode(signed)
        self.chain.apply_transaction(found)
        return found

    def _mint(self, at: float) -> None:
        """Begin with the two tokens, and with plenty of both for everybody."""
        for coin in play.COINS:
            self.send_from(play.OWNER, b"", raw(CONTRACT["bytecode"]) + coin.decimals.to_bytes(32))
        for coin in play.COINS:
            for person in play.PEOPLE:
                amount = play.EACH_HAS * 10**coin.decimals
                self.send_from(play.OWNER, raw(coin.address), ISSUE + raw(person.address).rjust(32, b"\0") + amount.to_bytes(32))
        self.mine(at=at)

"""anvil, a real node with reorgs, from npm: installed once into var/, started once, with its clock in the tests' hands."""

import re
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from eth_utils import to_checksum_address

from tests.local.local_chain import Asking, data
from tests.payments import keys
from ticketing.local.chain.ledger import CONTRACT
from ticketing.local.places import BASE_DIR

VERSION = "1.7.1"
FOLDER = BASE_DIR / "var" / f"anvil-{VERSION}"
NUMBER = 31337
ME = Account.from_key(keys.private_key(0))  # whom anvil gives money at the beginning
COIN = 10**6


def program() -> Path:
    """Return anvil's program, fetching it at the first call; where that cannot be done, the test is skipped in words."""
    if not FOLDER.exists():
        npm = shutil.which("npm")
        if npm is None:
            pytest.skip("npm is not installed: nothing was tried on anvil")
        FOLDER.parent.mkdir(mode=0o700, exist_ok=True)
        unfinished = tempfile.mkdtemp(dir=FOLDER.parent)
        wish = ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", unfinished, f"@foundry-rs/anvil@{VERSION}"]
        try:
            subprocess.run([npm, *wish], capture_output=True, text=True, timeout=120, check=True)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            shutil.rmtree(unfinished)
            pytest.skip(f"npm could not fetch anvil, so nothing was tried on it: {error}: {' '.join(str(error.stderr).split())[-200:]}")
        with suppress(OSError):  # somebody else was faster
            Path(unfinished).rename(FOLDER)
        shutil.rmtree(unfinished, ignore_errors=True)
    if not _found(FOLDER):
        pytest.skip("npm has no anvil for this kind of machine: nothing was tried on it")
    return _found(FOLDER)[0]


def _found(folder: Path) -> list[Path]:
    return sorted(folder.glob("node_modules/@foundry-rs/anvil-*/bin/anvil"))


@contextmanager
def running(*, at: datetime, number: int = NUMBER) -> Iterator["Anvil"]:
    with _started(at, number) as asking:
        yield Anvil(asking)


@contextmanager
def following(leader: "Anvil", *, at: datetime) -> Iterator["Anvil"]:
    """Start a second node of its own, which begins as the first did and knows of it only what `follow` tells."""
    with _started(at, leader.id) as asking:
        yield Anvil(asking, leader.usdt, leader.other)


@contextmanager
def _started(at: datetime, number: int) -> Iterator[Asking]:
    options = ["--port", "0", "--chain-id", str(number), "--no-mining", "--slots-in-an-epoch", "4", "--timestamp", str(int(at.timestamp()))]
    process = subprocess.Popen([program(), *options], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        said = []
        for line in process.stdout:
            said.append(line)
            if found := re.search(r"Listening on 127\.0\.0\.1:(\d+)", line):
                break
        else:
            raise AssertionError("".join(said))
        threading.Thread(target=process.stdout.read, daemon=True).start()  # it stops when nobody reads what it says of each block
        yield Asking(f"http://127.0.0.1:{found[1]}")
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


class Anvil:
    """The chain as `World` moves it. Two seconds are between two blocks."""

    def __init__(self, asking: Asking, *tokens: str) -> None:
        self._asking = asking
        self.url, self.said = asking.url, asking.said
        self.id = int(asking.ask("eth_chainId"), 16)
        self.usdt, self.other = tokens or (self._deployed(6), self._deployed(6))

    @property
    def height(self) -> int:
        return int(self._asking.ask("eth_blockNumber"), 16)

    @property
    def now(self) -> datetime:
        head = self._asking.ask("eth_getBlockByNumber", "latest", False)
        return datetime.fromtimestamp(int(head["timestamp"], 16), UTC)

    def mine(self, count: int = 1, *, seconds: int = 2) -> None:
        self._asking.ask("evm_setNextBlockTimestamp", int(self.now.timestamp()) + seconds)
        self._asking.ask("anvil_mine", hex(count), hex(seconds))

    def mine_until(self, moment: datetime) -> None:
        """Mine one block, whose time is this."""
        self._asking.ask("evm_setNextBlockTimestamp", int(moment.timestamp()))
        self._asking.ask("evm_mine")

    def pay(self, to: str, amount: int, token: str = "") -> str:
        return self.send("transfer", to, amount, token=token)

    def send(self, deed: str, *given: Any, token: str = "") -> str:
        """Have the next block take a call of the token; return the signed transaction, which can be sent again."""
        return self.send_again(self._signed(to=to_checksum_address(token or self.usdt), data=data(deed, *given)))

    def send_again(self, raw: str) -> str:
        self._asking.ask("eth_sendRawTransaction", raw)
        return raw

    def reorg(self, depth: int) -> None:
        """Replace the newest blocks by as many others; what they held is in no block and in no pool any more."""
        self._asking.ask("anvil_reorg", depth, [])

    def follow(self, leader: "Anvil", *, behind: int = 0) -> None:
        """Leave what the leader left, and take its blocks. Each is worked out anew, and comes out as the same to the last bit."""
        top = leader.height - behind
        common = min(self.height, top)
        while self.block(common)["hash"] != leader.block(common)["hash"]:
            common -= 1
        if common < min(self.height, top):
            self._leave(self.height - common, fee=leader.block(common + 1)["baseFeePerGas"])
        for number in range(self.height + 1, top + 1):
            self._take(leader.block(number), leader)

    def _leave(self, depth: int, *, fee: str) -> None:
        self._asking.ask("anvil_rollback", depth)
        self._asking.ask("anvil_dropAllTransactions")  # else what was in them is in the next block
        self._asking.ask("anvil_setNextBlockBaseFeePerGas", fee)  # which it does not take back

    def _take(self, block: dict[str, Any], leader: "Anvil") -> None:
        for tx in block["transactions"]:
            self._asking.ask("eth_sendRawTransaction", leader._asking.ask("eth_getRawTransactionByHash", tx))
        self.mine_until(datetime.fromtimestamp(int(block["timestamp"], 16), UTC))
        assert self.block(int(block["number"], 16)) == block

    def block(self, number: int) -> dict[str, Any]:
        found: dict[str, Any] = self._asking.ask("eth_getBlockByNumber", hex(number), False)
        return found

    def logs(self, number: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._asking.ask("eth_getLogs", {"blockHash": self.block(number)["hash"]})
        return found

    def _signed(self, **facts: Any) -> str:
        nonce = int(self._asking.ask("eth_getTransactionCount", ME.address, "pending"), 16)
        facts |= {"nonce": nonce, "gas": 3_000_000, "gasPrice": 3 * 10**9, "chainId": self.id, "value": 0}
        return "0x" + ME.sign_transaction(facts).raw_transaction.hex().removeprefix("0x")

    def _deployed(self, decimals: int) -> str:
        raw = self._signed(data=f"{CONTRACT['bytecode']}{decimals:064x}")
        tx = self._asking.ask("eth_sendRawTransaction", raw)
        self.mine()
        address = self._asking.ask("eth_getTransactionReceipt", tx)["contractAddress"]
        self.send("issue", ME.address, 10**9 * COIN, token=address)
        self.mine()
        return address.lower()

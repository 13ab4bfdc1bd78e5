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
def running(*, at: datetime) -> Iterator["Anvil"]:
    options = ["--port", "0", "--chain-id", str(NUMBER), "--no-mining", "--slots-in-an-epoch", "4", "--timestamp", str(int(at.timestamp()))]
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
        yield Anvil(Asking(f"http://127.0.0.1:{found[1]}"))
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


class Anvil:
    """The chain as `World` moves it. Two seconds are between two blocks."""

    id = NUMBER

    def __init__(self, asking: Asking) -> None:
        self._asking = asking
        self.url = asking.url
        self.usdt, self.other = self._deployed(6), self._deployed(6)

    @property
    def height(self) -> int:
        return int(self._asking.ask("eth_blockNumber"), 16)

    @property
    def now(self) -> datetime:
        head = self._asking.ask("eth_getBlockByNumber", "latest", False)
        return datetime.fromtimestamp(int(head["timestamp"], 16), UTC)

    def mine(self, count: int = 1, *, seconds: int = 2) -> None:
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

    def _signed(self, **facts: Any) -> str:
        nonce = int(self._asking.ask("eth_getTransactionCount", ME.address, "pending"), 16)
        facts |= {"nonce": nonce, "gas": 3_000_000, "gasPrice": 3 * 10**9, "chainId": NUMBER, "value": 0}
        return "0x" + ME.sign_transaction(facts).raw_transaction.hex().removeprefix("0x")

    def _deployed(self, decimals: int) -> str:
        raw = self._signed(data=f"{CONTRACT['bytecode']}{decimals:064x}")
        tx = self._asking.ask("eth_sendRawTransaction", raw)
        self.mine()
        address = self._asking.ask("eth_getTransactionReceipt", tx)["contractAddress"]
        self.send("issue", ME.address, 10**9 * COIN, token=address)
        self.mine()
        return address.lower()

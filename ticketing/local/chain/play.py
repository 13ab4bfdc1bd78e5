"""What is known of the local chain before it runs: its number, who has money there, and where its tokens are. Pure."""

from dataclasses import dataclass

NUMBER = 31337


@dataclass(frozen=True)
class Person:
    """Somebody with play money. The keys are 1, 2, 3 and 4, so that nobody mistakes them for secrets."""

    address: str
    key: str


@dataclass(frozen=True)
class Coin:
    address: str
    label: str
    decimals: int
    accepted: bool


def _key(number: int) -> str:
    return f"0x{number:064x}"


OWNER = Person("0x7e5f4552091a69125d5dfcb7b8c2659029395bdf", _key(1))  # of the tokens
BUYER = Person("0x2b5ad5c4795c026514f8317c7a215e218dccd6cf", _key(2))  # the demo's wallet
EXCHANGE = Person("0x6813eb9362372eef6200f3b1dbc3f819671cba69", _key(3))
SCRIPTS = Person("0x1eff47bc3a10a45d4b230b5d10e37751fe6aa718", _key(4))  # whoever reads services.json
PEOPLE = (OWNER, BUYER, EXCHANGE, SCRIPTS)

# Where a contract lives follows from who made it, and with which of their transactions: the owner's first and second.
USDT = Coin("0xf2e246bb76df876cef8b38ae84130f4f55de395b", "USDT", 6, accepted=True)
OTHER = Coin("0x2946259e0334f33a064106302415ad3391bed384", "USDT (18)", 18, accepted=False)
COINS = (USDT, OTHER)
EACH_HAS = 10_000_000  # of each coin

"""The demo's wallet: a buyer with play money, who asks the local chain as any wallet does. It has nothing to do with the site's own."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from payments import amounts
from ticketing.errors import DomainError
from ticketing.local.chain import play

TRANSFER, BATCH, SET_FEE, BALANCE = "a9059cbb", "c00c4e9e", "c0324c77", "70a08231"
SECONDS = 3
NEIGHBOURS = (f"0x{0xA1:040x}", f"0x{0xB2:040x}")  # whom the exchange pays with the same transaction
ONE_PERCENT, MOST = 100, 5  # what the token keeps while its fee is on: in hundredths of a percent, and in USDT at most

Call = tuple[play.Person, play.Coin, str]


class NoAnswer(DomainError):
    status = 503

    def __init__(self) -> None:
        super().__init__(_("The demo's chain does not answer yet. It begins a few seconds after the site: try again."))


@dataclass(frozen=True)
class Way:
    """A way in which people pay, and what follows from it."""

    name: str
    says: Promise
    calls: Callable[[str, Decimal], Iterator[Call]]
    is_late: bool = False


def _exact(to: str, amount: Decimal) -> Iterator[Call]:
    yield _transfer(to, amount)


def _short(to: str, amount: Decimal) -> Iterator[Call]:
    yield _transfer(to, (amount / 2).quantize(Decimal("0.01")))


def _over(to: str, amount: Decimal) -> Iterator[Call]:
    yield _transfer(to, amount + 5)


def _twice(to: str, amount: Decimal) -> Iterator[Call]:
    yield _transfer(to, amount)
    yield _transfer(to, amount)


def _by_exchange(to: str, amount: Decimal) -> Iterator[Call]:
    people, paid = [NEIGHBOURS[0], to, NEIGHBOURS[1]], [Decimal(7), amount, Decimal("12.5")]
    yield play.EXCHANGE, play.USDT, _written(BATCH, people, [_units(one) for one in paid])


def _with_fee(to: str, amount: Decimal) -> Iterator[Call]:
    yield play.OWNER, play.USDT, _written(SET_FEE, ONE_PERCENT, _units(Decimal(MOST)))
    yield _transfer(to, amount)
    yield play.OWNER, play.USDT, _written(SET_FEE, 0, 0)


def _in_another(to: str, amount: Decimal) -> Iterator[Call]:
    yield _transfer(to, amount, play.OTHER)


WAYS = {
    way.name: way
    for way in (
        Way("exact", gettext_lazy("This amount, from a wallet"), _exact),
        Way("exchange", gettext_lazy("This amount, from an exchange that pays others with it"), _by_exchange),
        Way("short", gettext_lazy("Half of it, as a first part"), _short),
        Way("over", gettext_lazy("5 USDT too much"), _over),
        Way("twice", gettext_lazy("The whole amount twice"), _twice),
        Way("fee", gettext_lazy("This amount, while the token keeps a fee of 1%"), _with_fee),
        Way("late", gettext_lazy("This amount, once the time of the order is over"), _exact, is_late=True),
        Way("other", gettext_lazy("This amount, in a dollar that is not taken here"), _in_another),
    )
}


def balance() -> Decimal:
    """Return what the wallet has. Raises: NoAnswer."""
    asked = {"to": play.USDT.address, "data": _written(BALANCE, play.BUYER.address)}
    return amounts.in_usdt(int(_ask("eth_call", asked, "latest"), 16), play.USDT.decimals)


def pay(way: Way, *, to: str, amount: Decimal) -> list[str]:
    """Send it; return the transactions. They are in the next block. Raises: NoAnswer."""
    return [
        _ask("eth_sendTransaction", {"from": who.address, "to": coin.address, "data": data}) for who, coin, data in way.calls(to, amount)
    ]


def _transfer(to: str, amount: Decimal, coin: play.Coin = play.USDT) -> Call:
    return play.BUYER, coin, _written(TRANSFER, to, _units(amount, coin))


def _units(amount: Decimal, coin: play.Coin = play.USDT) -> int:
    return amounts.atomic(amount, coin.decimals)


def _written(deed: str, *given: Any) -> str:
    """Write a call as contracts read it: words of 32 bytes, and lists behind them."""
    heads, tails = "", ""
    for one in given:
        heads += _word(32 * len(given) + len(tails) // 2 if isinstance(one, list) else one)
        tails += "".join(map(_word, [len(one), *one])) if isinstance(one, list) else ""
    return f"0x{deed}{heads}{tails}"


def _word(value: str | int) -> str:
    return f"{int(value, 16) if isinstance(value, str) else value:064x}"


def _ask(method: str, *given: Any) -> Any:
    found = settings.RPC_URLS.get(play.NUMBER)
    if not found:
        raise NoAnswer
    parts = urlsplit(found[0])
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=SECONDS)
    try:
        connection.request("POST", parts.path, json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": given}))
        return json.loads(connection.getresponse().read())["result"]
    except (OSError, HTTPException, ValueError, LookupError) as error:
        raise NoAnswer from error
    finally:
        connection.close()

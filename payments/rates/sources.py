"""Whom we ask for the price of USDT, and how each one words its answer. Written after their published API pages."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from .rounds import PATIENCE

Price = tuple[Decimal, datetime | None]


@dataclass(frozen=True)
class Source:
    """`read` gets the JSON of each address, numbers as decimals. It may fail in any way: that is no answer."""

    name: str
    currency: str
    urls: Sequence[str]
    read: Callable[..., Price]
    patience: timedelta = PATIENCE


def indodax(ticker: Any) -> Price:
    found = ticker["ticker"]
    return _middle(found["buy"], found["sell"]), _moment(found["server_time"])


def coingecko(currency: str) -> Callable[[Any], Price]:
    def read(prices: Any) -> Price:
        found = prices["tether"]
        return Decimal(found[currency]), _moment(found["last_updated_at"])

    return read


def coinbase(ticker: Any) -> Price:
    return _middle(ticker["bid"], ticker["ask"]), datetime.fromisoformat(ticker["time"])


def kraken(ticker: Any) -> Price:
    (found,) = ticker["result"].values()
    return _middle(found["b"][0], found["a"][0]), None


def crossed(dollars: Any, ticker: Any) -> Price:
    """Rupiah for a dollar, of the day, times dollars for a USDT: not a market of its own, but nobody else's error either."""
    price, _at = coinbase(ticker)
    return Decimal(dollars["rates"]["IDR"]) * price, _moment(dollars["time_last_update_unix"])


COINBASE = "https://api.exchange.coinbase.com/products/USDT-USD/ticker"
COINGECKO = "https://api.coingecko.com/api/v3/simple/price?ids=tether&include_last_updated_at=true&vs_currencies="
SOURCES = (
    Source("indodax", "IDR", ["https://indodax.com/api/ticker/usdtidr"], indodax),
    Source("coingecko", "IDR", [f"{COINGECKO}idr"], coingecko("idr")),
    Source("cross", "IDR", ["https://open.er-api.com/v6/latest/USD", COINBASE], crossed, patience=timedelta(hours=49)),
    Source("coinbase", "USD", [COINBASE], coinbase),
    Source("kraken", "USD", ["https://api.kraken.com/0/public/Ticker?pair=USDTUSD"], kraken),
    Source("coingecko", "USD", [f"{COINGECKO}usd"], coingecko("usd")),
)


def _middle(bid: Any, ask: Any) -> Decimal:
    return (Decimal(bid) + Decimal(ask)) / 2


def _moment(stamp: Any) -> datetime:
    """Some count seconds and some milliseconds."""
    seconds = int(stamp)
    return datetime.fromtimestamp(seconds // 1000 if seconds > 10**11 else seconds, UTC)

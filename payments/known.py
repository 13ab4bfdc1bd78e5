"""The chains and the dollars on them that we know: what `check_chains` compares with the chains themselves. Pure data.

Symbols and names of tokens change and are copied; only a chain's number and a token's address say what it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ticketing.local.chain import play


@dataclass(frozen=True)
class KnownToken:
    address: str
    label: str
    decimals: int
    accepted: bool = True


@dataclass(frozen=True)
class KnownChain:
    name: str
    explorer: str
    small_depth: int
    large_depth: int | None  # None: as deep as final
    final_depth: int
    tokens: tuple[KnownToken, ...]
    final_tag: bool = True
    query_delay: int = 1
    milliseconds: int = 0  # between two blocks, about
    dear: bool = False  # to send on, beside the others


KNOWN: Mapping[int, KnownChain] = {
    1: KnownChain(
        "Ethereum",
        "https://etherscan.io",
        12,
        None,
        64,
        (KnownToken("0xdac17f958d2ee523a2206206994597c13d831ec7", "USDT", 6),),
        milliseconds=12000,
        dear=True,
    ),
    # The only one with eighteen decimals, and not issued by Tether.
    56: KnownChain(
        "BNB Smart Chain",
        "https://bscscan.com",
        15,
        50,
        50,
        (KnownToken("0x55d398326f99059ff775485246999027b3197955", "USDT", 18),),
        milliseconds=1000,
    ),
    # Its word for final was wrong before, so only depth counts.
    137: KnownChain(
        "Polygon",
        "https://polygonscan.com",
        128,
        500,
        500,
        (KnownToken("0xc2132d05d31c914a87c6611c10748aeb04b58e8f", "USDT0", 6),),
        final_tag=False,
        query_delay=10,
        milliseconds=2000,
    ),
    42161: KnownChain(
        "Arbitrum One",
        "https://arbiscan.io",
        20,
        None,
        1200,
        (KnownToken("0xfd086bc7cd5c481dcc9c85ebe478a1c0b69fcbb9", "USDT0", 6),),
        milliseconds=250,
    ),
    10: KnownChain(
        "Optimism",
        "https://optimistic.etherscan.io",
        10,
        None,
        200,
        (
            KnownToken("0x01bff41798a0bcf287b996046ca68b395dbc1071", "USDT0", 6),
            KnownToken("0x94b008aa00579c1307b0ef2c499ad98a8ce58e58", "USDT (old)", 6, accepted=False),
        ),
        milliseconds=2000,
    ),
    43114: KnownChain(
        "Avalanche C",
        "https://snowtrace.io",
        2,
        None,
        3,
        (
            KnownToken("0x9702230a8ea53601f5cd2dc00fdbc13d4df4a8c7", "USDT", 6),
            KnownToken("0xc7198437980c041c805a1edcba50c1ce5db95118", "USDT.e", 6, accepted=False),
        ),
        query_delay=2,
        milliseconds=2000,
    ),
}

# The demo's own. It has no reorgs; five blocks, ten seconds, are there to be watched.
LOCAL = KnownChain(
    "Test chain",
    "",
    5,
    None,
    8,
    tuple(KnownToken(coin.address, coin.label, coin.decimals, coin.accepted) for coin in play.COINS),
    query_delay=0,
)


def known(*, with_local: bool) -> Mapping[int, KnownChain]:
    """Return the chains that can be switched on. A public site never knows the local one: everybody has its keys."""
    return {**KNOWN, play.NUMBER: LOCAL} if with_local else KNOWN

"""The narrow interface: all that we ever ask of a node. It knows what a chain is, and nothing of orders."""

from collections.abc import Sequence
from typing import Protocol

from payments.blocks import Header, Log, Receipt

REST_SECONDS = 30  # a node that failed is asked last for so long, and not at all if it kept us waiting; then it gets another chance


class NodeFailed(Exception):
    """No answer that can be used: the node is away, overloaded, or does not make sense. Another one may do."""


class RefusedByNode(NodeFailed):
    """The node is well, and will not answer this: a range too wide, a word it does not know."""


class UnknownBlock(Exception):
    """The node answered, and knows no such block: it lags, or the block is no longer of its chain."""


class Node(Protocol):
    """Each call raises NodeFailed; those that name a block, UnknownBlock."""

    name: str

    def chain_id(self) -> int: ...

    def head(self) -> Header: ...

    def header(self, number: int) -> Header: ...

    def header_by_hash(self, block: str) -> Header: ...

    def tag_height(self, tag: str) -> int | None:
        """Return the height of `safe` or `finalized`; None where the node knows no such word."""

    def logs(self, block: str, tokens: Sequence[str]) -> list[Log]:
        """Return the tokens' transfers in the block of this hash; never those of another block of the same height."""

    def logs_between(self, first: int, last: int, tokens: Sequence[str]) -> list[Log]:
        """Return the transfers of a range. A node answers short, and says nothing, where its chain ends earlier."""

    def receipt(self, tx: str) -> Receipt | None: ...

    def decimals(self, token: str) -> int: ...

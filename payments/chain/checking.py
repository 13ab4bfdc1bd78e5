"""Compares what we know of a chain with what its nodes say, before anybody is asked to send money there."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from payments.blocks import Untrue, arrivals
from payments.known import KnownChain

from .node import Node, NodeFailed, UnknownBlock


@dataclass(frozen=True)
class Check:
    node: str
    name: str
    fine: bool
    says: str


def check(number: int, known: KnownChain, nodes: list[Node], *, at: datetime) -> Iterator[Check]:
    if len(nodes) < 2:
        yield Check("–", "nodes", bool(nodes), f"{len(nodes)}: name two of different owners, so that none is believed alone")
    for node in nodes:
        yield from _check_node(number, known, node, at)


def _check_node(number: int, known: KnownChain, node: Node, at: datetime) -> Iterator[Check]:
    try:
        found = node.chain_id()
        yield Check(node.name, "chain", found == number, str(found))
        head = node.head()
        yield Check(node.name, "newest block", True, f"{head.number}, {(at - head.at).total_seconds():.0f} s old")
        for token in known.tokens:
            decimals = node.decimals(token.address)
            yield Check(node.name, token.label, decimals == token.decimals, f"{decimals} decimals at {token.address}")
        if known.final_tag:
            height = node.tag_height("finalized")
            says = "not supported: depth counts alone" if height is None else f"{head.number - height} behind"
            yield Check(node.name, "finalized", True, says)
        tokens = [token.address for token in known.tokens]
        deep = node.header(max(0, head.number - known.query_delay))
        yield Check(node.name, "transfers by block", True, f"{len(arrivals(deep, node.logs(deep.hash, tokens), tokens))} in {deep.number}")
    except (NodeFailed, UnknownBlock, Untrue) as error:
        yield Check(node.name, "answers", False, str(error) or type(error).__name__)

"""The nodes of one chain, asked as one: who is fit to be asked, who stands in, and whether two agree."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from payments.blocks import Arrival, Header, Untrue, arrivals, may_hold_transfers

from .node import REST_SECONDS, Node, NodeFailed, RefusedByNode, UnknownBlock

logger = logging.getLogger(__name__)

LAGS = timedelta(seconds=60)  # one whose newest block is older than the others' by more is left out
AHEAD = timedelta(seconds=60)  # no honest block is from the future by more

Found = TypeVar("Found")


class NoNode(NodeFailed):
    """Nobody could be asked. The chain stays as far scanned as it is."""


@dataclass(frozen=True)
class View:
    """Who can be asked now, the best first, and up to which height all of them know the chain."""

    nodes: Sequence[Node]
    head: Header

    @property
    def height(self) -> int:
        return self.head.number

    def agree(self, arrival: Arrival) -> bool | None:
        """Answer whether two nodes have the same transfer in the same block; None where no second one has a say."""
        answers = [answer for node in self.nodes if (answer := _confirms(node, arrival)) is not None]
        return None if len(answers) < 2 else all(answers)


class Nodes:
    def __init__(self, chain_id: int, nodes: Iterable[Node], *, clock: Callable[[], float] = time.monotonic) -> None:
        self.chain_id = chain_id
        self._nodes = list(nodes)
        self._clock = clock
        self._failed_at: dict[int, float] = {}

    def __len__(self) -> int:
        return len(self._nodes)

    def __iter__(self) -> Iterator[Node]:
        return iter(self._nodes)

    def view(self, *, at: datetime) -> View:
        """Ask every node for its chain and its head. Raises NoNode.

        The lowest head of those that keep up: what one of them says up there, another can be asked about.
        """
        heads = [(node, head) for node in self._by_health(self._nodes) if (head := self._head(node, at))]
        newest = max((head.at for _node, head in heads), default=None)
        if newest is None:
            raise NoNode(f"no node of chain {self.chain_id} can be asked")
        fit = [(node, head) for node, head in heads if newest - head.at <= LAGS]
        return View([node for node, _head in fit], min((head for _node, head in fit), key=lambda head: head.number))

    def ask(self, view: View, read: Callable[[Node], Found]) -> Found:
        """Return what the first node answers that can answer it; each answers it whole. Raises NoNode, or UnknownBlock."""
        unknown = None
        for node in self._by_health(view.nodes):
            try:
                return read(node)
            except UnknownBlock as error:
                unknown = error
            except (NodeFailed, Untrue) as error:
                self._blame(node, error)
        raise unknown or NoNode(f"no node of chain {self.chain_id} gave an answer")

    def transfers(self, view: View, header: Header, tokens: Sequence[str]) -> list[Arrival]:
        """Return the tokens' transfers in the block. Raises NoNode, or UnknownBlock.

        Where a node shows none although the block's filter has room for one, the others are asked as well.
        """
        silent: list[Node] = []
        unknown = None
        for node in self._by_health(view.nodes):
            try:
                found = arrivals(header, node.logs(header.hash, tokens), tokens)
            except UnknownBlock as error:
                unknown = error
            except (NodeFailed, Untrue) as error:
                self._blame(node, error)
            else:
                if found or not may_hold_transfers(header, tokens):
                    for other in silent:
                        self._blame(other, Untrue("it left transfers out"))
                    return found
                silent.append(node)
        if silent:
            return []
        raise unknown or NoNode(f"no node of chain {self.chain_id} showed a block")

    def transfers_between(self, view: View, headers: Sequence[Header], tokens: Sequence[str]) -> list[Arrival]:
        """Return what any node shows of these final blocks, each transfer once. Raises NodeFailed where fewer than two answer.

        What only one node shows is noted as well: before anything is settled by it, a second one is asked.
        """
        found: dict[Arrival, None] = {}
        answers = 0
        for node in view.nodes:
            try:
                found |= dict.fromkeys(_stretch(node, headers, tokens))
                answers += 1
            except (NodeFailed, UnknownBlock, Untrue) as error:
                self._blame(node, error)
        if answers < min(2, len(self)):
            raise NoNode(f"no second node of chain {self.chain_id} showed what is final")
        return list(found)

    def _head(self, node: Node, at: datetime) -> Header | None:
        try:
            if node.chain_id() != self.chain_id:
                raise Untrue("it is on another chain")
            head = node.head()
            if head.at > at + AHEAD:
                raise Untrue("its newest block is from the future")
        except (NodeFailed, UnknownBlock, Untrue) as error:
            self._blame(node, error)
            return None
        return head

    def _by_health(self, nodes: Sequence[Node]) -> list[Node]:
        """Put those last that failed a short while ago."""
        now = self._clock()
        return sorted(nodes, key=lambda node: now - self._failed_at.get(self._nodes.index(node), now - REST_SECONDS) < REST_SECONDS)

    def _blame(self, node: Node, error: Exception) -> None:
        self._failed_at[self._nodes.index(node)] = self._clock()
        logger.warning("a node failed", extra={"chain": self.chain_id, "node": node.name, "because": str(error)})


def _stretch(node: Node, headers: Sequence[Header], tokens: Sequence[str]) -> list[Arrival]:
    """Read the blocks at once; where that is more than the node gives, in halves."""
    try:
        logs = node.logs_between(headers[0].number, headers[-1].number, tokens)
    except RefusedByNode:
        if len(headers) == 1:
            raise
        middle = len(headers) // 2
        return [*_stretch(node, headers[:middle], tokens), *_stretch(node, headers[middle:], tokens)]
    if strangers := {log.number for log in logs} - {header.number for header in headers}:
        raise Untrue(f"logs of blocks that were not asked for: {strangers}")
    return [one for header in headers for one in arrivals(header, [log for log in logs if log.number == header.number], tokens)]


def _confirms(node: Node, arrival: Arrival) -> bool | None:
    """One that is away has no say; one that knows of no such transaction says no."""
    try:
        receipt = node.receipt(arrival.tx)
        if receipt is None or not receipt.succeeded:
            return False
        header = Header(arrival.number, arrival.block, "", arrival.at)
        logs = [log for log in receipt.logs if log.token == arrival.token and log.index == arrival.index]
        return arrivals(header, logs, [arrival.token]) == [arrival]
    except NodeFailed:
        return None
    except Untrue:
        return False

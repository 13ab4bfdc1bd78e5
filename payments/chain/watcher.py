"""The watcher: reads on from the tip, block by block, then has the money looked at. It may be killed at any moment.

All facts are read before a transaction opens; the cursor moves only from the hash that was read upon. So two watchers,
a redelivered task, or a node that changes its mind in between do nothing worse than nothing.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import DatabaseError, DataError, IntegrityError

from payments import actions
from payments.actions.facts import Facts, cursor_of
from payments.blocks import Arrival, Header, Untrue
from payments.models import Chain, ChainCursor, Transfer
from ticketing.errors import DomainError

from .node import Node, NodeFailed, UnknownBlock
from .nodes import AHEAD, Nodes, View

logger = logging.getLogger(__name__)

BLOCKS = 200  # in one run; what is more, the next one reads
CONTRADICTIONS = (IntegrityError, DataError)  # what a node can make the database say; its own faults are not among them
FAULTS = (DomainError, DatabaseError, AssertionError, LookupError, TypeError, ValueError)  # of one payment; not that our time is up
STRETCH = 20  # final blocks that are looked at again at once


def watch(chain: Chain, nodes: Nodes, *, clock: Callable[[], datetime], most: int = BLOCKS) -> int:
    """Read the chain on, judge what follows; return how many blocks were read or taken back."""
    moved = 0
    try:
        view = nodes.view(at=clock())
        while moved < most and step(chain, nodes, view, at=clock()):
            moved += 1
        _see_head(chain, nodes, view, reached=moved < most, at=clock())
    except UnknownBlock:
        logger.info("a block went away while it was read", extra={"chain": chain.number})
    except NodeFailed as error:
        logger.warning("a chain cannot be read", extra={"chain": chain.number, "because": str(error)})
        return moved
    _judge(chain, nodes, view, at=clock())
    try:
        _look_again(chain, nodes, view)
    except (NodeFailed, *CONTRADICTIONS) as error:  # whatever a node makes of final blocks, orders are judged without it
        logger.warning("final blocks cannot be looked at again", extra={"chain": chain.number, "because": str(error)})
    return moved


def step(chain: Chain, nodes: Nodes, view: View, *, at: datetime) -> bool:
    """Move the cursor by one block, forward or back; return False where there is nothing to do, or nothing certain."""
    height = view.height - chain.query_delay
    cursor = ChainCursor.objects.filter(chain=chain).first()
    if cursor is None:
        return actions.begin_chain(chain_id=chain.pk, header=nodes.ask(view, lambda node: node.header(max(0, height))))
    if cursor.number < height:
        header = nodes.ask(view, lambda node: _next(node, cursor, at))
        if header.parent == cursor.hash:
            tokens = list(chain.tokens.order_by("address").values_list("address", flat=True))
            # Asked for the transfers of no token, a node would give those of all.
            return _apply(chain, header, nodes.transfers(view, header, tokens) if tokens else [])
    if _still_stands(view, cursor):
        return False
    return actions.roll_back(chain_id=chain.pk, block=cursor.hash, at=at)


def _next(node: Node, cursor: ChainCursor, at: datetime) -> Header:
    """Whether money came in time, and which orders are over, is judged by the time of blocks: it is not left to one node alone."""
    header = node.header(cursor.number + 1)
    if header.at > at + AHEAD or (header.parent == cursor.hash and header.at < cursor.at):
        raise Untrue("a block of another time")
    return header


def _apply(chain: Chain, header: Header, found: Sequence[Arrival]) -> bool:
    try:
        return actions.apply_block(chain_id=chain.pk, header=header, found=found)
    except CONTRADICTIONS as error:
        # Such as one transaction in two blocks: no chain does that, so a node lies, and nothing of it is kept.
        logger.critical("a block contradicts what we know", extra={"chain": chain.number, "because": str(error)})
        return False


def _still_stands(view: View, cursor: ChainCursor) -> bool:
    """One node alone takes nothing back: as long as another has the block, or none says what is there, we wait."""
    known = []
    for node in view.nodes:
        try:
            known.append(node.header(cursor.number).hash)
        except (UnknownBlock, NodeFailed):
            continue
    return not known or cursor.hash in known


def _see_head(chain: Chain, nodes: Nodes, view: View, *, reached: bool, at: datetime) -> None:
    """Final is what lies deep enough; where the chain has a word for it, its word counts as well."""
    cursor = ChainCursor.objects.get(chain=chain)
    final = view.height - chain.final_depth + 1
    if chain.final_tag:
        said = nodes.ask(view, lambda node: node.tag_height("finalized"))
        final = final if said is None else min(final, said)
    # Where every node stands still, the end of what they know is not the end of the chain.
    is_new = at - view.head.at <= timedelta(seconds=chain.patience)
    reached = reached and is_new and cursor.number >= view.height - chain.query_delay
    actions.see_head(chain_id=chain.pk, final_number=max(final, -1), at=at if reached else None)


def _look_again(chain: Chain, nodes: Nodes, view: View) -> None:
    """Ask every node for the transfers of blocks that are final: the one that was asked at first may have kept some back.

    With one node alone there is nobody else to ask; where others are away, we wait for them.
    """
    cursor = ChainCursor.objects.get(chain=chain)
    first, last = cursor.checked_number + 1, min(cursor.final_number, cursor.checked_number + 5 * STRETCH)
    if last - first + 1 < STRETCH or len(view.nodes) < min(2, len(nodes)):
        return
    tokens = list(chain.tokens.order_by("address").values_list("address", flat=True))
    blocks = chain.blocks.filter(number__range=(first, last)).order_by("number")
    stretch = [Header(block.number, block.hash, block.parent, block.at) for block in blocks]
    found = nodes.transfers_between(view, stretch, tokens) if tokens and stretch and len(nodes) > 1 else []
    if missed := actions.look_again(chain_id=chain.pk, through=last, found=found):
        logger.error("a node had kept transfers back", extra={"chain": chain.number, "missed": missed})


def _judge(chain: Chain, nodes: Nodes, view: View, *, at: datetime) -> None:
    for payment_id in actions.to_judge():
        _judge_one(payment_id, at=at)
    for facts, evidence in actions.to_vouch(chain_id=chain.pk, at=at):
        answers = {one.pk: _vouch(facts, one, nodes, view) for one in evidence}
        vouched, denied = ([pk for pk, agreed in answers.items() if agreed is said] for said in (True, False))
        _judge_one(facts.payment.pk, at=at, vouched=vouched, denied=denied)


def _judge_one(payment_id: UUID, **said: Any) -> None:
    """Whatever is wrong with one payment, such as a counter that is off, holds up no other; each run tries it again."""
    try:
        actions.judge(payment_id=payment_id, **said)
    except FAULTS:
        logger.exception("a payment cannot be judged", extra={"payment": str(payment_id)})


def _vouch(facts: Facts, transfer: Transfer, nodes: Nodes, view: View) -> bool | None:
    """Two nodes must show the same; None: that may still change. Where there is one node at all, what is large waits until it is final."""
    cursor = cursor_of(transfer.chain)
    is_final = cursor is not None and transfer.block_number <= cursor.final_number
    if len(nodes) == 1:
        return facts.is_small or is_final or None
    agreed = view.agree(_arrival(transfer))
    if agreed is False:
        logger.critical("nodes disagree about money", extra={"chain": nodes.chain_id, "tx": transfer.tx_hash})
    return None if agreed is False and not is_final else agreed


def _arrival(transfer: Transfer) -> Arrival:
    return Arrival(
        number=transfer.block_number,
        block=transfer.block_hash,
        index=transfer.log_index,
        tx=transfer.tx_hash,
        token=transfer.token.address,
        sender=transfer.sender,
        to=transfer.address.address,
        amount=int(transfer.amount),
        at=transfer.block_at,
    )

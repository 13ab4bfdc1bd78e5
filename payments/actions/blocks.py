"""The chain is written down block by block. The cursor moves only from the hash that was built upon."""

import logging
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop

from payments.blocks import Arrival, Header
from payments.models import Chain, ChainBlock, ChainCursor, Payment, PaymentAddress, Token, Transfer
from ticketing import history

logger = logging.getLogger(__name__)

KEPT = 1000  # blocks behind the tip, beyond those that were not looked at twice


@transaction.atomic
def begin_chain(*, chain_id: UUID, header: Header) -> bool:
    """Watch the chain from this block on; return whether it was not watched before. Locks: nothing."""
    facts = {"number": header.number, "hash": header.hash, "at": header.at, "final_number": -1, "checked_number": header.number}
    _cursor, made = ChainCursor.objects.get_or_create(chain_id=chain_id, defaults=facts)
    if made:
        _block(chain_id, header)
    return made


@transaction.atomic
def apply_block(*, chain_id: UUID, header: Header, found: Sequence[Arrival]) -> bool:
    """Write down the next block and its transfers to us; return False if somebody else moved the cursor. No order is touched.

    Locks: the cursor.
    """
    onto = ChainCursor.objects.filter(chain=chain_id, number=header.number - 1, hash=header.parent)
    if not onto.update(number=header.number, hash=header.hash, at=header.at):
        return False
    _block(chain_id, header)
    # A block that comes back after a reorg brings rows that are here already: they stand again.
    Transfer.objects.filter(chain=chain_id, block_hash=header.hash).update(canonical=True)
    _note(chain_id, found)
    return True


@transaction.atomic
def look_again(*, chain_id: UUID, through: int, found: Sequence[Arrival]) -> int:
    """Write down what the first look at final blocks missed, and that they were looked at; return how much it was.

    Locks: the cursor.
    """
    cursor = ChainCursor.objects.filter(chain=chain_id).locked().get()
    ours = set(ChainBlock.objects.filter(chain=chain_id, hash__in={one.block for one in found}).values_list("hash", flat=True))
    missed = _note(chain_id, [one for one in found if one.block in ours])
    cursor.checked_number = max(cursor.checked_number, min(through, cursor.final_number))
    cursor.save(update_fields=["checked_number"])
    return missed


@transaction.atomic
def roll_back(*, chain_id: UUID, block: str, at: datetime) -> bool:
    """Take the newest block back, which fell out of the chain; return False if it is not the newest, or the oldest we have.

    What came with it no longer counts; it may come again in another block. Below what was final, nothing is settled any more.
    Locks: the cursor.
    """
    cursor = ChainCursor.objects.filter(chain=chain_id, hash=block).locked().first()
    gone = ChainBlock.objects.filter(chain=chain_id, hash=block).first()
    before = gone and ChainBlock.objects.filter(chain=chain_id, hash=gone.parent).first()
    if cursor is None or gone is None:
        return False
    if before is None or cursor.number <= cursor.final_number:
        _halt(cursor, at)
    if before is None:
        return False
    lost = Transfer.objects.filter(chain=chain_id, block_hash=block, canonical=True)
    _touch([address for (address,) in lost.values_list("address")], cursor.number)
    lost.update(canonical=False)
    ChainCursor.objects.filter(pk=cursor.pk).update(
        number=before.number,
        hash=before.hash,
        at=before.at,
        final_number=min(cursor.final_number, before.number),
        checked_number=min(cursor.checked_number, before.number),
    )
    gone.delete()
    return True


@transaction.atomic
def see_head(*, chain_id: UUID, final_number: int, at: datetime | None) -> None:
    """Note how much is final, and if all was read, when. What is final stays final. Locks: the cursor."""
    cursor = ChainCursor.objects.filter(chain=chain_id).locked().get()
    cursor.final_number = max(cursor.final_number, min(final_number, cursor.number))
    cursor.reached_at = at or cursor.reached_at
    cursor.save(update_fields=["final_number", "reached_at"])
    ChainBlock.objects.filter(chain=chain_id, number__lt=min(cursor.checked_number, cursor.number - KEPT)).delete()


def _block(chain_id: UUID, header: Header) -> None:
    ChainBlock.objects.create(chain_id=chain_id, number=header.number, hash=header.hash, parent=header.parent, at=header.at)


def _note(chain_id: UUID, found: Sequence[Arrival]) -> int:
    """Of all transfers, ours are those to an address of ours: whoever sent it, and on whatever chain. Return how many are new."""
    ours = {address.address: address for address in PaymentAddress.objects.filter(address__in={one.to for one in found if one.amount})}
    known = [one for one in found if one.amount and one.to in ours]
    there = set(Transfer.objects.filter(chain=chain_id, block_hash__in={one.block for one in known}).values_list("block_hash", "log_index"))
    new = [one for one in known if (one.block, one.index) not in there]
    tokens = {token.address: token for token in Token.objects.filter(chain=chain_id)}
    Transfer.objects.bulk_create(_transfer(chain_id, one, ours, tokens) for one in new)
    _touch([ours[one.to].pk for one in known], max((one.number for one in known), default=0))
    return len(new)


def _transfer(chain_id: UUID, one: Arrival, ours: dict[str, PaymentAddress], tokens: dict[str, Token]) -> Transfer:
    token = tokens[one.token]
    return Transfer(
        chain_id=chain_id,
        token=token,
        address=ours[one.to],
        sender=one.sender,
        tx_hash=one.tx,
        block_number=one.number,
        block_hash=one.block,
        log_index=one.index,
        amount=one.amount,
        block_at=one.at,
        accepted=token.accepted,
    )


def _touch(addresses: Sequence[UUID], height: int) -> None:
    Payment.objects.filter(address__in=addresses).update(touched_height=height)


def _halt(cursor: ChainCursor, at: datetime) -> None:
    """A chain that took back what it called final may take back anything: a person must look."""
    if cursor.halted:
        return
    cursor.halted = gettext_noop("blocks that were final fell out of the chain")  # said in the language of whoever reads it
    cursor.save(update_fields=["halted"])
    history.record(Chain.objects.get(pk=cursor.chain_id), "halted", at=at, by=history.SYSTEM, details={"block": cursor.number})
    logger.critical("a chain took back what was final; nothing is settled there any more", extra={"chain": str(cursor.chain_id)})

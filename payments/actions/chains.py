"""Chains are switched on by command, once what we know of them was compared with the chain itself."""

from datetime import datetime

from django.db import transaction

from payments.known import KnownChain
from payments.models import Chain, ChainCursor, Token
from ticketing import history

from . import letters


@transaction.atomic
def enable_chain(*, number: int, known: KnownChain, at: datetime) -> Chain:
    """Take payments on this chain from now on, by what we know of it. Enabling twice is enabling once. Locks: its row."""
    facts = {
        "name": known.name,
        "explorer": known.explorer,
        "small_depth": known.small_depth,
        "large_depth": known.large_depth,
        "final_depth": known.final_depth,
        "final_tag": known.final_tag,
        "query_delay": known.query_delay,
    }
    Chain.objects.get_or_create(number=number, defaults=facts)
    chain: Chain = Chain.objects.locked().get(number=number)
    for position, token in enumerate(known.tokens):
        told = {"label": token.label, "decimals": token.decimals, "accepted": token.accepted, "position": position}
        Token.objects.get_or_create(chain=chain, address=token.address, defaults=told)
    if not chain.enabled:
        chain.enabled = True
        chain.save(update_fields=["enabled"])
        history.record(chain, "enabled", at=at, by=history.SYSTEM)
        letters.chain_switched(chain, at=at)
    return chain


@transaction.atomic
def disable_chain(*, number: int, at: datetime) -> bool:
    """Take no payments there any more. It is read until nothing waits for it: see `watched`. Locks: its row."""
    chain = Chain.objects.filter(number=number, enabled=True).locked().first()
    if chain is None:
        return False
    chain.enabled = False
    chain.save(update_fields=["enabled"])
    history.record(chain, "disabled", at=at, by=history.SYSTEM)
    letters.chain_switched(chain, at=at)
    return True


@transaction.atomic
def resume_chain(*, number: int, at: datetime) -> bool:
    """Settle again on a halted chain, once a person has looked at its nodes; return whether it was halted. Locks: its cursor."""
    cursor = ChainCursor.objects.filter(chain__number=number).exclude(halted="").locked().first()
    if cursor is None:
        return False
    cursor.halted = ""
    cursor.save(update_fields=["halted"])
    history.record(Chain.objects.get(number=number), "resumed", at=at, by=history.SYSTEM, details={"block": cursor.number})
    return True

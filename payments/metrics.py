"""Figures of money."""

from collections.abc import Iterator

from django.utils import timezone

from payments import health
from ticketing.rooms import Figure


def figures() -> Iterator[Figure]:
    for chain in health.chains(timezone.now()):
        labels = (("chain", str(chain.number)),)
        yield Figure("chain_block", chain.block or 0, "The last block that was read", labels=labels)
        yield Figure("chain_final_block", chain.final or 0, "Up to which block the chain is final", labels=labels)
        if chain.unseen_for is not None:
            yield Figure("chain_unseen_seconds", chain.unseen_for, "Since the chain was read to its end", labels=labels)
        yield Figure("chain_well", int(chain.is_well), "Whether the chain is read as it should be", labels=labels)
    yield Figure("payments_confirming", health.unsettled(), "Orders that wait until their money is certain")

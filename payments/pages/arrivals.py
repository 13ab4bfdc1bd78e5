"""Transfers, as their senders would recognise them."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.utils.translation import ngettext

from payments import links
from payments.actions.facts import Facts
from payments.amounts import told
from payments.models import Transfer

from .words import moment

NAMED = 5  # one by one; whoever pays in more parts reads the sum, and the rest at the explorer


@dataclass(frozen=True)
class Arrived:
    amount: str
    token: str
    chain: str
    when: str
    tx: str
    link: str
    counts: bool  # or it is another token, or on another chain than the one that is paid on

    @property
    def where(self) -> str:
        return urlsplit(self.link).hostname or ""


def largest(arrived: Sequence[Transfer]) -> list[Transfer]:
    """Leave out what is smallest where there is too much to read, such as what strangers scatter; the order stays."""
    kept = {one.pk for one in sorted(arrived, key=lambda one: one.amount / 10**one.token.decimals, reverse=True)[:NAMED]}
    return [one for one in arrived if one.pk in kept]


def besides(count: int) -> str:
    return ngettext("and %(count)s smaller transfer", "and %(count)s smaller transfers", count) % {"count": count} if count else ""


def came(one: Transfer, facts: Facts) -> Arrived:
    return Arrived(
        amount=told(int(one.amount), one.token.decimals),
        token=one.token.label,
        chain=one.chain.name,
        when=moment(one.block_at, facts.order.event),
        tx=one.tx_hash,
        link=links.explorer_of_tx(one.chain.explorer, one.tx_hash),
        counts=one.accepted and (one.chain_id, one.token_id) == (facts.quote.chain_id, facts.quote.token_id),
    )

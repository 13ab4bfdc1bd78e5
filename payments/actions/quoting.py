"""What an order costs on a chain: quoted once, at a rate that is kept, until its deadline."""

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _

from payments import amounts
from payments.models import Chain, Payment, Quote, Token
from ticketing.errors import DomainError

from .rates import rate_in_use


class NotTaken(DomainError):
    """The chain is not known, is switched off, or cannot be seen at the moment: what we cannot see, we do not sell."""

    status = 503

    def __init__(self, *, was_chosen: bool) -> None:
        chosen = _("We take no payments over this network at the moment. If another is offered, choose that one.")
        first = _("We cannot see the networks of USDT at the moment. What you typed is kept: try again in a minute, or pay another way.")
        super().__init__(chosen if was_chosen else first)


def offered_tokens(at: datetime) -> list[Token]:
    """Return the tokens in which orders can be paid now, the first choice first."""
    tokens = Token.objects.filter(accepted=True, chain__enabled=True, chain__cursor__halted="").select_related("chain__cursor")
    return [token for token in tokens.order_by("chain__position", "chain__number", "position") if can_see(token.chain, at)]


def can_see(chain: Chain, at: datetime) -> bool:
    """Answer whether the chain was read to its end lately: what we cannot see, we do not sell."""
    reached_at = chain.cursor.reached_at
    return reached_at is not None and at - reached_at <= timedelta(seconds=chain.patience)


def chosen_token(token_id: UUID | None, at: datetime) -> Token:
    """Return the token if it is offered; without a choice, the first. Raises: NotTaken."""
    for token in offered_tokens(at):
        if token_id in (None, token.pk):
            return token
    raise NotTaken(was_chosen=token_id is not None)


def quote(payment: Payment, token: Token, *, total: Decimal, currency: str, at: datetime, deadline: datetime) -> Quote:
    """Write down what an order costs in this token, in the caller's transaction. Raises: NoRate."""
    rate, spread = rate_in_use(currency, at)
    per_usdt = rate.per_usdt if rate and rate.per_usdt else amounts.ONE
    due = amounts.atomic(amounts.due(total, per_usdt, spread=spread), token.decimals)
    least = amounts.least(due, token.decimals)
    return Quote.objects.create(
        payment=payment, chain=token.chain, token=token, rate=rate, due=due, least=least, quoted_at=at, deadline=deadline
    )

"""Which ways to pay are offered now: asked with every event page, so the answer is kept for some seconds."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from payments import amounts, receiving
from payments.actions import NoRate, offered_tokens, rate_in_use
from payments.known import KNOWN
from payments.models import Chain, PaymentAddress, Provider, Token
from ticketing.errors import DomainError
from ticketing.kept import Shelf

from .words import about_minutes

OFFERS = Shelf("offers", seconds=10)  # what is meanwhile out of sight, the checkout refuses in words
NEVER, NOW, AWAY = "never", "now", "away"


class NotTakenByHand(DomainError):
    def __init__(self) -> None:
        super().__init__(_("This promoter is not paid directly. Load the page again and choose from what it shows."))


@dataclass(frozen=True)
class Network:
    """A token on a chain, in which an order can be paid now."""

    token: UUID
    chain: int
    name: str
    label: str
    depth: int
    large_depth: int
    small_until: int

    def waiting_for(self, units: int) -> "Network":
        """Return the same with the blocks that are waited for with so much money."""
        return self if units <= self.small_until else replace(self, depth=self.large_depth)

    @property
    def note(self) -> str:
        """Say what it costs and takes, as far as we know."""
        known = KNOWN.get(self.chain)
        if known is None:
            return self.label
        fee = _("higher fee") if known.dear else _("low fee")
        return f"{self.label} · {fee} · {about_minutes(self.depth * known.milliseconds // 1000)}"


def networks() -> list[Network]:
    """Return what an order can be paid in, the first choice first."""
    return list(OFFERS.get("networks", "", _networks))


def state_of_usdt(currency: str) -> str:
    """Answer whether the site takes USDT for prices in this currency: never, now, or not at the moment."""
    if receiving.wallet() is None:
        return NEVER
    return str(OFFERS.get("usdt", currency, lambda: _usdt(currency)))


def ways_to_pay(currency: str, *, by_hand: bool) -> list[str]:
    """Return the ways to pay, the first choice first. Where there is no USDT at all, every promoter is paid directly."""
    state = state_of_usdt(currency)
    found = [Provider.USDT] if state == NOW else []
    if by_hand or state == NEVER:
        found.append(Provider.MANUAL)
    return [str(way) for way in found]


def forget_offers() -> None:
    """Ask anew: an order was refused that was offered a moment ago."""
    for subject in ("usdt", "networks"):
        OFFERS.renew(subject)


def way_to_pay(chosen: str, currency: str, *, by_hand: bool) -> str:
    """Return how the order is paid: as its buyer chose, or else the first way. What stands in the way of USDT, checkout says.

    Raises: NotTakenByHand.
    """
    ways = ways_to_pay(currency, by_hand=by_hand)
    if chosen == Provider.MANUAL and chosen not in ways:
        raise NotTakenByHand
    return chosen or next(iter(ways), str(Provider.USDT))


def _networks() -> Sequence[Network]:
    return [_network(token, token.chain) for token in offered_tokens(timezone.now())]


def _network(token: Token, chain: Chain) -> Network:
    return Network(
        token=token.pk,
        chain=chain.number,
        name=chain.name,
        label=token.label,
        depth=chain.small_depth,
        large_depth=chain.large_depth or chain.final_depth,
        small_until=amounts.atomic(chain.small_amount, token.decimals),
    )


def _usdt(currency: str) -> str:
    at, wallet = timezone.now(), receiving.wallet()
    if wallet is None or not Token.objects.filter(accepted=True, chain__enabled=True).exists():
        return NEVER
    try:
        rate_in_use(currency, at)
    except NoRate:
        return AWAY
    return NOW if networks() and PaymentAddress.objects.free(wallet.fingerprint).exists() else AWAY

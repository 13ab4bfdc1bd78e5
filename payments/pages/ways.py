"""What a buyer can do instead, when an order was refused."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

import events.actions
from events import kept
from events.models import Event
from events.pages import Way
from orders.actions import AccountNeeded, OneOrderEach, TooManyForOne, TooManyHolds, Wish
from orders.models import Order
from ticketing.errors import DomainError

from .words import moment

DATES = 3
SHORT = (events.actions.SoldOut, events.actions.Queued, events.actions.NotOnSale)


def ways(refusal: DomainError, *, wish: Wish, slug: str, open_tiers: Mapping[UUID, str], at: datetime) -> list[Way]:
    """`open_tiers` is what the page offers, in words."""
    if isinstance(refusal, AccountNeeded):
        return list(_doors(wish, slug))
    if isinstance(refusal, OneOrderEach | TooManyHolds) or (isinstance(refusal, TooManyForOne) and refusal.had):
        return list(_own_orders(wish)) or [Way(_("Have the links mailed to me"), reverse("orders:find"))]
    if isinstance(refusal, SHORT):
        return [*_other_tiers(wish, open_tiers), *_other_dates(wish.event_id, at)] or [
            Way(_("See what comes next"), reverse("events:home"))
        ]
    return []


def _doors(wish: Wish, slug: str) -> Iterator[Way]:
    chosen = urlencode({f"quantity-{tier}": number for tier, number in wish.lines.items()})
    back = urlencode({"next": f"{reverse('events:event', args=[slug])}?{chosen}#shop"})
    yield Way(_("Sign in"), f"{reverse('account_login')}?{back}")
    yield Way(_("Make an account"), f"{reverse('account_signup')}?{back}")


def _own_orders(wish: Wish) -> Iterator[Way]:
    """The links of this very visitor's orders: by the account or the browser, never by the address that was typed."""
    own = Q(user=wish.buyer.user) if wish.buyer.user else Q(pk=None)
    if wish.buyer.key:
        own |= Q(buyer_key=wish.buyer.key)
    for order in Order.objects.live().filter(own, event=wish.event_id).order_by("created_at")[:3]:
        yield Way(_("Open order %(reference)s") % {"reference": order.reference}, reverse("payments:order", args=[order.secret]))


def _other_tiers(wish: Wish, open_tiers: Mapping[UUID, str]) -> Iterator[Way]:
    return (Way(words, f"#quantity-{tier}") for tier, words in open_tiers.items() if tier not in wish.lines)


def _other_dates(event_id: UUID, at: datetime) -> Sequence[Way]:
    """The same show at another time: of the same promoter, and of the same name. Kept, for many come too late at once."""

    def make() -> list[Way]:
        this = Event.all_objects.get(pk=event_id)
        others = Event.objects.on_sale(at).filter(promoter=this.promoter_id, title=this.title).exclude(pk=this.pk)[:DATES]
        return [Way(f"{moment(event.starts_at, event)}, {event.city}", event.get_absolute_url()) for event in others]

    dates: Sequence[Way] = kept.LISTS.get(kept.EVERYTHING, f"dates-{event_id}-{get_language()}", make)
    return dates

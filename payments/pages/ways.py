"""What a buyer can do instead, when an order was refused."""

from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

import events.actions
from events.models import Event
from events.pages import Way, tickets
from orders.actions import AccountNeeded, OneOrderEach, TooManyHolds, Wish
from orders.models import Order
from ticketing.errors import DomainError

from .words import moment

DATES = 3
SHORT = (events.actions.SoldOut, events.actions.Queued, events.actions.NotOnSale)


def ways(refusal: DomainError, *, wish: Wish, slug: str, at: datetime) -> list[Way]:
    if isinstance(refusal, AccountNeeded):
        return list(_doors(wish, slug))
    if isinstance(refusal, OneOrderEach | TooManyHolds):
        return list(_own_orders(wish)) or [Way(_("Have the links mailed to me"), reverse("orders:find"))]
    if isinstance(refusal, SHORT):
        return [*_other_tiers(wish, at), *_other_dates(wish, at)] or [Way(_("See what comes next"), reverse("events:home"))]
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


def _other_tiers(wish: Wish, at: datetime) -> Iterator[Way]:
    found = Event.objects.with_prices().filter(pk=wish.event_id).first()
    for line in tickets(found, {}, at).lines if found else []:
        if line.is_open and line.id not in wish.lines:
            yield Way(_("%(tier)s, %(price)s") % {"tier": line.name, "price": line.price.written}, f"#quantity-{line.id}")


def _other_dates(wish: Wish, at: datetime) -> Iterator[Way]:
    """The same show at another time: of the same promoter, and of the same name."""
    this = Event.all_objects.get(pk=wish.event_id)
    for event in Event.objects.on_sale(at).filter(promoter=this.promoter_id, title=this.title).exclude(pk=this.pk)[:DATES]:
        yield Way(f"{moment(event.starts_at, event)}, {event.city}", event.get_absolute_url())

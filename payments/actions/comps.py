"""Tickets that the promoter gives away."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

import orders.actions
from accounts.models import User
from events.models import Event
from orders.actions import Visit, Wish
from orders.models import Note, Order
from payments.models import Provider
from ticketing.errors import DomainError

from .checkout import new_payment, placed
from .rights import PLANNERS, actor, only


class TooManyComps(DomainError):
    """More would be given away than the event gives: `left` are left."""

    def __init__(self, limit: int, left: int) -> None:
        words = _("This event gives %(limit)s tickets away, and %(left)s of them are left. Its page in the administration has the limit.")
        super().__init__(words % {"limit": limit, "left": left})
        self.left = left


@transaction.atomic
def give_comps(*, wishes: Sequence[Wish], by: User | None, at: datetime, reason: str = "") -> list[Order]:
    """Give tickets away, an order for each wish: all or none, and each once however often its form is sent.

    They pass by the line, buyers' limits and hidden tiers, but not by the quantity nor by the event's limit of such tickets.
    Locks: the persons, the events, then by claim the tiers. Raises: NotAllowed, TooManyComps, NotOnSale, SoldOut.
    """
    once = {wish.submission or number: wish for number, wish in enumerate(wishes)}.values()
    # All persons before the first tier, and tiers in one order, so that two lists do not wait for each other.
    visits = [(orders.actions.receive(wish=wish), wish) for wish in sorted(once, key=lambda wish: wish.buyer.person)]
    new = [wish for visit, wish in visits if visit.same is None]
    for event in Event.all_objects.select_related("promoter").filter(pk__in={wish.event_id for wish in once}).locked():
        only(PLANNERS, event, by)
        _check_limit(event, sum(sum(wish.lines.values()) for wish in new if wish.event_id == event.pk))
    given = [_given(visit, wish, by, at) for visit, wish in sorted(visits, key=lambda pair: sorted(pair[1].lines))]
    if reason.strip():
        made = {wish.submission for wish in new}
        Note.objects.bulk_create(Note(order=order, author=by, text=reason.strip()) for order in given if order.submission in made)
    return given


@transaction.atomic
def try_comps(*, wishes: Sequence[Wish], by: User | None, at: datetime) -> None:
    """See whether they could be given away now; nothing is kept.

    Locks and raises: as `give_comps` does.
    """
    give_comps(wishes=wishes, by=by, at=at)
    transaction.set_rollback(True)


def comps_left(event: Event) -> int:
    """Return how many more may be given away."""
    return event.comp_limit - Order.objects.paid().filter(event=event, payment__provider=Provider.COMP).places()


def _check_limit(event: Event, places: int) -> None:
    left = comps_left(event)
    if places > left:
        raise TooManyComps(event.comp_limit, max(0, left))


def _given(visit: Visit, wish: Wish, by: User | None, at: datetime) -> Order:
    if visit.same:
        return visit.same
    offer = orders.actions.priced(wish=wish, visit=visit, free=True)
    payment = new_payment(Provider.COMP, settled_at=at)
    payment.save(force_insert=True)
    return placed(payment, wish=wish, visit=visit, offer=offer, at=at, by=actor(by), expires_at=None, given=True)

"""What waits for a person among orders and their money: shown first in the admin."""

from collections.abc import Iterator
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import ngettext

from accounts import roles
from accounts.models import TeamRole
from orders.actions.concerns import ANSWERERS
from orders.models import Concern
from ticketing.rooms import Errand

from .models import Payment, Provider, State


def errands(request: HttpRequest) -> Iterator[Errand]:
    yield from _of_buyers([team.pk for team in roles.promoters_of(request.user, *ANSWERERS)])
    yield from _of_money([team.pk for team in roles.promoters_of(request.user, TeamRole.OWNER, TeamRole.FINANCE)])


def _of_buyers(own: list[UUID]) -> Iterator[Errand]:
    if waiting := Concern.objects.filter(order__event__promoter__in=own, answered_at=None).count():
        words = ngettext("%(count)s message of a buyer waits for an answer", "%(count)s messages of buyers wait for an answer", waiting)
        yield Errand(words % {"count": waiting}, f"{reverse('admin:orders_concern_changelist')}?answered=no", "wait")


def _of_money(own: list[UUID]) -> Iterator[Errand]:
    waiting = Payment.objects.filter(
        order__event__promoter__in=own, provider=Provider.MANUAL, state=State.AWAITING, order__status="pending"
    ).count()
    if waiting:
        words = ngettext("%(count)d order waits for a payment to you", "%(count)d orders wait for a payment to you", waiting)
        yield Errand(words % {"count": waiting}, f"{reverse('admin:orders_order_changelist')}?state=pending&way=manual", "wait")
    unclear = Payment.objects.filter(order__event__promoter__in=own, state=State.REVIEW).exclude(order__status="paid").count()
    if unclear:
        words = ngettext(
            "Money came for %(count)d order that has no tickets: sell them all the same, or send it back",
            "Money came for %(count)d orders that have no tickets: sell them all the same, or send it back",
            unclear,
        )
        yield Errand(words % {"count": unclear}, f"{reverse('admin:orders_order_changelist')}?payment=failed", "bad")
    owed = Payment.objects.filter(order__event__promoter__in=own, state=State.REFUNDING).count()
    if owed:
        words = ngettext("%(count)d buyer waits for money back from you", "%(count)d buyers wait for money back from you", owed)
        yield Errand(words % {"count": owed}, f"{reverse('admin:orders_order_changelist')}?payment=refunded", "wait")

"""What waits for a person among orders and their money: shown first in the admin."""

from collections.abc import Iterator
from typing import Literal
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import ngettext

from accounts import roles
from accounts.models import TeamRole
from orders.actions.concerns import ANSWERERS
from orders.models import Concern
from ticketing.rooms import Errand

from .models import Payment


def errands(request: HttpRequest) -> Iterator[Errand]:
    yield from _of_buyers([team.pk for team in roles.promoters_of(request.user, *ANSWERERS)])
    yield from _of_money([team.pk for team in roles.promoters_of(request.user, TeamRole.OWNER, TeamRole.FINANCE)])


def _of_buyers(own: list[UUID]) -> Iterator[Errand]:
    if waiting := Concern.objects.filter(order__event__promoter__in=own, answered_at=None).count():
        words = ngettext("%(count)s message of a buyer waits for an answer", "%(count)s messages of buyers wait for an answer", waiting)
        yield Errand(words % {"count": waiting}, f"{reverse('admin:orders_concern_changelist')}?answered=no", "wait")


def _of_money(own: list[UUID]) -> Iterator[Errand]:
    of_own = Payment.objects.filter(order__event__promoter__in=own)
    if count := of_own.to_promoter().count():
        words = ngettext("%(count)d order waits for a payment to you", "%(count)d orders wait for a payment to you", count)
        yield _errand("to_promoter", words, count)
    if count := of_own.without_tickets().count():
        words = ngettext(
            "Money came for %(count)d order that has no tickets: its page says what you can do",
            "Money came for %(count)d orders that have no tickets: their pages say what you can do",
            count,
        )
        yield _errand("without_tickets", words, count, "bad")
    if count := of_own.doubted().count():
        words = ngettext(
            "The payment of %(count)d order fell out of its network, and the tickets open no door: its page says what you can do",
            "The payments of %(count)d orders fell out of their networks, and the tickets open no door: their pages say what you can do",
            count,
        )
        yield _errand("doubted", words, count)
    if count := of_own.over().count():
        words = ngettext(
            "More than was due came for %(count)d order: what is too much is the buyer’s",
            "More than was due came for %(count)d orders: what is too much is the buyers’",
            count,
        )
        yield _errand("over", words, count)
    if count := of_own.to_go_back().count():
        words = ngettext("%(count)d buyer waits for money back from you", "%(count)d buyers wait for money back from you", count)
        yield _errand("to_go_back", words, count)


def _errand(which: str, words: str, count: int, state: Literal["wait", "bad"] = "wait") -> Errand:
    return Errand(words % {"count": count}, f"{reverse('admin:orders_order_changelist')}?payment={which}", state)

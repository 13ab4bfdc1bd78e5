"""Buyers tell sellers what is wrong, and are answered."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import roles
from accounts.actions import NotAllowed
from accounts.models import TeamRole, User
from orders.models import Concern, Order
from ticketing import history, mail
from ticketing.errors import DomainError

MOST_OPEN = 3
ANSWERERS = (TeamRole.OWNER, TeamRole.MANAGER, TeamRole.FINANCE)


class TooManyConcerns(DomainError):
    def __init__(self) -> None:
        super().__init__(_("You have written several times. Wait for an answer to these first."))


class AlreadyAnswered(DomainError):
    def __init__(self) -> None:
        super().__init__(_("Somebody of your team has answered this meanwhile."))


@transaction.atomic
def raise_concern(*, order_id: UUID, words: str, at: datetime, by: str) -> Concern:
    """Tell the seller what is wrong with an order.

    Locks: the order. Raises: TooManyConcerns.
    """
    order: Order = Order.objects.locked().get(pk=order_id)
    if order.concerns.filter(answered_at=None).count() >= MOST_OPEN:
        raise TooManyConcerns
    concern = Concern.objects.create(order=order, words=words, asked_at=at)
    history.record(order, "concern_raised", at=at, by=by, details={"concern": str(concern.pk)})
    seller = order.event.promoter
    mail.queue(kind="orders.concern_raised", subject=concern, to=seller.contact_email, language=seller.language)
    return concern


@transaction.atomic
def answer_concern(*, concern_id: UUID, answer: str, by: User, at: datetime) -> Concern:
    """Answer a buyer, for the seller.

    Locks: the concern. Raises: NotAllowed, AlreadyAnswered.
    """
    concern: Concern = Concern.objects.locked().get(pk=concern_id)
    order = Order.objects.select_related("event__promoter").get(pk=concern.order_id)
    if not may_answer(by, order):
        raise NotAllowed(_("Only the promoter's owner, managers and finance may do that."))
    if concern.answered_at:
        raise AlreadyAnswered
    concern.answer, concern.answered_at, concern.answered_by = answer, at, by
    concern.save(update_fields=["answer", "answered_at", "answered_by"])
    history.record(order, "concern_answered", at=at, by=history.by_user(by.pk), details={"concern": str(concern.pk)})
    mail.queue(kind="orders.concern_answered", subject=concern, to=order.buyer_email, language=order.language)
    return concern


def may_answer(user: User, order: Order) -> bool:
    return roles.is_admin(user) or roles.role_in(user, order.event.promoter) in ANSWERERS

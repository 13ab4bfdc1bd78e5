"""What the team notes about an order."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from orders.models import Note, Order
from ticketing import history
from ticketing.errors import DomainError

from .rights import TEAM, actor, only


class NothingNoted(DomainError):
    def __init__(self) -> None:
        super().__init__(_("Write a note."))


@transaction.atomic
def add_note(*, order_id: UUID, text: str, by: User | None, at: datetime) -> Note:
    """Keep a note for the team. Buyers never read it.

    Locks: nothing; notes only come. Raises: NotAllowed, NothingNoted.
    """
    order = Order.objects.select_related("event__promoter").get(pk=order_id)
    only(TEAM, order.event, by)
    if not text.strip():
        raise NothingNoted
    history.record(order, "noted", at=at, by=actor(by))
    return Note.objects.create(order=order, author=by, text=text.strip())

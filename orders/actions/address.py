"""An order's letters go to another address: at once soon after it was placed, later with the word of the old address."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from cryptography.fernet import InvalidToken
from django.db import transaction
from django.utils.translation import gettext as _

from orders.models import LIVE, Order, Ticket
from orders.names import new_secret
from ticketing import history, mail
from ticketing.errors import DomainError
from ticketing.fields import keys

from . import letters
from .seats import renew

AT_ONCE = timedelta(minutes=15)
LINK_LIVES = timedelta(days=1)


class NotMoved(DomainError):
    """The sentence says why: the order is over, the address is the same, or the link is no longer valid."""


@dataclass(frozen=True)
class Asked:
    order_id: UUID
    secret: str
    email: str
    until: datetime


@transaction.atomic
def move_email(*, order_id: UUID, email: str, at: datetime, by: str, for_team: bool = False) -> Order:
    """Have the order's letters go to another address, or ask the old one first if it is not new any more.

    `for_team`: the seller's people may do it at once, for a buyer whose address was wrong from the start.

    Locks: the order, its tickets, then the mailboxes. Raises: NotMoved, TooManyLetters.
    """
    order = _locked(order_id, email)
    if for_team or at < order.reserved_at + AT_ONCE:
        return _moved(order, email, at=at, by=by, trusted=(order.buyer_email, email) if for_team else ())
    line = history.record(order, "email_asked", at=at, by=by)
    told = [str(order.pk), order.secret, email, (at + LINK_LIVES).isoformat()]
    token = keys().encrypt(json.dumps(told).encode()).decode()
    if not letters.owe_typed(order, "orders.confirm_email", to=order.buyer_email, occasion=str(line.pk), secret=token):
        raise letters.TooManyLetters
    return order


@transaction.atomic
def confirm_email(*, token: str, at: datetime) -> Order:
    """Take the word of the old address. The link works once: the order's secret, which it names, is another one afterwards.

    Locks: the order, its tickets, then the mailboxes. Raises: NotMoved, TooManyLetters.
    """
    asked = read_token(token)
    order = _locked(asked.order_id, asked.email)
    if order.secret != asked.secret or at >= asked.until:
        raise NotMoved(_("This link is no longer valid. Ask for a new one on the page of your order."))
    return _moved(order, asked.email, at=at, by="buyer", trusted=(order.buyer_email,))


def read_token(token: str) -> Asked:
    """Return what the link of a letter says. Raises NotMoved."""
    try:
        order_id, secret, email, until = json.loads(keys().decrypt(token.encode()))
    except (InvalidToken, UnicodeEncodeError) as error:
        raise NotMoved(_("This link is no longer valid. Ask for a new one on the page of your order.")) from error
    return Asked(UUID(order_id), secret, email, datetime.fromisoformat(until))


def _locked(order_id: UUID, email: str) -> Order:
    order: Order = Order.objects.locked().get(pk=order_id)
    if order.status not in LIVE:
        raise NotMoved(_("This order is over, so no more letters are sent about it."))
    if order.buyer_email.lower() == email.lower():
        raise NotMoved(_("The letters go to this address already."))
    return order


def _moved(order: Order, email: str, *, at: datetime, by: str, trusted: Sequence[str]) -> Order:
    """Its link changes, and the codes of its tickets do: whoever reads the old mailbox shall not keep them.

    `trusted` are the addresses that may always be written to: the seller vouches for both, whoever reads the old mailbox for that.
    """
    old, order.buyer_email, order.secret = order.buyer_email, email, new_secret()
    order.save(update_fields=["buyer_email", "secret"])
    for ticket in order.tickets.filter(holder_email__iexact=old, status=Ticket.Status.VALID).order_by("pk").locked():
        renew(ticket, at)
    order.tickets.filter(holder_email__iexact=old).update(holder_email=email)
    line = history.record(order, "email_changed", at=at, by=by)
    kind = "orders.tickets" if order.status == Order.Status.PAID else "orders.held"
    letters.lock_mailboxes(old, email)
    for news, to in (("orders.moved_away", old), (kind, email)):
        if to in trusted:
            mail.queue(kind=news, subject=order, to=to, language=order.language, occasion=str(line.pk))
        elif not letters.owe_typed(order, news, to=to, occasion=str(line.pk)):
            raise letters.TooManyLetters
    return order

"""A seat is named, passed on, or issued again; the last two kill its code and its link."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from events.models import Event
from orders import names
from orders.models import DeadCode, Ticket
from orders.models.ticket import TRANSFERS
from ticketing import history, mail
from ticketing.errors import DomainError

from . import letters
from .rights import actor, only_supervisors


class SeatFixed(DomainError):
    """The sentence says why the seat can no longer be changed."""


@transaction.atomic
def name_seat(*, ticket_id: UUID, name: str, at: datetime, by: str) -> Ticket:
    """Write on a ticket whose it is. The same name again changes nothing.

    Locks: the ticket. Raises: SeatFixed.
    """
    ticket = _changeable(ticket_id, at)
    if ticket.holder_name == name:
        return ticket
    ticket.holder_name = name
    ticket.save(update_fields=["holder_name"])
    history.record(ticket, "named", at=at, by=by)
    return ticket


@transaction.atomic
def pass_on(*, ticket_id: UUID, name: str, email: str, language: str, at: datetime, by: str) -> Ticket:
    """Give a seat to somebody else, who is written to. The code and the link of before open nothing from now on.

    Where that letter is one too many, nothing is done: nobody would have the seat.
    Locks: the ticket, then the mailboxes. Raises: SeatFixed, TooManyLetters.
    """
    ticket = _changeable(ticket_id, at)
    if ticket.transfers >= TRANSFERS:
        raise SeatFixed(_("This ticket was passed on as often as it may be. Ask the seller."))
    before = ticket.holder_email
    renew(ticket, at, holder_name=name, holder_email=email.lower(), transfers=ticket.transfers + 1)
    history.record(ticket, "passed_on", at=at, by=by, details={"times": ticket.transfers})
    _tell(ticket, before, language)
    return ticket


@transaction.atomic
def reissue(*, ticket_id: UUID, at: datetime, by: User | None) -> Ticket:
    """Issue a ticket again, when its code has got into other hands. Whoever has the seat gets the new link.

    Locks: the ticket. Raises: NotAllowed, SeatFixed.
    """
    only_supervisors(Event.all_objects.select_related("promoter").get(tickets=ticket_id), by)
    ticket = _changeable(ticket_id, at)
    renew(ticket, at)
    history.record(ticket, "reissued", at=at, by=actor(by))
    if ticket.holder_email:
        words: dict[str, Any] = {"to": ticket.holder_email, "language": ticket.order.language, "secret": ticket.secret}
        mail.queue(kind="orders.seat_reissued", subject=ticket, occasion=ticket.serial, **words)
    return ticket


def _changeable(ticket_id: UUID, at: datetime) -> Ticket:
    """Lock a ticket that is still to be used."""
    ticket: Ticket = Ticket.objects.locked().select_related("event", "order").get(pk=ticket_id)
    if ticket.status == Ticket.Status.USED:
        raise SeatFixed(_("This ticket was used at the door, so it stays as it is."))
    if ticket.status == Ticket.Status.CANCELLED:
        raise SeatFixed(_("This ticket is cancelled, so it stays as it is."))
    if ticket.event.status == Event.Status.CANCELLED or ticket.event.is_over(at):
        raise SeatFixed(_("The event is over or cancelled, so its tickets stay as they are."))
    return ticket


def renew(ticket: Ticket, at: datetime, **changes: Any) -> None:
    """Give the ticket another serial and another link, and remember the old ones as dead."""
    DeadCode.objects.create(ticket=ticket, serial=ticket.serial, secret=ticket.secret, at=at)
    changes |= {"serial": names.new_serial(), "secret": names.new_secret()}
    for name, value in changes.items():
        setattr(ticket, name, value)
    ticket.save(update_fields=list(changes))


def _tell(ticket: Ticket, before: str, language: str) -> None:
    """Write to the new holder, and to the one before if that is not one letter too many."""
    if not letters.is_paid_for(ticket.order):
        letters.lock_mailboxes(ticket.holder_email, before)
    words: dict[str, Any] = {"subject": ticket, "occasion": ticket.serial}
    # The link goes along sealed: made when the letter is written, it would be that of whoever has the seat by then.
    new: dict[str, Any] = {"to": ticket.holder_email, "language": language, "secret": ticket.secret}
    if not letters.owe_typed(ticket.order, "orders.seat_passed_on", **words, **new):
        raise letters.TooManyLetters
    if before:
        letters.owe_typed(ticket.order, "orders.seat_given_away", to=before, **words)

"""Who is owed which letter. What is in them, `emails` says; they are written when they are sent."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from events.models.states import PUBLIC
from orders.buyers import canonical
from orders.models import Order, Ticket
from orders.models.order import HOLDING
from ticketing import history, mail
from ticketing.errors import DomainError

BATCH = 200
BEFORE = timedelta(hours=24)


class NothingToSend(DomainError):
    def __init__(self) -> None:
        super().__init__(_("This order is over, so there is nothing to send again."))


class TooManyLetters(DomainError):
    def __init__(self) -> None:
        super().__init__(
            _("Several such letters went to this address lately, so nothing was done. Look through its mail, or try again in an hour.")
        )


def owe(order: Order, kind: str, *, occasion: str = "", details: dict[str, Any] | None = None) -> None:
    """Owe the buyer a letter, in the caller's transaction."""
    mail.queue(kind=kind, subject=order, to=order.buyer_email, language=order.language, occasion=occasion, details=details)


def owe_sparingly(order: Order, kind: str, *, mailbox: str, occasion: str = "") -> bool:
    """Owe the buyer a letter that a stranger could have sent to anybody, unless there were enough; say whether.

    The caller has locked the mailbox.
    """
    to, language = order.buyer_email, order.language
    return mail.queue_sparingly(kind=kind, subject=order, to=to, language=language, mailbox=mailbox, occasion=occasion)


def owe_typed(
    order: Order, kind: str, *, to: str, subject: Order | Ticket | None = None, language: str = "", occasion: str, secret: str = ""
) -> bool:
    """Owe a letter to an address that somebody may merely have typed: sparingly, unless the order is paid for; say whether.

    Locks: the mailbox, if it is counted. Whoever owes two at once has locked both mailboxes before.
    """
    words: dict[str, Any] = {"kind": kind, "subject": subject or order, "to": to, "occasion": occasion, "secret": secret}
    words["language"] = language or order.language
    if is_paid_for(order):
        mail.queue(**words)
        return True
    return mail.queue_sparingly(**words, mailbox=locked_mailbox(to))


def is_paid_for(order: Order) -> bool:
    """Answer whether there is money for it, which nobody spends to fill the mailbox of a stranger."""
    return bool(order.total) and order.status in (Order.Status.CONFIRMING, Order.Status.PAID)


def owe_holders(order: Order, kind: str, *, tickets: Iterable[Ticket], occasion: str = "", details: dict[str, Any] | None = None) -> None:
    """Owe the same to those to whom the buyer passed tickets on: one letter an address, about a ticket of theirs."""
    for ticket in _of_others(order, tickets):
        mail.queue(kind=kind, subject=ticket, to=ticket.holder_email, language=order.language, occasion=occasion, details=details)


def owe_holders_sparingly(order: Order, kind: str, *, tickets: Iterable[Ticket], occasion: str) -> None:
    """The same, where a stranger may have named the holders. Locks: their mailboxes, one after the other."""
    for ticket in sorted(_of_others(order, tickets), key=lambda ticket: canonical(ticket.holder_email)):
        words: dict[str, Any] = {
            "kind": kind,
            "subject": ticket,
            "to": ticket.holder_email,
            "language": order.language,
            "occasion": occasion,
        }
        mail.queue_sparingly(**words, mailbox=locked_mailbox(ticket.holder_email))


def _of_others(order: Order, tickets: Iterable[Ticket]) -> list[Ticket]:
    """Return one ticket for each address that is not the buyer's."""
    others = {ticket.holder_email.lower(): ticket for ticket in tickets if ticket.holder_email}
    others.pop(order.buyer_email.lower(), None)
    return list(others.values())


def named(mailbox: str) -> str:
    return f"letters to {mailbox}"


def locked_mailbox(email: str) -> str:
    """Let nobody else count the letters to this mailbox until the transaction ends; return its digest."""
    mailbox = canonical(email)
    with connection.cursor() as cursor:
        cursor.execute(MAILBOX, [mailbox, named(mailbox)])
        return str(cursor.fetchone()[0])


def lock_mailboxes(*emails: str) -> None:
    """Lock several, in one order whoever asks, so that no two wait for each other."""
    for email in sorted(filter(None, emails), key=canonical):
        locked_mailbox(email)


MAILBOX = "SELECT ticketing_digest(%s), pg_advisory_xact_lock(hashtextextended(%s, 0))"


@transaction.atomic
def resend(*, order_id: UUID, at: datetime, by: str, for_team: bool = False) -> None:
    """Send the buyer the letter of the order as it stands once more; for who is not of the team, not too often.

    Locks: the order, then for the buyer the mailbox. Raises: NothingToSend, TooManyLetters.
    """
    order: Order = Order.objects.locked().get(pk=order_id)
    if order.status not in (*HOLDING, Order.Status.PAID):
        raise NothingToSend
    kind = "orders.tickets" if order.status == Order.Status.PAID else "orders.held"
    line = history.record(order, "resent", at=at, by=by)
    if for_team:
        owe(order, kind, occasion=str(line.pk))
    elif not owe_sparingly(order, kind, mailbox=locked_mailbox(order.buyer_email), occasion=str(line.pk)):
        raise TooManyLetters


@transaction.atomic
def owe_reminders(*, at: datetime, most: int = BATCH) -> int:
    """Owe the letters of the day before, at most so many; return how many orders. A new date is a new reminder.

    Who bought within that day has a letter of that day already.
    Locks: the orders, passing over those that somebody has; a later sweep takes them.
    """
    soon = Order.objects.filter(event__status__in=PUBLIC, event__starts_at__gt=at, event__starts_at__lte=at + BEFORE)
    soon = soon.filter(status=Order.Status.PAID, paid_at__lte=F("event__starts_at") - BEFORE)
    soon = soon.filter(Q(reminded_for=None) | ~Q(reminded_for=F("event__starts_at")))
    found = _locked(soon, most)
    for order in found:
        _tell(order, "orders.reminder", occasion=f"{order.event.starts_at:%Y-%m-%dT%H:%M}", reminded_for=order.event.starts_at)
    return _recorded(found, "buyers_reminded", at)


@transaction.atomic
def owe_changes(*, at: datetime, most: int = BATCH) -> int:
    """Owe the letters about events whose time or place was changed, once for each version; return how many orders.

    Locks: the orders, passing over those that somebody has; a later sweep takes them.
    """
    changed = Order.objects.live().filter(event__status__in=PUBLIC, event__ends_at__gt=at)
    changed = changed.filter(event__version__gt=F("event_version")).filter(event__version__gt=1)  # the second is for the index
    found = _locked(changed, most)
    for order in found:
        _tell(order, "orders.changed", occasion=str(order.event.version), event_version=order.event.version)
    return _recorded(found, "buyers_told", at)


def _locked(orders: Any, most: int) -> list[Order]:
    return list(orders.locked(skip=True).select_related("event").prefetch_related("tickets")[:most])


def _tell(order: Order, kind: str, *, occasion: str, **marks: Any) -> None:
    details, living = {"since": order.event_version}, [ticket for ticket in order.tickets.all() if ticket.status == Ticket.Status.VALID]
    owe(order, kind, occasion=occasion, details=details)
    owe_holders(order, kind, tickets=living, occasion=occasion, details=details)
    Order.objects.filter(pk=order.pk).update(**marks)


def _recorded(found: list[Order], action: str, at: datetime) -> int:
    for event, number in Counter(order.event for order in found).items():
        history.record(event, action, at=at, by=history.SYSTEM, details={"orders": number})
    return len(found)

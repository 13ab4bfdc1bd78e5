"""The door: a code is looked at, the first scan wins, and every attempt is kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from events.models import Event
from orders import signing
from orders.models import DeadCode, Scan, Ticket
from orders.models.scan import Verdict
from ticketing import statuses
from ticketing.errors import DomainError

from .rights import actor, only_door

# Doors open when they do, and people are let in some time before that, at rehearsals and for early queues.
EARLY = timedelta(hours=6)


class NoReason(DomainError):
    def __init__(self) -> None:
        super().__init__(_("Say why in a few words: whoever looks at this later was not there."))


class NonceUsed(DomainError):
    """A machine at the gate has given one mark to two attempts; believing it would let the second in on the first's ticket."""

    def __init__(self) -> None:
        super().__init__(_("This attempt was sent before, for another ticket. Scan again."))


class NotInside(DomainError):
    def __init__(self) -> None:
        super().__init__(_("Nobody was let in with this ticket, so there is nothing to take back."))


@dataclass(frozen=True)
class Checked:
    """What the gate hears: the attempt, the ticket if it is one, and for who comes second the admission before."""

    scan: Scan
    ticket: Ticket | None
    before: Scan | None = None

    @property
    def verdict(self) -> str:
        return self.scan.verdict


def check_in(*, event_id: UUID, text: str, gate: str, nonce: str, at: datetime, by: User | None, offline: bool = False) -> Checked:
    """Look at a code, and let its ticket in if it is the first time. The same nonce again hears the same.

    Locks: the ticket, or nothing. Raises: NotAllowed, NonceUsed.
    """
    key, refused = _read(text, event_id)
    attempt = {"gate": gate, "nonce": nonce, "at": at, "by": by, "offline": offline}
    try:
        return _decide(event_id, key, refused, **attempt)
    except IntegrityError:  # of no ticket, nothing is locked: the same attempt came twice at once, and the first was just written
        return _decide(event_id, key, refused, **attempt)


def admit(*, ticket_id: UUID, gate: str, nonce: str, reason: str, at: datetime, by: User | None) -> Checked:
    """Let somebody in who was found by name or by the printed code, by the same rules.

    Locks: the ticket. Raises: NotAllowed, NoReason, NonceUsed.
    """
    if not reason.strip():
        raise NoReason
    event_id = Ticket.objects.values_list("event", flat=True).get(pk=ticket_id)
    return _decide(event_id, {"pk": ticket_id}, None, gate=gate, nonce=nonce, at=at, by=by, by_hand=True, reason=reason.strip()[:200])


@transaction.atomic
def undo(*, ticket_id: UUID, gate: str, nonce: str, reason: str, at: datetime, by: User | None) -> Checked:
    """Take an admission back, so that the ticket opens the door once more.

    Locks: the ticket. Raises: NotAllowed, NoReason, NotInside, NonceUsed.
    """
    ticket: Ticket = Ticket.objects.locked().select_related("event__promoter", "tier").get(pk=ticket_id)
    only_door(ticket.event, by)
    if not reason.strip():
        raise NoReason
    if again := _heard(nonce, ticket):
        return again
    if ticket.status != Ticket.Status.USED:
        raise NotInside
    Scan.objects.filter(ticket=ticket, verdict=Verdict.ADMITTED, undone_at=None).update(undone_at=at)
    statuses.move(ticket, Ticket.Status.VALID, at=at, by=actor(by), action="taken_back", details={"gate": gate}, used_at=None)
    scan = _kept(ticket, ticket.event, Verdict.UNDONE, gate=gate, nonce=nonce, at=at, by=by, by_hand=True, reason=reason.strip()[:200])
    return Checked(scan, ticket)


def _read(text: str, event_id: UUID) -> tuple[dict[str, Any], Verdict | None]:
    """Return how the code names its ticket, or why it cannot be one of this event's."""
    try:
        claim = signing.opened(text, signing.believed())
    except signing.NotOurs:
        return {}, Verdict.UNKNOWN
    except signing.Forged:
        return {}, Verdict.FORGED
    return {"serial": claim.serial}, None if claim.event == signing.mark(event_id) else Verdict.OTHER_EVENT


@transaction.atomic
def _decide(event_id: UUID, key: dict[str, Any], refused: Verdict | None, **attempt: Any) -> Checked:
    """Locks: the ticket, so that of two gates the second sees what the first has done."""
    event = Event.all_objects.select_related("promoter").get(pk=event_id)
    only_door(event, attempt["by"])
    ticket = Ticket.objects.locked().select_related("order", "tier", "event").filter(**key).first() if key else None
    if again := _heard(attempt["nonce"], ticket):
        return again
    verdict = refused or _verdict(ticket, event, attempt["at"])
    if verdict == Verdict.UNKNOWN and (dead := DeadCode.objects.filter(**key, ticket__event=event).first() if key else None):
        ticket, verdict = dead.ticket, Verdict.REPLACED
    before = _admission(ticket) if verdict == Verdict.ALREADY else None
    if verdict == Verdict.ADMITTED and ticket:
        _let_in(ticket, **attempt)
    return Checked(_kept(ticket, event, verdict, **attempt), ticket, before)


def _let_in(ticket: Ticket, *, gate: str, at: datetime, by: User | None, by_hand: bool = False, **_: Any) -> None:
    details = {"gate": gate, "by_hand": by_hand}
    statuses.move(ticket, Ticket.Status.USED, at=at, by=actor(by), action="let_in", details=details, used_at=at)


def _verdict(ticket: Ticket | None, event: Event, at: datetime) -> Verdict:
    """Judge a ticket that is locked."""
    if ticket is None:
        return Verdict.UNKNOWN
    if ticket.event_id != event.pk:
        return Verdict.OTHER_EVENT
    if ticket.status == Ticket.Status.CANCELLED or event.status == Event.Status.CANCELLED:
        return Verdict.CANCELLED
    if ticket.status == Ticket.Status.USED:
        return Verdict.ALREADY
    if ticket.order.gate_hold:
        return Verdict.HELD
    if at < (event.doors_open_at or event.starts_at) - EARLY:
        return Verdict.EARLY
    return Verdict.OVER if event.is_over(at) else Verdict.ADMITTED


def _heard(nonce: str, ticket: Ticket | None) -> Checked | None:
    """Return what this very attempt heard before. Looked for under the ticket's lock. Raises NonceUsed."""
    scan: Scan | None = Scan.objects.filter(nonce=nonce).first()
    if scan is None:
        return None
    if scan.ticket_id != (ticket.pk if ticket else None) and scan.verdict != Verdict.REPLACED:
        raise NonceUsed
    return Checked(scan, ticket or scan.ticket, _admission(ticket) if scan.verdict == Verdict.ALREADY else None)


def _admission(ticket: Ticket | None) -> Scan | None:
    return Scan.objects.filter(ticket=ticket, verdict=Verdict.ADMITTED, undone_at=None).first()


def _kept(ticket: Ticket | None, event: Event, verdict: Verdict, **attempt: Any) -> Scan:
    return Scan.objects.create(ticket=ticket, event=event, verdict=verdict, **attempt)

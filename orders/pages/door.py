"""What the door shows: a verdict in words, who is inside, the last attempts, and who is looked for."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.formats import date_format
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from events.models import Event
from orders import signing
from orders.actions import Checked
from orders.models import Scan, Ticket
from orders.models.scan import Verdict
from orders.papers.facts import clock, place, when

LAST = 8
MOST = 20
STATES = {Verdict.ADMITTED: "ok", Verdict.ALREADY: "wait", Verdict.EARLY: "wait", Verdict.HELD: "wait", Verdict.UNDONE: "wait"}


@dataclass(frozen=True)
class Answer:
    """A verdict as the gate sees it, and as machines read it."""

    verdict: str
    state: str  # ok, wait or bad: its colour, its mark and its sound
    heading: str
    says: str
    advice: str
    code: str = ""
    tier: str = ""
    holder: str = ""
    gate: str = ""
    at: str = ""

    def as_json(self) -> dict[str, str]:
        return asdict(self)


@dataclass(frozen=True)
class Inside:
    """How many are inside of how many who may come."""

    inside: int
    expected: int


@dataclass(frozen=True)
class Line:
    scan: Scan
    state: str
    word: Any
    code: str
    at: str
    can_be_undone: bool


def answer(checked: Checked, event: Event, at: datetime, *, names: bool) -> Answer:
    """Put a verdict into words; names only for those who need them to find people."""
    scan, ticket = checked.scan, checked.ticket
    says, advice = SAYS[Verdict(scan.verdict)](checked, event, at)
    state = STATES.get(Verdict(scan.verdict), "bad")
    refused = state == "bad"
    return Answer(
        verdict=scan.verdict,
        state=state,
        heading=_("Do not let in") if refused else str(Verdict(scan.verdict).label),
        says=says,
        advice=advice,
        code=ticket.code if ticket else "",
        tier=ticket.tier.name if ticket else "",
        holder=ticket.holder_name if ticket and names else "",
        gate=scan.gate,
        at=scan.at.isoformat(),
    )


def _admitted(checked: Checked, event: Event, at: datetime) -> tuple[str, str]:
    return (checked.ticket.tier.name if checked.ticket else ""), ""


def _already(checked: Checked, event: Event, at: datetime) -> tuple[str, str]:
    first = checked.before
    if first is None:
        return "", ""
    where = _("gate %(gate)s") % {"gate": first.gate} if first.gate else ""
    is_new = at - first.at < timedelta(minutes=1)
    ago = _("just now") if is_new else _("%(time)s ago") % {"time": timesince(first.at, at)}
    says = _("Let in at %(time)s") % {"time": clock(first.at, event)}
    return f"{', '.join(filter(None, [says, where, ago]))}.", _("Ask for a name. Call a supervisor if it does not match.")


def _other_event(checked: Checked, event: Event, at: datetime) -> tuple[str, str]:
    if checked.ticket is None or checked.ticket.event_id == event.pk:
        return _("This ticket is for another event."), _("Look at the date and the place on it with the guest.")
    other = checked.ticket.event
    return _("This ticket is for %(title)s: %(when)s, %(place)s.") % {"title": other.title, "when": when(other), "place": place(other)}, ""


def _early(checked: Checked, event: Event, at: datetime) -> tuple[str, str]:
    opens = (event.doors_open_at or event.starts_at).astimezone(event.zone)
    return _("The doors open on %(when)s.") % {"when": date_format(opens, _("l j F, H:i"))}, _("Ask the guest to come back then.")


def _held(checked: Checked, event: Event, at: datetime) -> tuple[str, str]:
    reason = checked.ticket.order.held_because if checked.ticket else ""
    return reason, _("Send the guest to the box office: the seller must look at the payment first.")


def _fixed(says: str, advice: str) -> Callable[..., tuple[str, str]]:
    return lambda *_given: (_(says), _(advice))


TO_BOX_OFFICE = gettext_noop("Send the guest to the box office.")
SAYS: dict[Verdict, Callable[..., tuple[str, str]]] = {
    Verdict.ADMITTED: _admitted,
    Verdict.ALREADY: _already,
    Verdict.OTHER_EVENT: _other_event,
    Verdict.EARLY: _early,
    Verdict.HELD: _held,
    Verdict.OVER: _fixed(gettext_noop("The event is over."), ""),
    Verdict.CANCELLED: _fixed(gettext_noop("This ticket was cancelled."), TO_BOX_OFFICE),
    Verdict.REPLACED: _fixed(
        gettext_noop("This code has ended: the ticket was passed on or issued again."),
        gettext_noop("The newest letter about the ticket has the code that works."),
    ),
    Verdict.UNKNOWN: _fixed(gettext_noop("This is no ticket of ours."), gettext_noop("Look for the guest by name or by the printed code.")),
    Verdict.FORGED: _fixed(gettext_noop("It looks like a ticket, and we did not make it."), gettext_noop("Call a supervisor.")),
    Verdict.UNDONE: _fixed(gettext_noop("The ticket opens the door once more."), ""),
}


def inside(event: Event) -> Inside:
    live = Q(status__in=[Ticket.Status.VALID, Ticket.Status.USED])
    found = Ticket.objects.filter(event=event).aggregate(inside=Count("pk", filter=Q(status="used")), expected=Count("pk", filter=live))
    return Inside(**found)


def last(event: Event) -> list[Line]:
    scans = Scan.objects.filter(event=event).select_related("ticket").order_by("-at", "-pk")[:LAST]
    return [_line(scan, event) for scan in scans]


def _line(scan: Scan, event: Event) -> Line:
    verdict = Verdict(scan.verdict)
    stands = verdict == Verdict.ADMITTED and scan.undone_at is None
    return Line(
        scan=scan,
        state=STATES.get(verdict, "bad"),
        word=verdict.label,
        code=scan.ticket.code.removeprefix("TIX-") if scan.ticket else "",
        at=date_format(scan.at.astimezone(event.zone), "H:i:s"),
        can_be_undone=stands,
    )


def find(event: Event, words: str, *, names: bool) -> QuerySet[Ticket]:
    """Look for tickets by code or order, whole; and, for those who may see names, by a part of name or address."""
    words = " ".join(words.split())
    body = words.upper().removeprefix("TIX-").removeprefix("BK-").replace(" ", "")
    wanted = Q(code=f"TIX-{body}") | Q(order__reference=f"BK-{body}")
    if names and len(words) >= 2:
        wanted |= Q(holder_name__icontains=words) | Q(order__buyer_name__icontains=words)
        wanted |= Q(holder_email__iexact=words) | Q(order__buyer_email__iexact=words)
    return Ticket.objects.filter(wanted, event=event).select_related("tier", "order").order_by("holder_name", "code")[:MOST]


def event_mark(event: Event) -> str:
    """Return what a gate without network must be told to know its own event."""
    return signing.mark(event.pk)

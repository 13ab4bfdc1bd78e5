"""What the order's page says: where it stands in words, what happens next, and what the buyer may do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from events.models import Event, TicketTier
from events.pages import Look, look
from orders.models import Order, OrderItem, Ticket
from orders.models.order import EXTENSIONS
from orders.papers.facts import opens
from payments import owed
from payments.models import Payment, Provider, State
from ticketing import prepared
from ticketing.history import HistoryEntry
from ticketing.money import rounded, written

from .headings import headings
from .panel import Usdt, usdt
from .reading import etag, poll
from .state import CHECKING, ENDED, HELD, LAPSED, PAID, SEEN, Clock, is_returnable, payment_of, state_of
from .story import Chapter, refund_told, story
from .words import moment


@dataclass(frozen=True)
class Seat:
    ticket: Ticket
    tier: TicketTier
    number: int
    returnable: bool

    @property
    def is_own(self) -> bool:
        """Answer whether the buyer can show and print it: what was passed on is its new holder's alone."""
        return not self.ticket.transfers and opens(self.ticket)


@dataclass(frozen=True)
class OrderPage:
    order: Order
    event: Event
    payment: Payment
    items: Sequence[OrderItem]
    seats: Sequence[Seat]
    story: Sequence[Chapter]
    state: str
    heading: str
    lead: str
    when: str
    place: str
    look: Look
    ink: str
    policy: str
    clock: Clock | None
    refund: Decimal | None
    extensions: int
    returnable: bool
    at: datetime
    usdt: Usdt | None = None

    @property
    def panel(self) -> str:
        """Return the template that says how this order is paid."""
        return f"payments/pay/{self.payment.provider}.html"

    @property
    def is_live(self) -> bool:
        return self.state in (HELD, CHECKING, SEEN, PAID)

    @property
    def poll(self) -> int:
        return poll(self.order, self.state, self.at)

    @property
    def etag(self) -> str:
        return etag(self.order, self.at)

    @property
    def can_buy_again(self) -> bool:
        if self.payment.state == State.REVIEW:
            return False
        return self.state in (LAPSED, ENDED) and self.event.status == Event.Status.PUBLISHED and not self.event.is_over(self.at)

    @property
    def has_own(self) -> bool:
        return any(seat.is_own for seat in self.seats)

    @property
    def step(self) -> int:
        return 2 if self.state == PAID else 1

    @property
    def free(self) -> bool:
        return not self.order.total

    @property
    def by_hand(self) -> bool:
        return self.payment.provider == Provider.MANUAL

    @property
    def to_type(self) -> str:
        """Return the total as banks take it: a point, and nothing between the thousands."""
        return f"{rounded(self.order.total, self.order.currency):f}"

    @property
    def ordered(self) -> str:
        return moment(self.order.reserved_at, self.event)

    @property
    def paid(self) -> str:
        return moment(self.order.paid_at, self.event) if self.order.paid_at else ""

    @property
    def discounted(self) -> bool:
        return bool(self.order.discount)

    @property
    def list_total(self) -> Decimal:
        """Return what the lines would cost without a discount."""
        return sum((item.unit_price * item.quantity for item in self.items), Decimal(0)) + self.order.discount

    @property
    def tax_included(self) -> bool:
        paid = sum((item.unit_price * item.quantity for item in self.items), Decimal(0))
        return bool(self.order.tax) and self.order.subtotal != paid


def order_page(order: Order, at: datetime) -> OrderPage:
    """Put the page together with four queries, or six; the order comes with its payment, address, event and promoter."""
    payment, event = payment_of(order), order.event
    items = _items(order=order.pk)
    tiers = {item.tier_id: item.tier for item in items}
    entries = _entries(subjects=(order.pk, payment.pk))
    state, returnable = state_of(order, at), is_returnable(order, at)
    tickets = _tickets(order=order.pk) if order.paid_at else ()
    seats = [
        Seat(ticket, tiers[ticket.tier_id], number, returnable and ticket.status == Ticket.Status.VALID)
        for number, ticket in enumerate(tickets, start=1)
    ]
    for seat in seats:  # so that nobody asks for them again
        seat.ticket.tier, seat.ticket.event, seat.ticket.order = seat.tier, event, order
    panel = usdt(payment, order, at)
    state = SEEN if panel and panel.mode == SEEN else state
    clock = Clock(at, order.expires_at, moment(order.expires_at, event)) if state == HELD and order.expires_at else None
    refund = refund_told(entries)
    of_usdt = headings(panel, clock.wall if clock else "", event.promoter.name) if panel else None
    heading, lead = of_usdt or words(order, state, clock, refund, at, has_own=any(seat.is_own for seat in seats))
    return OrderPage(
        order=order,
        event=event,
        payment=payment,
        items=items,
        seats=seats,
        story=story(entries, order, event),
        state=state,
        heading=heading,
        lead=lead,
        when=moment(event.starts_at, event),
        place=", ".join(part for part in (event.venue, event.city) if part),
        look=look(event),
        ink=event.choice.ink,
        policy=owed.policy(order).words(),
        clock=clock,
        refund=refund,
        extensions=EXTENSIONS - order.extensions if state == HELD and payment.state == State.AWAITING else 0,
        returnable=returnable,
        at=at,
        usdt=panel,
    )


@prepared.rows
def _items(*, order: Any) -> QuerySet[OrderItem]:
    return OrderItem.objects.filter(order=order).select_related("tier").order_by("tier__position", "tier__price", "pk")


@prepared.rows
def _entries(*, subjects: tuple[Any, ...]) -> QuerySet[HistoryEntry]:
    return HistoryEntry.objects.filter(subject_id__in=subjects).order_by("at", "pk")


@prepared.rows
def _tickets(*, order: Any) -> QuerySet[Ticket]:
    return Ticket.objects.filter(order=order).order_by("code")


def words(order: Order, state: str, clock: Clock | None, refund: Decimal | None, at: datetime, *, has_own: bool) -> tuple[str, str]:
    """Return what to do or what has happened, and what comes next."""
    total = written(order.total, order.currency)
    if state == HELD and clock:
        heading = _("Pay %(total)s to %(name)s") % {"total": total, "name": order.event.promoter.name}
        return heading, _("Your tickets are held until %(moment)s.") % {"moment": clock.wall}
    if state == SEEN:
        return _("Payment seen"), _("It is being confirmed. Nothing can be lost now, and you may close this page.")
    if state == PAID:
        return _paid_words(order, at, has_own=has_own)
    if state == LAPSED:
        return _("The hold has ended"), _("The tickets went back on sale. Nothing was paid for this order.")
    if refund:
        return _("Cancelled"), _("%(amount)s goes back to you.") % {"amount": written(refund, order.currency)}
    if order.paid_at:
        return _("Cancelled"), _("The tickets are void. Nothing comes back.") if order.total else _("Thank you for giving the places back.")
    return _("Cancelled"), _("The places went back on sale. Nothing was paid for this order.")


def _paid_words(order: Order, at: datetime, *, has_own: bool) -> tuple[str, str]:
    event = order.event
    day = date_format(event.starts_at.astimezone(event.zone), _("j F"))
    if event.cancelled_at:
        return _("This event is cancelled"), event.cancel_reason
    if event.is_over(at):
        return _("Thank you for coming"), _("This event was on %(day)s.") % {"day": moment(event.starts_at, event)}
    if not has_own:
        return _("All tickets were passed on"), _("Each has a new holder, whose code alone opens the door.")
    heading = _("Paid. See you %(day)s.") if order.total else _("The tickets are yours. See you %(day)s.")
    lead = _("They are on their way to %(email)s, too. Show them at the door, on the screen or on paper.")
    return heading % {"day": day}, lead % {"email": order.buyer_email}

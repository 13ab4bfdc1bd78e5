"""How an order comes to be: the buyer is received, the wish priced, the order placed and its places claimed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

import events.actions
from events import prices, refunds
from events.models import DiscountCode, Event, TicketTier
from orders.buyers import Buyer, canonical
from orders.models import Order, OrderItem
from orders.models.order import HOLDING, LIVE
from ticketing import history, prepared
from ticketing.errors import DomainError

from . import letters
from .tickets import issue

HOLDS_PER_BUYER = 2  # of one event; one more than a buyer needs who went back and chose anew
# One source, such as a household or a campus, holds a tenth of what is left of a tier unpaid, or so many places.
FREELY_HELD, HELD_SHARE = 12, 10
MOST = 1_000_000  # of one tier; more than any tier has, less than what counters overflow with


class NothingChosen(DomainError):
    def __init__(self) -> None:
        super().__init__(_("Choose at least one ticket."))


class AccountNeeded(DomainError):
    def __init__(self) -> None:
        super().__init__(_("For this event you need an account. Sign in, or make one, and your choice is kept."))


class OneOrderEach(DomainError):
    """The event is one order for each person, and this person has one: `order_id`. A door must not show it to a guest."""

    def __init__(self, order_id: UUID) -> None:
        super().__init__(_("This event is one order for each person, and you have one already. Its link is in your mail."))
        self.order_id = order_id


class TooManyHolds(DomainError):
    def __init__(self) -> None:
        super().__init__(_("Places are held for you at this event already. Pay or cancel those orders first."))


class TooManyForOne(DomainError):
    """`had` is not for whoever merely typed the address of somebody."""

    def __init__(self, most: int, had: int) -> None:
        said = ngettext(
            "One person may have %(most)s ticket for this event, over all orders.",
            "One person may have %(most)s tickets for this event, over all orders.",
            most,
        )
        super().__init__(said % {"most": most})
        self.had = had


class TooManyFromHere(DomainError):
    def __init__(self) -> None:
        super().__init__(
            _("Others where you are hold many of these tickets and have not paid yet. Try again in some minutes, or from another network.")
        )


@dataclass(frozen=True)
class Wish:
    """What a form asks for: ids and numbers, never a price."""

    event_id: UUID
    lines: Mapping[UUID, int]
    buyer: Buyer
    code: str = ""
    form_key: str = ""  # random; the same each time that one form is sent

    @property
    def submission(self) -> str | None:
        """Return the digest of form and content: sent again it is the same order, and changed it is another."""
        if not self.form_key:
            return None
        lines = sorted((str(tier), number) for tier, number in self.lines.items())
        content = [self.form_key, str(self.event_id), self.buyer.email.lower(), self.code.strip().upper(), lines]
        return sha256(json.dumps(content).encode()).hexdigest()


@dataclass(frozen=True)
class Visit:
    """A buyer who is being served: nobody of the same address is, at this event, until the transaction ends."""

    person_key: str
    mailbox: str  # digest of where its letters go
    orders: tuple[Order, ...]  # live ones of this person or this browser, and that of the same submission
    same: Order | None


@dataclass(frozen=True)
class Offer:
    """The wish with its prices, as the order will keep them."""

    event: Event
    tiers: Mapping[UUID, TicketTier]
    code: DiscountCode | None
    quote: prices.Quote


def receive(*, wish: Wish) -> Visit:
    """Let one order of a person at an event be placed at a time, and see what the person has.

    Locks: the person at this event, then the mailbox of its letters, before anything else.
    """
    person_key, mailbox = _served(wish)
    key, submission = wish.buyer.key, wish.submission or ""
    found = tuple(_known(bool(key), bool(submission), event=wish.event_id, person=person_key, key=key, submission=submission))
    same = next((order for order in found if submission and order.submission == submission), None)
    return Visit(person_key, mailbox, found, same)


def priced(*, wish: Wish, visit: Visit, free: bool = False) -> Offer:
    """Return what the wish costs; with `free`, nothing.

    Raises: NothingChosen, NotOnSale, AccountNeeded, CodeRefused.
    """
    if min(wish.lines.values(), default=0) < 1:
        raise NothingChosen
    tiers = {tier.pk: tier for tier in _tiers(event=wish.event_id, tiers=tuple(wish.lines), source=wish.buyer.source)}
    if len(tiers) != len(wish.lines) or max(wish.lines.values()) > MOST:
        raise events.actions.NotOnSale(_("There is no such ticket here. Load the page again and choose from what it shows."))
    event = next(iter(tiers.values())).event
    if event.require_account and wish.buyer.user is None:
        raise AccountNeeded
    code = _code(wish, visit) if wish.code.strip() else None
    lines = [prices.Line(pk, number, prices.NOTHING if free else tiers[pk].price) for pk, number in wish.lines.items()]
    return Offer(event, tiers, code, prices.quote(lines, prices.terms_of(event), prices.discount_of(code) if code else None))


@transaction.atomic(savepoint=False)
def place(
    *, order_id: UUID, wish: Wish, visit: Visit, offer: Offer, at: datetime, by: str, expires_at: datetime | None, given: bool = False
) -> Order:
    """Write the order, its lines and its history, and claim its places last, so that a tier is held for a moment only.

    Without `expires_at` there is nothing to pay: the order is paid, and its tickets are made. `given` are comps:
    they are not for buyers' limits, nor for the line.
    Locks: by claim, the event if it has a capacity, the code, the tiers.
    Raises: OneOrderEach, TooManyHolds, TooManyForOne, TooManyFromHere, and what claim raises.
    """
    order = _order(order_id=order_id, wish=wish, visit=visit, offer=offer, at=at, expires_at=expires_at, given=given)
    if not given:
        _check_limits(order, wish, visit, offer, at)
    order.save(force_insert=True)
    lines = [OrderItem(order=order, tier_id=line.tier, quantity=line.quantity, unit_price=line.unit_price) for line in offer.quote.lines]
    items = OrderItem.objects.bulk_create(lines)
    history.record(order, "placed" if expires_at else "paid", at=at, by=by, new=order.status, details={"places": sum(wish.lines.values())})
    kind = "orders.held" if expires_at else "orders.tickets"
    letters.owe(order, kind) if given else letters.owe_sparingly(order, kind, mailbox=visit.mailbox)
    if expires_at is None:
        issue(order, items, first=1)
    taken: dict[str, Any] = {"code_id": order.code_id, "paid": expires_at is None, "limited": offer.event.capacity is not None}
    events.actions.claim(event_id=offer.event.pk, lines=wish.lines, at=at, offered=given, **taken)
    return order


def _served(wish: Wish) -> tuple[str, str]:
    """Wait until nobody else of this address is served at this event; return the digests of the person and the mailbox."""
    person, mailbox = wish.buyer.person, canonical(wish.buyer.email)
    with connection.cursor() as cursor:
        cursor.execute(SERVED, [person, mailbox, f"{wish.event_id} {person}", letters.named(mailbox)])
        person_key, mailbox_key, *_locks = cursor.fetchone()
    return str(person_key), str(mailbox_key)


SERVED = """SELECT ticketing_digest(%s), ticketing_digest(%s),
    pg_advisory_xact_lock(hashtextextended(%s, 0)), pg_advisory_xact_lock(hashtextextended(%s, 0))"""


@prepared.rows
def _known(by_key: bool, by_submission: bool, *, event: Any, person: Any, key: Any, submission: Any) -> QuerySet[Order]:
    known = Q(event=event, person_key=person, status__in=LIVE)
    if by_key:
        # Said again for a plan that is made without knowing the key: the index leaves out those who have none.
        known |= Q(event=event, buyer_key=key, status__in=LIVE) & ~Q(buyer_key="")
    if by_submission:
        known |= Q(submission=submission)
    return Order.objects.filter(known)


@prepared.rows
def _tiers(*, event: Any, tiers: tuple[Any, ...], source: Any) -> QuerySet[TicketTier]:
    """Return the tiers, with their event, and with the places that are `held_here`: from the same source, not paid yet."""
    here = Q(order__event=event, order__status__in=HOLDING, order__source_key=source) & ~Q(order__source_key="")
    items = OrderItem.objects.filter(here, tier=OuterRef("pk")).order_by().values("tier")
    held = Coalesce(Subquery(items.annotate(places=Sum("quantity")).values("places")), 0)
    return TicketTier.objects.filter(event=event, pk__in=tiers).select_related("event__promoter").annotate(held_here=held)


def _code(wish: Wish, visit: Visit) -> DiscountCode:
    """Return the code that was typed. Whether it is valid now, claim decides; how often this person used it, we know here."""
    code = events.actions.find_code(event_id=wish.event_id, typed=wish.code)
    theirs = (order for order in visit.orders if order.person_key == visit.person_key or order.status in HOLDING)
    used = sum(order.code_id == code.pk for order in theirs)
    if code.max_uses_per_buyer is not None and used >= code.max_uses_per_buyer:
        raise events.actions.CodeRefused(_("You have used this code as often as one person may."))
    return code


def _check_limits(order: Order, wish: Wish, visit: Visit, offer: Offer, at: datetime) -> None:
    if order.single_key:
        other = next((other for other in visit.orders if other.person_key == visit.person_key), None)
        if other is not None:
            raise OneOrderEach(other.pk)
    held = sum(other.status in HOLDING and not _is_overdue(other, at) for other in visit.orders)
    if order.status in HOLDING and held >= HOLDS_PER_BUYER:
        raise TooManyHolds
    _check_share(offer.event, visit, sum(wish.lines.values()), at)
    if order.status in HOLDING and any(_is_too_much(tier, offer.event, wish.lines[tier.pk]) for tier in offer.tiers.values()):
        raise TooManyFromHere


def _check_share(event: Event, visit: Visit, wanted: int, at: datetime) -> None:
    """What an address has counts under its lock; what a browser ordered for other addresses at the same moment may not."""
    theirs = [order.pk for order in visit.orders if not _is_overdue(order, at)]
    check_share(event, had=Order.objects.filter(pk__in=theirs).places() if theirs else 0, wanted=wanted)


def check_share(event: Event, *, had: int, wanted: int) -> None:
    if event.max_per_buyer is not None and had + wanted > event.max_per_buyer:
        raise TooManyForOne(event.max_per_buyer, had)


def _is_too_much(tier: Any, event: Event, wanted: int) -> bool:
    """Answer whether one source would hold too much: the fuller the event, the less it may. Its first hold is never too much.

    Two at once from one source may pass together: nobody is made to wait for his neighbours.
    """
    most = max(FREELY_HELD, tier.left_in(event) // HELD_SHARE)
    return bool(tier.held_here) and tier.held_here + wanted > most


def _is_overdue(order: Order, at: datetime) -> bool:
    return order.status == Order.Status.PENDING and order.expires_at is not None and order.expires_at <= at


def _order(*, order_id: UUID, wish: Wish, visit: Visit, offer: Offer, at: datetime, expires_at: datetime | None, given: bool) -> Order:
    buyer, quote = wish.buyer, offer.quote
    return Order(
        pk=order_id,
        event=offer.event,
        user=buyer.user,
        buyer_email=buyer.email,
        buyer_name=buyer.name,
        buyer_phone=buyer.phone,
        buyer_key=buyer.key,
        source_key=buyer.source,
        person_key=visit.person_key,
        single_key=visit.person_key if offer.event.one_order_per_buyer and not given else "",
        submission=wish.submission,
        language=buyer.language,
        event_version=offer.event.version,
        auth_method=buyer.auth_method,
        consent=buyer.consent or {},
        status=Order.Status.PENDING if expires_at else Order.Status.PAID,
        subtotal=quote.subtotal,
        service_fee=quote.service_fee,
        tax=quote.tax,
        total=quote.total,
        currency=quote.currency,
        discount=quote.discount,
        code=offer.code,
        policy=refunds.policy_of(offer.event).as_dict(),
        reserved_at=at,
        expires_at=expires_at,
        paid_at=None if expires_at else at,
    )

"""Whatever people do, and in whatever order: every promise holds, and the shop's books are those that we keep on paper.

Hypothesis makes up the steps, the same ones each time; STEPS=5000 in the environment plays so many, and others each time.
"""

import logging
import os
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from itertools import count

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

import events.actions
import orders.actions
from events.models import DiscountCode, Event, TicketTier
from orders import signing
from orders.models import Order, Ticket
from payments import actions
from tests import factories
from tests.factories import THEN
from tests.orders.ledger import Ledger, Sale, Seat, Show
from tests.promises import broken
from ticketing.errors import DomainError
from ticketing.models import HistoryEntry

logger = logging.getLogger(__name__)
pytestmark = pytest.mark.django_db
STEPS, LENGTH = int(os.environ.get("STEPS", "0")), 40
STARTS = THEN + timedelta(days=3)
PRICES = {"Regular": Decimal(100_001), "Student": Decimal(50_000), "Free": Decimal(0), "Secret": Decimal(70_000), "Desk": Decimal(20_000)}
WHICH, PEOPLE = st.integers(0, 59), st.sampled_from(["Bea", "Carl", "Dora", "Emil", "Fay", "Gus"])
NUMBERS = st.integers(1, 3)


def terms(name, quantity, **facts):
    return {"name": name, "price": PRICES[name], "quantity": quantity, **facts}


class Shop(RuleBasedStateMachine):
    """Two shows: a gala with a capacity, fees and codes, and a talk where one order for each person is the rule."""

    done: Counter = Counter()

    def __init__(self):
        super().__init__()
        self.forgotten = transaction.atomic()
        self.forgotten.__enter__()

    def teardown(self):
        transaction.set_rollback(True)
        self.forgotten.__exit__(None, None, None)

    @initialize()
    def open(self):
        self.at, self.marks, self.last = THEN, count(), None
        tiers = [terms("Regular", 6), terms("Student", 4, sale_ends_at=THEN + timedelta(days=2)), terms("Free", 3), terms("Secret", 2)]
        tiers[-1]["hidden"] = True
        rules = {"refund_until_hours": 24, "fee_percent": Decimal("3.3"), "tax_percent": Decimal(11), "comp_limit": 3, "capacity": 9}
        gala = factories.published(starts_at=STARTS, title="Gala", tiers=tiers, **rules)
        talk = factories.published(starts_at=STARTS, title="Talk", tiers=[terms("Desk", 3)], one_order_per_buyer=True)
        for facts in ({"code": "HALF", "percent": 50, "max_uses": 2}, {"code": "GIFT", "percent": 100, "max_uses_per_buyer": 1}):
            events.actions.add_code(event_id=gala.pk, by=None, at=THEN, **facts)
        events.actions.add_code(event_id=gala.pk, by=None, at=THEN, code="KEY", unlocks_hidden=True)
        self.ledger = Ledger([self.written(gala, capacity=9), self.written(talk, single=True)])
        self.gala, self.talk = self.ledger.shows
        self.tier = {tier.name: tier.pk for tier in TicketTier.objects.all()}
        self.price = {pk: PRICES[name] for name, pk in self.tier.items()}
        self.buy(self.gala, "Bea", {"Regular": 2, "Student": 1})
        self.buy(self.gala, "Carl", {"Free": 1})
        self.buy(self.talk, "Dora", {"Desk": 1})
        self.buy(self.gala, "Fay", {"Regular": 1}, "HALF")

    @staticmethod
    def written(event, **facts):
        tiers = list(event.tiers.all())
        sale_ends = {tier.pk: tier.sale_ends_at for tier in tiers if tier.sale_ends_at}
        return Show(event.pk, event.starts_at, event.ends_at, {tier.pk: tier.quantity for tier in tiers}, sale_ends, **facts)

    # --- What helps the steps ---------------------------------------------------------------------------------

    def attempt(self, deed, /, **words):
        """Return what the deed answers, or its refusal. Anything else that goes wrong is a bug."""
        try:
            answer = deed(at=self.at, **words)
        except DomainError as refusal:
            self.done[f"{deed.__name__}: {type(refusal).__name__}"] += 1
            return None, refusal
        self.done[deed.__name__] += 1
        return answer, None

    def sale(self, which):
        pk = list(self.ledger.sales)[which % len(self.ledger.sales)]
        return pk, self.ledger.sales[pk]

    def seat(self, which):
        found = list(self.ledger.seats())
        return found[which % len(found)]

    def paid(self, pk):
        """Write down the tickets of an order that was just paid: one for each place, numbered on from the last."""
        sale = self.ledger.sales[pk]
        sale.status, sale.until = "paid", None
        tickets = list(Ticket.objects.filter(order=pk).order_by("code"))
        assert [int(ticket.code[-2:]) for ticket in tickets] == list(range(1, len(sale.seats) + sale.places + 1))
        new = [ticket for ticket in tickets if ticket.pk not in sale.seats]
        assert Counter(ticket.tier_id for ticket in new) == Counter(sale.lines)
        sale.seats |= {ticket.pk: Seat(ticket.tier_id, signing.signed(sale.show.pk, ticket.serial)) for ticket in new}

    def notice_expired(self):
        """Places may be given back when somebody needs them, if their time is over."""
        overdue = {pk: sale for pk, sale in self.ledger.sales.items() if sale.is_overdue(self.at)}
        for pk in Order.objects.filter(pk__in=overdue, status="expired").values_list("pk", flat=True):
            overdue[pk].end("expired")

    def buy(self, show, person, lines, code=""):
        lines = {self.tier[name]: number for name, number in lines.items()}
        wish = factories.wish(show, person, lines=lines, code=code)
        order, refusal = self.attempt(actions.check_out, wish=wish)
        self.notice_expired()
        if refusal:
            if isinstance(refusal, events.actions.SoldOut):
                assert not self.ledger.room(show, lines, self.at)
            if isinstance(refusal, orders.actions.OneOrderEach):
                assert self.ledger.has_one(show, person, self.at)
            return
        assert show.sells(lines, self.at) and self.ledger.room(show, lines, self.at)
        assert not (show.single and self.ledger.has_one(show, person, self.at))
        is_free = code == "GIFT" or not any(self.price[tier] for tier in lines)
        until = None if is_free else show.held_until(lines, self.at)
        self.ledger.sales[order.pk] = Sale(show, person, lines, "pending", until, code)
        if is_free:
            self.paid(order.pk)

    # --- Buyers -----------------------------------------------------------------------------------------------

    @rule(person=PEOPLE, number=NUMBERS)
    def buy_some(self, person, number):
        self.buy(self.gala, person, {"Regular": number})

    @rule(person=PEOPLE, number=NUMBERS)
    def buy_free(self, person, number):
        self.buy(self.gala, person, {"Free": number})

    @rule(person=PEOPLE, lines=st.dictionaries(st.sampled_from(["Regular", "Student", "Free", "Secret"]), NUMBERS, min_size=1))
    def buy_several(self, person, lines):
        self.buy(self.gala, person, lines)

    @rule(person=PEOPLE, name=st.sampled_from(["Regular", "Student", "Secret"]), code=st.sampled_from(["HALF", "GIFT", "KEY"]))
    def buy_with_code(self, person, name, code):
        self.buy(self.gala, person, {name: 2}, code)

    @rule(person=st.sampled_from(["Dora", "Emil"]))
    def buy_the_talk(self, person):
        self.buy(self.talk, person, {"Desk": 1})

    @precondition(lambda self: self.ledger.sales)
    @rule(which=WHICH)
    def hold_longer(self, which):
        pk, sale = self.sale(which)
        _order, refusal = self.attempt(actions.extend, order_id=pk)
        if not refusal:
            assert sale.status == "pending" and not sale.is_overdue(self.at) and sale.extensions < 3
            sale.extensions += 1
            sale.until = max(sale.until, sale.show.held_until(sale.lines, self.at))

    @precondition(lambda self: self.ledger.sales)
    @rule(which=WHICH)
    def cancel(self, which):
        pk, sale = self.sale(which)
        _order, refusal = self.attempt(actions.cancel, order_id=pk)
        if not refusal:
            assert "used" not in {seat.status for seat in sale.seats.values()}
            sale.end("cancelled")

    @precondition(lambda self: any(self.ledger.seats()))
    @rule(which=WHICH)
    def give_one_back(self, which):
        ticket, sale, seat = self.seat(which)
        _order, refusal = self.attempt(actions.cancel_seat, ticket_id=ticket)
        if not refusal:
            assert seat.status != "used"
            sale.give_back(ticket)

    @precondition(lambda self: any(self.ledger.seats()))
    @rule(which=WHICH, person=PEOPLE, deed=st.sampled_from(["name_seat", "pass_on", "reissue"]))
    def change_the_seat(self, which, person, deed):
        ticket, sale, seat = self.seat(which)
        email = f"{person.lower()}@example.org"
        words = {
            "name_seat": {"name": person, "by": "holder"},
            "pass_on": {"name": person, "email": email, "language": "id", "by": "holder"},
            "reissue": {"by": None},
        }[deed]
        changed, refusal = self.attempt(getattr(orders.actions, deed), ticket_id=ticket, **words)
        if not refusal:
            assert seat.status == "valid" and seat.passed_on + (deed == "pass_on") <= 3
            seat.passed_on += deed == "pass_on"
            if deed != "name_seat":
                self.ledger.dead.append((sale.show, seat.text))
                seat.text = signing.signed(sale.show.pk, changed.serial)

    # --- Sellers ----------------------------------------------------------------------------------------------

    @precondition(lambda self: self.ledger.sales)
    @rule(which=WHICH)
    def pay(self, which):
        pk, sale = self.sale(which)
        had_another = sale.show.single and not sale.is_live and self.ledger.has_one(sale.show, sale.person, self.at)
        fits = sale.is_live or self.ledger.room(sale.show, sale.lines, THEN)
        _order, refusal = self.attempt(actions.settle_by_hand, order_id=pk, reason="Seen on the account.", by=None)
        if not refusal and sale.status != "paid":
            assert fits and not had_another
            self.paid(pk)

    @precondition(lambda self: any(sale.status == "pending" for sale in self.ledger.sales.values()))
    @rule(which=WHICH)
    def pay_what_is_held(self, which):
        held = [number for number, sale in enumerate(self.ledger.sales.values()) if sale.status == "pending"]
        self.pay(held[which % len(held)])

    @precondition(lambda self: not all(sale.is_live for sale in self.ledger.sales.values()))
    @rule(which=WHICH)
    def pay_what_is_over(self, which):
        over = [number for number, sale in enumerate(self.ledger.sales.values()) if not sale.is_live]
        self.pay(over[which % len(over)])

    @precondition(lambda self: self.ledger.sales)
    @rule(which=WHICH, used_too=st.booleans())
    def annul(self, which, used_too):
        pk, sale = self.sale(which)
        _order, refusal = self.attempt(actions.annul, order_id=pk, reason="A mistake.", by=None, used_too=used_too)
        if not refusal:
            assert used_too or "used" not in {seat.status for seat in sale.seats.values()}
            sale.end("cancelled")

    @precondition(lambda self: any(self.ledger.seats()))
    @rule(which=WHICH, used_too=st.booleans())
    def annul_one(self, which, used_too):
        ticket, sale, _seat = self.seat(which)
        self.annul_seat(ticket, sale, used_too)

    @precondition(lambda self: any(self.ledger.seats()))
    @rule(which=WHICH)
    def annul_one_by_one(self, which):
        _ticket, sale, _seat = self.seat(which)
        for ticket in sale.seats:
            self.annul_seat(ticket, sale, used_too=True)

    def annul_seat(self, ticket, sale, used_too):
        _order, refusal = self.attempt(actions.annul_seat, ticket_id=ticket, reason="A mistake.", by=None, used_too=used_too)
        if not refusal:
            assert used_too or sale.seats[ticket].status != "used"
            sale.give_back(ticket)

    @rule(people=st.lists(PEOPLE, min_size=1, max_size=2, unique=True), name=st.sampled_from(["Regular", "Secret"]))
    def give_away(self, people, name):
        lines = {self.tier[name]: 1}
        wishes = [factories.wish(self.gala, person, lines=lines) for person in people]
        given, refusal = self.attempt(actions.give_comps, wishes=wishes, by=None)
        if refusal:
            return
        assert self.gala.sells(lines, self.at)
        for order in given:
            self.ledger.sales[order.pk] = Sale(self.gala, order.buyer_name, dict(lines), "paid", given=True)
            self.paid(order.pk)
        comps = [sale for sale in self.ledger.sales.values() if sale.given and sale.status == "paid"]
        assert sum(sale.places for sale in comps) <= 3

    @rule(name=st.sampled_from(["Regular", "Student", "Free", "Desk"]), quantity=st.integers(1, 7))
    def change_the_quantity(self, name, quantity):
        show, tier = self.talk if name == "Desk" else self.gala, self.tier[name]
        taken = self.ledger.taken("pending", show)[tier] + self.ledger.taken("paid", show)[tier]
        _tier, refusal = self.attempt(events.actions.update_tier, tier_id=tier, by=None, quantity=quantity)
        assert bool(refusal) == (quantity < taken or show.status == "cancelled")
        if not refusal:
            show.quantities[tier] = quantity

    @rule(capacity=st.one_of(st.none(), st.integers(3, 12)))
    def change_the_capacity(self, capacity):
        taken = self.ledger.taken("pending", self.gala).total() + self.ledger.taken("paid", self.gala).total()
        _event, refusal = self.attempt(events.actions.update_event, event_id=self.gala.pk, by=None, capacity=capacity)
        too_low = capacity is not None and capacity < taken
        assert bool(refusal) == (self.gala.status == "cancelled" or (capacity != self.gala.capacity and too_low))
        if not refusal:
            self.gala.capacity = capacity

    @rule(opens=st.sampled_from([True, True, True, False]))
    def close_or_reopen(self, opens):
        deed = events.actions.reopen_sales if opens else events.actions.close_sales
        _nothing, refusal = self.attempt(deed, event_id=self.gala.pk, by=None)
        if not refusal:
            self.gala.status = "published" if opens else "sales_closed"

    @precondition(lambda self: len(self.ledger.sales) > 6)
    @rule(which=st.integers(0, 9))
    def call_off(self, which):
        if which < 2:
            show = self.ledger.shows[which]
            _nothing, refusal = self.attempt(events.actions.cancel, event_id=show.pk, reason="The singer is ill.", by=None)
            assert not refusal
            show.status = "cancelled"

    @precondition(lambda self: any(show.status == "cancelled" for show in self.ledger.shows))
    @rule()
    def follow_what_was_called_off(self):
        left = [sale for sale in self.ledger.sales.values() if sale.show.status == "cancelled" and sale.is_live]
        left = [sale for sale in left if "used" not in {seat.status for seat in sale.seats.values()}]
        followed, refusal = self.attempt(actions.follow_cancelled_events)
        assert (followed, refusal) == (len(left), None)
        for sale in left:
            sale.end("cancelled")

    # --- The door and the clock -------------------------------------------------------------------------------

    @precondition(lambda self: any(self.ledger.seats()))
    @rule(which=WHICH, by_hand=st.booleans(), again=st.booleans())
    def come_in(self, which, by_hand, again):
        ticket, sale, seat = self.seat(which)
        words = {"gate": "A", "nonce": f"attempt-{next(self.marks)}", "by": None}
        admit = (orders.actions.admit, {"ticket_id": ticket, "reason": "Known here.", **words})
        scan = (orders.actions.check_in, {"event_id": sale.show.pk, "text": seat.text, **words})
        deed, words = admit if by_hand else scan
        heard, _refusal = self.attempt(deed, **words)
        assert (heard.verdict == "admitted") == (seat.status == "valid" and sale.show.lets_in(self.at))
        if heard.verdict == "admitted":
            seat.status = "used"
        if again:
            assert self.attempt(deed, **words)[0].verdict == heard.verdict

    @precondition(lambda self: self.ledger.dead)
    @rule(which=WHICH)
    def come_with_an_old_code(self, which):
        show, text = self.ledger.dead[which % len(self.ledger.dead)]
        nonce = f"attempt-{next(self.marks)}"
        heard, _refusal = self.attempt(orders.actions.check_in, event_id=show.pk, text=text, gate="A", nonce=nonce, by=None)
        assert heard.verdict == "replaced"

    @precondition(lambda self: any(self.ledger.seats()))
    @rule(which=WHICH)
    def take_back(self, which):
        used = [(ticket, sale, seat) for ticket, sale, seat in self.ledger.seats() if seat.status == "used"]
        ticket, _sale, seat = used[which % len(used)] if used and which % 4 else self.seat(which)
        words = {"gate": "A", "nonce": f"attempt-{next(self.marks)}", "reason": "The wrong person.", "by": None}
        _heard, refusal = self.attempt(orders.actions.undo, ticket_id=ticket, **words)
        assert bool(refusal) == (seat.status != "used")
        if not refusal:
            seat.status = "valid"

    @rule(hours=st.sampled_from([0, 0, 1, 24, 49]))
    def wait(self, hours):
        self.at += timedelta(hours=hours, seconds=1)

    @precondition(lambda self: self.at < STARTS and len(list(self.ledger.seats())) > 5)
    @rule()
    def wait_for_the_doors(self):
        self.at = max(self.at, STARTS - timedelta(hours=5))

    @precondition(lambda self: any(sale.is_overdue(self.at) for sale in self.ledger.sales.values()))
    @rule()
    def sweep(self):
        overdue = [sale for sale in self.ledger.sales.values() if sale.is_overdue(self.at)]
        ended, refusal = self.attempt(actions.expire_overdue)
        assert (ended, refusal) == (len(overdue), None)
        for sale in overdue:
            sale.end("expired")

    # --- What must be true after each step --------------------------------------------------------------------

    @invariant()
    def the_books_are_those_on_paper(self):
        ledger = self.ledger
        held = {pk: (sale.status, sale.until if sale.status == "pending" else None) for pk, sale in ledger.sales.items()}
        orders_told = {pk: (status, until if status == "pending" else None) for pk, status, until in rows(Order, "status", "expires_at")}
        assert orders_told == held
        assert {pk: told for pk, *told in rows(TicketTier, "reserved", "sold", "quantity")} == {
            pk: list(told) for pk, told in ledger.tiers().items()
        }
        assert {pk: tuple(told) for pk, *told in rows(Event, "capacity", "reserved", "sold")} == ledger.capacities()
        assert dict(rows(Ticket, "status")) == {ticket: seat.status for ticket, _sale, seat in ledger.seats()}
        uses = ledger.uses()
        assert {code: used for _pk, code, used in rows(DiscountCode, "code", "used")} == {
            code: uses[code] for code in ("HALF", "GIFT", "KEY")
        }

    @invariant()
    def every_promise_holds(self):
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        assert broken() == []

    @invariant()
    def nobody_is_owed_more_than_was_paid(self):
        owed: Counter = Counter()
        told = HistoryEntry.objects.filter(details__has_key="refund")
        for subject, details in told.values_list("subject_id", "details"):
            owed[subject] += Decimal(details["refund"])
        for pk, total in Order.objects.filter(payment__in=owed).values_list("payment", "total"):
            assert owed[pk] <= total


def rows(model, *columns):
    return model.objects.values_list("pk", *columns)


def test_every_day_keeps_every_promise():
    Shop.done.clear()
    run_state_machine_as_test(
        Shop,
        settings=settings(
            max_examples=max(3, STEPS // LENGTH),
            stateful_step_count=LENGTH,
            deadline=None,
            derandomize=not STEPS,
            database=None,
            phases=[Phase.generate],  # shrinking takes minutes; a day is short enough to read
            suppress_health_check=list(HealthCheck),
        ),
    )
    logger.info("%s deeds: %s", Shop.done.total(), dict(sorted(Shop.done.items())))

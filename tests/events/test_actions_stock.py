"""Places are held, sold and given back; the line comes first (A-07, A-28, B-21, D-12, K-10, K-11)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from events import actions
from events.models import DiscountCode, Event, TicketTier
from tests import factories
from tests.factories import THEN
from ticketing.errors import Busy, DomainError
from ticketing.models import HistoryEntry

pytestmark = pytest.mark.django_db
START = THEN + timedelta(days=30)
TWO_TIERS = [{"name": "Regular", "price": Decimal(100), "quantity": 10}, {"name": "VIP", "price": Decimal(500), "quantity": 5}]


def stock(name="Regular"):
    """Return what is reserved, sold and waiting."""
    return TicketTier.objects.values_list("reserved", "sold", "waiting").get(name=name)


def cap():
    return Event.objects.values_list("reserved", "sold", "waiting_any").get()


def claim(event, number=1, *, at=THEN, vip=0, **words):
    lines = {factories.tier().pk: number} | ({factories.tier("VIP").pk: vip} if vip else {})
    actions.claim(event_id=event.pk, lines=lines, at=at, **words)


def refused(refusal, event, *numbers, says=None, **words):
    with pytest.raises(refusal, match=says) as caught, transaction.atomic():
        claim(event, *numbers, **words)
    return caught.value


def code(event, **terms):
    return actions.add_code(event_id=event.pk, by=None, at=THEN, **{"code": "EARLY", "percent": Decimal(10), **terms})


def test_places_are_held_sold_and_taken_back():
    event = factories.published()
    one = {factories.tier().pk: 1}

    claim(event, 3)
    assert stock() == (3, 0, 0)
    actions.sell(event_id=event.pk, lines={factories.tier().pk: 2})
    assert stock() == (1, 2, 0)
    actions.release(event_id=event.pk, lines=one)
    assert stock() == (0, 2, 0)
    actions.unsell(event_id=event.pk, lines=one)

    assert (stock(), factories.tier().available) == ((0, 1, 0), 99)
    assert cap() == (0, 0, 0)


def test_a_claim_is_three_statements_whatever_it_takes():
    event = factories.published(tiers=TWO_TIERS, capacity=9)
    lines = {factories.tier().pk: 2, factories.tier("VIP").pk: 1}

    for deed in (
        lambda: actions.claim(event_id=event.pk, lines=lines, at=THEN, paid=True),
        lambda: actions.claim(event_id=event.pk, lines=lines, at=THEN),
        lambda: actions.sell(event_id=event.pk, lines=lines),
        lambda: actions.unsell(event_id=event.pk, lines=lines),
    ):
        with CaptureQueriesContext(connection) as queries:
            deed()
        assert [query["sql"].split()[0] for query in queries] == ["UPDATE", "SELECT", "UPDATE"]
        assert "FOR NO KEY UPDATE" in queries[1]["sql"]
        assert 'ORDER BY "events_tickettier"."id" ASC' in queries[1]["sql"]


def test_what_is_paid_already_is_sold_at_once():
    event = factories.published(tiers=TWO_TIERS, capacity=4)

    claim(event, 2, vip=1, paid=True)

    assert (cap(), stock(), stock("VIP")) == ((0, 3, 0), (0, 2, 0), (0, 1, 0))
    refused(actions.SoldOut, event, 2, paid=True, says="Only 1 place is left")
    assert (cap(), stock(), stock("VIP")) == ((0, 3, 0), (0, 2, 0), (0, 1, 0))


def test_k_11_capacity_is_counted_beside_the_tiers():
    event = factories.published(tiers=TWO_TIERS, capacity=4)

    claim(event, 2, vip=2)
    assert cap() == (4, 0, 0)
    assert refused(actions.SoldOut, event, 1, says="This event is sold out").remaining == 0
    actions.sell(event_id=event.pk, lines={factories.tier().pk: 2})
    actions.release(event_id=event.pk, lines={factories.tier("VIP").pk: 2})
    assert cap() == (0, 2, 0)
    assert refused(actions.SoldOut, event, 3, says="Only 2 places are left").remaining == 2
    actions.unsell(event_id=event.pk, lines={factories.tier().pk: 1})

    assert (cap(), stock(), stock("VIP")) == ((0, 1, 0), (0, 1, 0), (0, 0, 0))


def test_event_that_got_a_capacity_since_it_was_seen_without_one_is_busy():
    event = factories.published()
    with CaptureQueriesContext(connection) as asked:
        claim(event, limited=False)
    assert not [query for query in asked if 'UPDATE "events_event"' in query["sql"]]

    Event.objects.filter(pk=event.pk).update(capacity=5, reserved=1)
    refused(Busy, event, 1, limited=False)

    assert (stock(), cap()) == ((1, 0, 0), (1, 0, 0))


def test_d_12_claim_of_more_than_is_left_says_how_many_there_are():
    event = factories.published(tiers=TWO_TIERS)
    claim(event, 8)

    refusal = refused(actions.SoldOut, event, 3, says="Only 2 tickets of “Regular” are left")
    assert (refusal.remaining, refusal.tier.name) == (2, "Regular")
    claim(event, 2)
    refused(actions.SoldOut, event, 1, says="“Regular” is sold out")

    assert stock() == (10, 0, 0)


def test_claim_takes_all_of_its_lines_or_none():
    event = factories.published(tiers=TWO_TIERS, capacity=20)

    assert refused(actions.SoldOut, event, 2, vip=6).tier.name == "VIP"

    assert (stock(), stock("VIP"), cap()) == ((0, 0, 0), (0, 0, 0), (0, 0, 0))


@pytest.mark.django_db(transaction=True)
def test_a_caught_refusal_cannot_be_committed():
    event = factories.published(tiers=TWO_TIERS, capacity=20)

    with pytest.raises(transaction.TransactionManagementError), transaction.atomic():
        with pytest.raises(actions.SoldOut):
            claim(event, 2, vip=6)
        Event.objects.count()

    assert cap() == (0, 0, 0)


@pytest.mark.parametrize(
    ("end", "at", "says"),
    [
        (None, START + timedelta(hours=4), "is over"),
        ("close_sales", THEN, "are closed"),
        ("close_sales", START + timedelta(hours=4), "is over"),
        ("cancel", THEN, "is cancelled"),
        ("draft", THEN, "is not on sale"),
        ("archive", START + timedelta(hours=4), "is not on sale"),
    ],
)
def test_d_12_claim_of_an_event_that_is_not_on_sale_is_refused(end, at, says):
    event = factories.event() if end == "draft" else factories.published()
    if end not in {None, "draft"}:
        getattr(actions, end)(event_id=event.pk, by=None, at=at, **({"reason": "Rain."} if end == "cancel" else {}))

    refused(actions.NotOnSale, event, says=says, at=at)
    refused(actions.NotOnSale, event, says=says, at=at, offered=True)

    assert stock() == (0, 0, 0)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"sale_starts_at": THEN + timedelta(hours=1)}, r"goes on sale on 1 February 2027, 17:00 \(Asia/Jakarta\)"),
        ({"sale_ends_at": THEN}, "no longer on sale"),
        ({"is_active": False}, "no longer on sale"),
    ],
)
def test_claim_outside_the_sale_window_is_refused(change, says):
    event = factories.published()
    TicketTier.objects.update(**change)

    refused(actions.NotOnSale, event, says=says)
    refused(actions.NotOnSale, event, says=says, offered=True)


def test_claim_within_the_limits_of_an_order():
    event = factories.published()
    TicketTier.objects.update(min_purchase=2, max_purchase=4)

    refused(actions.BelowMinimum, event, 1, says="at least 2 of “Regular”")
    refused(actions.AboveMaximum, event, 5, says="at most 4 of “Regular”")
    claim(event, 2)
    claim(event, 4)
    claim(event, 1, offered=True)

    assert stock() == (7, 0, 0)


@pytest.mark.parametrize("lines", [{}, {"Regular": 0}, {"Regular": -3}, {"Regular": 5, "VIP": -1}])
def test_lines_of_nothing_or_less_are_a_mistake_of_the_caller(lines):
    event = factories.published(tiers=TWO_TIERS, capacity=10)
    lines = {factories.tier(name).pk: number for name, number in lines.items()}

    with pytest.raises(ValueError, match="one place or more"):
        actions.claim(event_id=event.pk, lines=lines, at=THEN)
    with pytest.raises(ValueError, match="one place or more"):
        actions.release(event_id=event.pk, lines=lines)


def test_claim_of_another_events_tier_is_refused():
    mine = factories.published()
    other = factories.published(title="Other", tiers=[{"name": "Else", "price": Decimal(1), "quantity": 5}])

    with pytest.raises(actions.NotOnSale, match="no such ticket"), transaction.atomic():
        actions.claim(event_id=mine.pk, lines={other.tiers.get().pk: 1}, at=THEN)


def test_the_line_comes_first():
    event = factories.published(tiers=TWO_TIERS)
    tier = factories.tier()
    actions.queue(event_id=event.pk, tier_id=tier.pk, places=3)
    actions.queue(event_id=event.pk, places=2)

    assert refused(actions.Queued, event, 6, says="those in line").remaining == 10
    claim(event, 5)
    refused(actions.Queued, event, 1)
    claim(event, 5, offered=True)
    actions.queue(event_id=event.pk, tier_id=tier.pk, places=-3)

    assert (stock(), cap()) == ((10, 0, 0), (0, 0, 2))
    refused(actions.SoldOut, event, 1, offered=True)


def test_the_line_comes_first_under_a_capacity_too():
    """Three wait for the tier that has room; nobody of them could use the one that is full."""
    event = factories.published(tiers=TWO_TIERS, capacity=12)
    actions.claim(event_id=event.pk, lines={factories.tier("VIP").pk: 5}, at=THEN)
    actions.queue(event_id=event.pk, tier_id=factories.tier("VIP").pk, places=4)
    claim(event, 4)
    actions.queue(event_id=event.pk, tier_id=factories.tier().pk, places=3)

    refused(actions.Queued, event, 1)
    claim(event, 3, offered=True)

    assert cap() == (12, 0, 0)


def test_those_in_line_for_any_tier_come_first_under_a_capacity_too():
    event = factories.published(capacity=10)
    claim(event, 7)
    actions.queue(event_id=event.pk, places=2)

    claim(event, 1)
    assert refused(actions.Queued, event, 1).remaining == 2
    claim(event, 2, offered=True)

    assert cap() == (10, 0, 2)


@pytest.mark.parametrize("tier", [True, False])
def test_the_line_is_never_shorter_than_nobody(tier):
    event = factories.published()

    with pytest.raises(IntegrityError):
        actions.queue(event_id=event.pk, tier_id=factories.tier().pk if tier else None, places=-1)


@pytest.mark.parametrize("deed", ["release", "sell", "unsell"])
@pytest.mark.parametrize("capacity", [None, 50])
def test_what_was_not_held_or_sold_cannot_come_back(deed, capacity):
    event = factories.published(capacity=capacity)

    with pytest.raises(IntegrityError, match="counters_within"):
        getattr(actions, deed)(event_id=event.pk, lines={factories.tier().pk: 1})


def test_stock_of_an_event_that_is_gone_still_comes_back():
    event = factories.published(capacity=50)
    claim(event, 3)
    actions.cancel(event_id=event.pk, reason="Rain.", by=None, at=THEN)
    actions.delete(event_id=event.pk, by=None, at=THEN)

    actions.release(event_id=event.pk, lines={factories.tier().pk: 3})

    assert (stock(), Event.all_objects.get().reserved) == ((0, 0, 0), 0)


@pytest.mark.parametrize("scope", ["all", "this", "other"])
def test_hidden_tiers_open_with_a_code_that_unlocks_them(scope):
    event = factories.published(tiers=TWO_TIERS)
    TicketTier.objects.filter(name="Regular").update(hidden=True)
    tiers = {"all": (), "this": (factories.tier().pk,), "other": (factories.tier("VIP").pk,)}[scope]
    key = code(event, unlocks_hidden=True, tier_ids=tiers)

    refused(actions.NotOnSale, event, says="no such ticket")
    if scope == "other":
        refused(actions.NotOnSale, event, code_id=key.pk)
    else:
        claim(event, 1, code_id=key.pk)

    assert stock() == (0 if scope == "other" else 1, 0, 0)


def test_a_code_is_counted_with_the_claim_and_given_back_with_the_places():
    event = factories.published()
    early = code(event, max_uses=1)

    claim(event, 2, code_id=early.pk)
    assert DiscountCode.objects.get().used == 1
    refused(actions.CodeRefused, event, 1, code_id=early.pk, says="as often as it may")
    actions.release(event_id=event.pk, lines={factories.tier().pk: 2}, code_id=early.pk)

    assert (DiscountCode.objects.get().used, stock()) == (0, (0, 0, 0))


def test_a_refused_claim_uses_no_code():
    event = factories.published(tiers=TWO_TIERS)
    early = code(event)

    refused(actions.SoldOut, event, 10, vip=6, code_id=early.pk)

    assert DiscountCode.objects.get().used == 0


@pytest.mark.parametrize(
    ("terms", "says"),
    [
        ({"starts_at": THEN + timedelta(seconds=1)}, "not valid yet"),
        ({"ends_at": THEN}, "no longer valid"),
        ({"is_active": False}, "not known here"),
    ],
)
def test_codes_are_refused_in_words(terms, says):
    event = factories.published()

    refused(actions.CodeRefused, event, 1, code_id=code(event, **terms).pk, says=says)
    with pytest.raises(actions.CodeRefused, match=says):
        actions.find_code(event_id=event.pk, typed=" early", at=THEN)

    assert DiscountCode.objects.get().used == 0
    assert actions.find_code(event_id=event.pk, typed=" early").code == "EARLY"  # one that an order has already


def test_a_code_that_is_used_up_is_not_found():
    event = factories.published()
    early = code(event, max_uses=1)
    assert actions.find_code(event_id=event.pk, typed="EARLY", at=THEN) == early

    claim(event, code_id=early.pk)

    with pytest.raises(actions.CodeRefused, match="as often as it may be"):
        actions.find_code(event_id=event.pk, typed="EARLY", at=THEN)


def test_a_code_of_another_event_is_not_known():
    event, other = factories.published(), factories.published(title="Other", tiers=TWO_TIERS[1:])

    refused(actions.CodeRefused, event, 1, code_id=code(other).pk, says="not known here")


CHANGED_SINCE = {
    "its sale has ended": lambda event, _code: event.tiers.update(sale_ends_at=THEN),
    "its sale begins later": lambda event, _code: event.tiers.update(sale_starts_at=THEN + timedelta(hours=1)),
    "the tier is off sale": lambda event, _code: event.tiers.update(is_active=False),
    "the tier is hidden": lambda event, _code: event.tiers.update(hidden=True),
    "more must be taken": lambda event, _code: event.tiers.update(min_purchase=3),
    "fewer may be taken": lambda event, _code: event.tiers.update(max_purchase=1),
    "sales are closed": lambda event, _code: actions.close_sales(event_id=event.pk, by=None, at=THEN),
    "the code has ended": lambda _event, code: DiscountCode.objects.filter(pk=code.pk).update(ends_at=THEN),
    "the code begins later": lambda _event, code: DiscountCode.objects.filter(pk=code.pk).update(starts_at=THEN + timedelta(hours=1)),
    "the code is off": lambda _event, code: DiscountCode.objects.filter(pk=code.pk).update(is_active=False),
}


@pytest.mark.parametrize("change", CHANGED_SINCE)
def test_who_had_places_gets_them_again_whatever_was_changed_since(change):
    event = factories.published(capacity=9)
    early = code(event, max_uses=1)
    CHANGED_SINCE[change](event, early)

    refused(DomainError, event, 2, code_id=early.pk)
    claim(event, 2, code_id=early.pk, regained=True, paid=True)

    assert (stock(), cap(), DiscountCode.objects.get().used) == ((0, 2, 0), (0, 2, 0), 1)


def test_a_code_that_others_used_up_meanwhile_gives_way_by_one_order_and_the_history_says_so():
    event = factories.published()
    early, free = code(event, max_uses=1), code(event, code="FREE")
    claim(event, code_id=early.pk)

    claim(event, code_id=early.pk, regained=True)
    claim(event, code_id=free.pk, regained=True)

    assert set(DiscountCode.objects.values_list("code", "used", "max_uses")) == {("EARLY", 2, 2), ("FREE", 1, None)}
    said = HistoryEntry.objects.get(subject_id=event.pk, action="code_changed")
    assert (said.actor, said.details) == ("system", {"code": str(early.pk), "fields": ["max_uses"]})
    refused(actions.CodeRefused, event, code_id=early.pk)


@pytest.mark.parametrize(
    ("change", "refusal", "says"),
    [
        (lambda event: event.tiers.update(sold=99), actions.SoldOut, "Only 1 ticket of “Regular” is left"),
        (lambda event: Event.objects.update(capacity=9, sold=8), actions.SoldOut, "Only 1 place is left"),
        (lambda event: event.tiers.update(waiting=99), actions.Queued, "those in line"),
        (lambda event: Event.objects.update(waiting_any=99), actions.Queued, "those in line"),
        (lambda event: Event.objects.update(capacity=9, waiting_any=8), actions.Queued, "those in line"),
        (lambda event: actions.cancel(event_id=event.pk, reason="Rain.", by=None, at=THEN), actions.NotOnSale, "is cancelled"),
        (lambda event: Event.objects.update(status="archived"), actions.NotOnSale, "is not on sale"),
        (lambda event: Event.objects.update(starts_at=THEN - timedelta(hours=4), ends_at=THEN), actions.NotOnSale, "is over"),
    ],
)
def test_who_had_places_gets_none_if_there_are_none_or_no_event(change, refusal, says):
    event = factories.published()
    change(event)
    event.tiers.update(sale_ends_at=THEN, hidden=True, min_purchase=3)  # of which no refusal speaks
    Event.objects.filter(status="published").update(status="sales_closed")
    before = stock(), Event.all_objects.values_list("reserved", "sold").get()

    refused(refusal, event, 2, regained=True, says=says)

    assert (stock(), Event.all_objects.values_list("reserved", "sold").get()) == before

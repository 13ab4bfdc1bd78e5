"""Events, tiers and codes are planned: made, changed, copied (K-11, D-04, D-06, C-01)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

import payments.actions
from accounts.actions import NotAllowed
from events import actions
from events.models import DiscountCode, Event, TicketTier
from tests import factories
from tests.factories import THEN
from ticketing.models import HistoryEntry

pytestmark = pytest.mark.django_db
START = THEN + timedelta(days=30)
FACTS = {"title": "Malam Jazz", "starts_at": START, "ends_at": START + timedelta(hours=4)}
REGULAR = {"name": "Regular", "price": Decimal(150_000), "quantity": 100}


def history(event):
    return list(HistoryEntry.objects.filter(subject_id=event.pk).order_by("at", "id").values_list("action", "actor", "details"))


def hold(event, number, tier="Regular"):
    actions.claim(event_id=event.pk, lines={factories.tier(tier).pk: number}, at=THEN)


def test_create_makes_a_draft_with_its_tiers():
    team = factories.promoter()

    event = actions.create_event(promoter_id=team.pk, by=team.owner, at=THEN, tiers=[REGULAR], **FACTS)

    assert (event.status, event.slug, event.currency, event.created_by, event.version) == ("draft", "malam-jazz", "IDR", team.owner, 1)
    assert event.tiers.values_list("name", "price", "available", "position").get() == ("Regular", Decimal(150_000), 100, 0)
    assert history(event) == [("created", f"user:{team.owner.pk}", {})]


def test_create_finds_a_free_address_even_beside_deleted_events():
    first = factories.event()
    actions.delete(event_id=first.pk, by=None, at=THEN)

    second, nameless = factories.event(), factories.event(title="夜の音楽")

    assert second.slug.startswith("malam-jazz-")
    assert nameless.slug == "event"


def test_create_under_a_taken_address_is_refused():
    factories.event(slug="jazz")

    with pytest.raises(actions.SlugTaken):
        factories.event(slug="jazz")


def test_d_04_create_in_the_past_is_refused_but_for_the_demo():
    team = factories.promoter()
    past = {**FACTS, "starts_at": THEN, "ends_at": THEN + timedelta(hours=1)}

    with pytest.raises(actions.InPast):
        actions.create_event(promoter_id=team.pk, by=team.owner, at=THEN, **past)

    assert actions.create_event(promoter_id=team.pk, by=None, at=THEN, allow_past=True, **past).starts_at == THEN


def test_create_takes_no_counter_status_or_broken_value():
    team = factories.promoter()

    for unsayable in ({"status": "published"}, {"sold": 3}, {"version": 9}, {"promoter": team}):
        with pytest.raises(TypeError):
            actions.create_event(promoter_id=team.pk, by=None, at=THEN, **FACTS, **unsayable)
    with pytest.raises(ValidationError, match="time zone"):
        actions.create_event(promoter_id=team.pk, by=None, at=THEN, timezone="Mars/Olympus", **FACTS)
    with pytest.raises(actions.WrongAmount):
        actions.create_event(promoter_id=team.pk, by=None, at=THEN, tiers=[{**REGULAR, "price": Decimal("0.5")}], **FACTS)


@pytest.mark.parametrize("role", ["finance", "gate", None])
def test_nobody_but_planners_and_staff_may_plan(role):
    team = factories.promoter()
    event, tier = factories.event(team), factories.tier()
    code = actions.add_code(event_id=event.pk, by=None, at=THEN, code="EARLY", percent=Decimal(10))
    stranger = factories.member(team, role=role) if role else factories.promoter("Omar", name="Other").owner
    deeds = [
        lambda by: actions.create_event(promoter_id=team.pk, by=by, at=THEN, **FACTS),
        lambda by: actions.update_event(event_id=event.pk, by=by, at=THEN, title="x"),
        lambda by: actions.duplicate_event(event_id=event.pk, by=by, at=THEN),
        lambda by: actions.add_tier(event_id=event.pk, by=by, at=THEN, name="x", price=Decimal(0), quantity=1),
        lambda by: actions.update_tier(tier_id=tier.pk, by=by, at=THEN, quantity=5),
        lambda by: actions.remove_tier(tier_id=tier.pk, by=by, at=THEN),
        lambda by: actions.add_code(event_id=event.pk, by=by, at=THEN, code="LATE", percent=Decimal(10)),
        lambda by: actions.update_code(code_id=code.pk, by=by, at=THEN, percent=Decimal(20)),
        lambda by: actions.publish(event_id=event.pk, by=by, at=THEN),
        lambda by: actions.close_sales(event_id=event.pk, by=by, at=THEN),
        lambda by: actions.reopen_sales(event_id=event.pk, by=by, at=THEN),
        lambda by: actions.cancel(event_id=event.pk, reason="Rain.", by=by, at=THEN),
        lambda by: actions.archive(event_id=event.pk, by=by, at=THEN),
        lambda by: actions.delete(event_id=event.pk, by=by, at=THEN),
        lambda by: actions.restore(event_id=event.pk, by=by, at=THEN),
    ]

    for deed in deeds:
        with pytest.raises(NotAllowed):
            deed(stranger)


def test_owner_manager_and_admin_may_plan_and_a_moderator_may_not():
    team = factories.promoter()
    event = factories.event(team)

    for number, by in enumerate([team.owner, factories.member(team, role="manager"), factories.staff()]):
        assert actions.update_event(event_id=event.pk, by=by, at=THEN, title=f"Title {number}").title == f"Title {number}"
    with pytest.raises(NotAllowed):
        actions.update_event(event_id=event.pk, by=factories.staff("Mega", "moderator"), at=THEN, title="x")


def test_the_service_fee_is_set_by_staff_alone():
    team = factories.promoter()
    event = factories.event(team)

    with pytest.raises(NotAllowed, match="service fee"):
        actions.update_event(event_id=event.pk, by=team.owner, at=THEN, fee_percent=Decimal(0))
    actions.update_event(event_id=event.pk, by=factories.staff(), at=THEN, fee_percent=Decimal(3))

    assert Event.objects.get().fee_percent == 3


def test_update_takes_no_value_that_no_form_would_take():
    event = factories.event()

    with pytest.raises(ValidationError):
        actions.update_event(event_id=event.pk, by=None, at=THEN, title="x" * 1000)


def test_update_changes_facts_and_says_which():
    event = factories.event()

    actions.update_event(event_id=event.pk, by=None, at=THEN, title="Malam Blues", city="Jakarta", venue="GBK")

    event.refresh_from_db()
    assert (event.title, event.venue, event.slug, event.version) == ("Malam Blues", "GBK", "malam-jazz", 1)
    assert history(event)[1:] == [("changed", "system", {"fields": ["title", "venue"]})]
    assert "blues" in event.search_vector


def test_update_with_nothing_new_writes_nothing():
    event = factories.event()

    actions.update_event(event_id=event.pk, by=None, at=THEN, title=event.title)

    assert len(history(event)) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"venue": "GBK"},
        {"address": "Jl. A"},
        {"city": "Bogor"},
        {"timezone": "Asia/Makassar"},
        {"doors_open_at": START},
        {"starts_at": START + timedelta(hours=1)},
        {"ends_at": START + timedelta(hours=5)},
    ],
)
def test_a_fact_that_buyers_rely_on_makes_a_new_version(change):
    event = factories.published()

    actions.update_event(event_id=event.pk, by=None, at=THEN, **change)
    assert Event.objects.get().version == 2

    actions.update_event(event_id=event.pk, by=None, at=THEN, title="Else", description="More")
    assert Event.objects.get().version == 2


def test_update_into_the_past_or_onto_anothers_address_is_refused():
    event, other = factories.event(), factories.event(title="Other")

    with pytest.raises(actions.InPast):
        actions.update_event(event_id=event.pk, by=None, at=THEN, starts_at=THEN)
    with pytest.raises(actions.SlugTaken):
        actions.update_event(event_id=event.pk, by=None, at=THEN, slug=other.slug)


def test_currency_is_fixed_while_tickets_are_held_or_sold():
    event = factories.published()
    hold(event, 2)

    with pytest.raises(actions.CurrencyFixed):
        actions.update_event(event_id=event.pk, by=None, at=THEN, currency="USD")
    actions.release(event_id=event.pk, lines={factories.tier().pk: 2})
    actions.update_event(event_id=event.pk, by=None, at=THEN, currency="USD")

    TicketTier.objects.update(price=Decimal("9.50"))
    with pytest.raises(actions.WrongAmount):
        actions.update_event(event_id=event.pk, by=None, at=THEN, currency="IDR")
    assert Event.objects.get().currency == "USD"


def test_capacity_counts_what_is_held_and_cannot_be_less():
    event = factories.published()
    hold(event, 4)
    actions.sell(event_id=event.pk, lines={factories.tier().pk: 1})

    with pytest.raises(actions.CapacityTooLow, match="4 places") as caught:
        actions.update_event(event_id=event.pk, by=None, at=THEN, capacity=3)
    actions.update_event(event_id=event.pk, by=None, at=THEN, capacity=4)

    assert caught.value.minimum == 4
    assert Event.objects.values_list("capacity", "sold", "reserved").get() == (4, 1, 3)
    actions.update_event(event_id=event.pk, by=None, at=THEN, capacity=None)
    assert Event.objects.values_list("capacity", "sold", "reserved").get() == (None, 0, 0)


@pytest.mark.parametrize("days", [30, -3])
def test_duplicate_is_a_draft_on_the_same_weekday_ahead(days):
    start = THEN + timedelta(days=days)
    opens = start - timedelta(days=9)
    event = factories.event(starts_at=start, tiers=[{**REGULAR, "sale_starts_at": opens}], doors_open_at=start, refund_until_hours=48)
    TicketTier.objects.update(sold=5, reserved=1, waiting=2)

    copy = actions.duplicate_event(event_id=event.pk, by=event.promoter.owner, at=THEN)

    weeks = timedelta(weeks=1)
    assert (copy.status, copy.title, copy.refund_until_hours, copy.doors_open_at) == ("draft", "Malam Jazz", 48, start + weeks)
    assert (copy.starts_at, copy.ends_at, copy.slug != event.slug) == (start + weeks, event.ends_at + weeks, True)
    assert copy.tiers.values_list("name", "available", "waiting", "sale_starts_at").get() == ("Regular", 100, 0, opens + weeks)
    assert history(copy) == [("created", f"user:{event.promoter.owner_id}", {"like": str(event.pk)})]


def test_tiers_are_added_changed_and_removed():
    event = factories.event()

    vip = actions.add_tier(event_id=event.pk, by=None, at=THEN, name="VIP", price=Decimal(500_000), quantity=20)
    actions.update_tier(tier_id=vip.pk, by=None, at=THEN, quantity=25, name="VIP")
    assert TicketTier.objects.values_list("quantity", "available").get(pk=vip.pk) == (25, 25)
    actions.remove_tier(tier_id=vip.pk, by=None, at=THEN)

    assert event.tiers.count() == 1
    tier = str(vip.pk)
    assert history(event)[1:] == [
        ("tier_added", "system", {"tier": tier}),
        ("tier_changed", "system", {"tier": tier, "fields": ["quantity"]}),
        ("tier_removed", "system", {"tier": tier}),
    ]


def test_quantity_below_what_is_sold_and_held_is_refused_and_names_the_minimum():
    event, tier = factories.published(), factories.tier()
    hold(event, 7)
    actions.sell(event_id=event.pk, lines={tier.pk: 3})

    with pytest.raises(actions.QuantityTooLow, match="7 places") as caught:
        actions.update_tier(tier_id=tier.pk, by=None, at=THEN, quantity=6)
    actions.update_tier(tier_id=tier.pk, by=None, at=THEN, quantity=7)

    assert caught.value.minimum == 7
    assert factories.tier().available == 0


def test_amounts_are_payable_in_the_currency():
    event, tier = factories.event(), factories.tier()

    with pytest.raises(actions.WrongAmount):
        actions.update_tier(tier_id=tier.pk, by=None, at=THEN, price=Decimal("0.5"))
    with pytest.raises(actions.WrongAmount):
        actions.add_tier(event_id=event.pk, by=None, at=THEN, name="VIP", price=Decimal("0.5"), quantity=1)
    with pytest.raises(actions.WrongAmount):
        actions.add_code(event_id=event.pk, by=None, at=THEN, code="EARLY", amount=Decimal("0.5"))
    with pytest.raises(TypeError):
        actions.update_tier(tier_id=tier.pk, by=None, at=THEN, sold=3)
    with pytest.raises(TypeError):
        actions.add_tier(event_id=event.pk, by=None, at=THEN, name="x", price=Decimal(1), quantity=1, sold=1)


def test_remove_tier_that_is_in_use_or_the_last_is_refused():
    event, tier = factories.published(), factories.tier()

    with pytest.raises(actions.LastTier):
        actions.remove_tier(tier_id=tier.pk, by=None, at=THEN)
    actions.add_tier(event_id=event.pk, by=None, at=THEN, name="VIP", price=Decimal(1), quantity=1)
    hold(event, 1)
    with pytest.raises(actions.TierInUse):
        actions.remove_tier(tier_id=tier.pk, by=None, at=THEN)


def test_remove_tier_of_which_an_ended_order_tells_is_refused():
    event, tier = factories.published(), factories.tier()
    actions.add_tier(event_id=event.pk, by=None, at=THEN, name="VIP", price=Decimal(1), quantity=1)
    payments.actions.cancel(order_id=factories.order(event).pk, at=THEN)
    assert factories.tier().allocated == 0

    with pytest.raises(actions.TierInUse), transaction.atomic():
        actions.remove_tier(tier_id=tier.pk, by=None, at=THEN)

    assert event.tiers.count() == 2


@pytest.mark.parametrize("end", ["cancel", "delete"])
def test_finished_and_deleted_events_do_not_change(end):
    event, tier = factories.published(), factories.tier()
    code = actions.add_code(event_id=event.pk, by=None, at=THEN, code="EARLY", percent=Decimal(10))
    actions.cancel(event_id=event.pk, reason="Rain.", by=None, at=THEN)
    if end == "delete":
        actions.delete(event_id=event.pk, by=None, at=THEN)
    refusal = {"cancel": actions.EventFinished, "delete": actions.EventDeleted}[end]

    for deed in [
        lambda: actions.update_event(event_id=event.pk, by=None, at=THEN, title="x"),
        lambda: actions.add_tier(event_id=event.pk, by=None, at=THEN, name="x", price=Decimal(0), quantity=1),
        lambda: actions.update_tier(tier_id=tier.pk, by=None, at=THEN, quantity=5),
        lambda: actions.remove_tier(tier_id=tier.pk, by=None, at=THEN),
        lambda: actions.add_code(event_id=event.pk, by=None, at=THEN, code="LATE", percent=Decimal(10)),
        lambda: actions.update_code(code_id=code.pk, by=None, at=THEN, percent=Decimal(20)),
    ]:
        with pytest.raises(refusal):
            deed()


def test_codes_are_added_and_changed():
    event, tier = factories.event(), factories.tier()
    stranger = factories.event(title="Other", tiers=[{**REGULAR, "name": "Else"}]).tiers.get()

    code = actions.add_code(event_id=event.pk, by=None, at=THEN, code=" early ", percent=Decimal(10), tier_ids=(tier.pk, stranger.pk))
    assert (code.code, list(code.tiers.all())) == ("EARLY", [tier])
    actions.update_code(code_id=code.pk, by=None, at=THEN, max_uses=3, tier_ids=())
    actions.update_code(code_id=code.pk, by=None, at=THEN, max_uses=3, tier_ids=())

    assert (DiscountCode.objects.get().max_uses, code.tiers.count()) == (3, 0)
    assert history(event)[1:] == [
        ("code_added", "system", {"code": str(code.pk)}),
        ("code_changed", "system", {"code": str(code.pk), "fields": ["max_uses", "tiers"]}),
    ]
    with pytest.raises(TypeError):
        actions.update_code(code_id=code.pk, by=None, at=THEN, used=0)

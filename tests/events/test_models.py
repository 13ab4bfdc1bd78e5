"""Events, tiers, codes and rates: what the database itself refuses, keeps and finds (A-04 to A-08, B-03 to B-06, B-23 to B-25, D-03)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import CheckConstraint, ProtectedError, UniqueConstraint

from accounts.models import User
from events.models import ActiveEvent, DiscountCode, Event, Picture, ReferenceRate, Reminder, TicketTier
from tests import factories
from tests.factories import THEN
from ticketing.models import AuditLog

pytestmark = pytest.mark.django_db
OURS = (Event, TicketTier, DiscountCode, Picture, ReferenceRate, Reminder)


def refused(query, *values):
    """Return the name of the constraint that refuses the statement."""
    with pytest.raises(IntegrityError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(query, values)
    return caught.value.__cause__.diag.constraint_name


def rows(query, *values):
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()


def test_every_rule_is_in_the_database_and_has_a_sentence():
    rules = [rule for model in OURS for rule in model._meta.constraints]
    known = {name for (name,) in rows("SELECT conname FROM pg_constraint UNION SELECT indexname FROM pg_indexes")}

    assert len(rules) > 35
    assert {rule.name for rule in rules} <= known
    assert [rule.name for rule in rules if rule.violation_error_message == rule.default_violation_error_message] == []
    assert {type(rule) for rule in rules} == {CheckConstraint, UniqueConstraint}


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ("title = ''", "event_has_title"),
        ("description = repeat('x', 20001)", "event_description_not_too_long"),
        ("ends_at = starts_at", "event_ends_after_start"),
        ("ends_at = starts_at + interval '31 days 1 second'", "event_lasts_a_month_at_most"),
        ("doors_open_at = starts_at + interval '1 second'", "event_doors_open_by_start"),
        ("image_url = 'http://example.org/a.png'", "event_picture_is_safe"),
        ("poster = 'red'", "event_poster_known"),
        ("age_limit = 0", "event_age_limit_sensible"),
        ("currency = 'EUR'", "event_currency_known"),
        ("capacity = 0", "event_capacity_positive"),
        ("sold = 1", "event_counters_within_capacity"),
        ("capacity = 5, sold = 3, reserved = 3", "event_counters_within_capacity"),
        ("capacity = 5, sold = -1", "event_counters_within_capacity"),
        ("capacity = 5, reserved = -1", "event_counters_within_capacity"),
        ("waiting_any = -1", "event_waiting_not_negative"),
        ("fee_percent = 100.01", "event_percents_within_100"),
        ("tax_percent = -1", "event_percents_within_100"),
        ("refund_percent = 101", "event_percents_within_100"),
        ("fee_fixed = -1", "event_amounts_not_negative"),
        ("tax_fixed = -1", "event_amounts_not_negative"),
        ("refund_withheld = -1", "event_amounts_not_negative"),
        ("fee_per = 'seat'", "event_fee_basis_known"),
        ("refund_until_hours = -1", "event_refund_hours_sensible"),
        ("hold_minutes = 4", "event_hold_is_5_to_120_minutes"),
        ("hold_minutes = 121", "event_hold_is_5_to_120_minutes"),
        ("manual_hold_hours = 0", "event_manual_hold_is_an_hour_to_two_weeks"),
        ("manual_hold_hours = 337", "event_manual_hold_is_an_hour_to_two_weeks"),
        ("max_per_buyer = 0", "event_one_person_may_have_one"),
        ("waitlist_offer_hours = 0", "event_offer_is_an_hour_to_a_week"),
        ("version = 0", "event_version_positive"),
        ("status = 'open'", "event_status_known"),
        ("status = 'published'", "public_event_has_published_at"),
        ("status = 'cancelled', published_at = now()", "cancelled_event_says_when_and_why"),
        ("cancel_reason = 'rain'", "cancelled_event_says_when_and_why"),
        ("status = 'published', published_at = now(), deleted_at = now()", "deleted_event_is_not_public"),
    ],
)
def test_b_25_event_breaks_no_rule(change, rule):
    factories.event()

    assert refused(f"UPDATE events_event SET {change}") == rule


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ("name = ''", "tier_has_name"),
        ("price = -0.01", "tier_price_not_negative"),
        ("quantity = 0", "tier_quantity_positive"),
        ("reserved = -1", "tier_counters_within_quantity"),
        ("sold = -1", "tier_counters_within_quantity"),
        ("waiting = -1", "tier_counters_within_quantity"),
        ("sold = 60, reserved = 41", "tier_counters_within_quantity"),
        ("min_purchase = 0", "tier_fewest_is_positive"),
        ("min_purchase = 3, max_purchase = 2", "tier_fewest_is_at_most_most"),
        ("sale_starts_at = now(), sale_ends_at = now()", "tier_sale_ends_after_start"),
    ],
)
def test_b_23_b_24_tier_breaks_no_rule(change, rule):
    factories.event()

    assert refused(f"UPDATE events_tickettier SET {change}") == rule


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ("code = 'early'", "code_is_readable"),
        ("percent = 0", "code_percent_within_100"),
        ("percent = 101", "code_percent_within_100"),
        ("percent = NULL, amount = 0", "code_amount_positive"),
        ("amount = 5", "code_percent_or_amount_not_both"),
        ("percent = NULL", "code_does_something"),
        ("max_uses = 0", "code_limits_positive"),
        ("max_uses_per_buyer = 0", "code_limits_positive"),
        ("max_uses = 1, used = 2", "code_uses_within_limit"),
        ("used = -1", "code_uses_within_limit"),
        ("starts_at = now(), ends_at = now()", "code_ends_after_start"),
    ],
)
def test_code_breaks_no_rule(change, rule):
    DiscountCode.objects.create(event=factories.event(), code="EARLY", percent=10)

    assert refused(f"UPDATE events_discountcode SET {change}") == rule


@pytest.mark.parametrize(("change", "rule"), [("currency = 'EUR'", "rate_currency_known"), ("per_usdt = 0", "rate_positive")])
def test_rate_breaks_no_rule(change, rule):
    ReferenceRate.objects.create(currency="IDR", per_usdt=Decimal(16_250), quoted_at=THEN)

    assert refused(f"UPDATE events_referencerate SET {change}") == rule


def test_names_are_told_apart():
    event = factories.event()
    DiscountCode.objects.create(event=event, code="EARLY", percent=10)

    with pytest.raises(IntegrityError, match="one_tier_per_name"), transaction.atomic():
        TicketTier.objects.create(event=event, name="REGULAR", price=1, quantity=1)
    with pytest.raises(IntegrityError, match="one_code_per_event"), transaction.atomic():
        DiscountCode.objects.create(event=event, code="EARLY", percent=20)
    with pytest.raises(IntegrityError, match="slug"), transaction.atomic():
        Event.objects.create(promoter=event.promoter, slug=event.slug, title="x", starts_at=THEN, ends_at=THEN + timedelta(hours=1))


def test_a_person_who_breaks_a_rule_reads_what_to_do():
    event = factories.event()
    event.ends_at, event.timezone = event.starts_at, "Mars/Olympus"

    with pytest.raises(ValidationError) as caught:
        event.full_clean()

    words = " ".join(caught.value.messages)
    assert "Correct one of the two times" in words
    assert "Write it like Asia/Jakarta" in words


def test_e_01_k_10_available_is_generated_and_cannot_drift():
    factories.event()
    TicketTier.objects.update(sold=30, reserved=12)

    tier = TicketTier.objects.get()

    assert (tier.available, tier.allocated) == (58, 42)
    assert rows("SELECT attgenerated FROM pg_attribute WHERE attrelid = 'events_tickettier'::regclass AND attname = 'available'") == [
        ("s",)
    ]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("events_status_start", "(status, starts_at) WHERE (deleted_at IS NULL)"),
        ("events_public_start", "(starts_at, ends_at, id) WHERE ((deleted_at IS NULL) AND"),
        ("events_public_city", "(city, starts_at, ends_at, id) WHERE ((deleted_at IS NULL) AND"),
        ("events_search", "USING gin (search_vector)"),
        ("events_search_typos", "USING gin (search_text gin_trgm_ops)"),
        ("tiers_of_event", '(event_id, "position")'),
        ("tiers_active", "(event_id) WHERE is_active"),
        ("tiers_with_room", "(event_id) WHERE (available > 0)"),
        ("events_event_slug_key", "(slug)"),
        ("events_event_created_by_id_%", "(created_by_id)"),
        ("events_event_promoter_id_%", "(promoter_id)"),
    ],
)
def test_a_08_b_15_b_16_d_07_indexes_are_there(name, words):
    ((found,),) = rows("SELECT indexdef FROM pg_indexes WHERE indexname LIKE %s AND indexname NOT LIKE '%%_like'", name)

    assert words in found


def test_a_04_deleted_events_are_hidden_but_not_gone():
    event = factories.event()
    Event.objects.filter(pk=event.pk).update(deleted_at=THEN)

    assert Event.objects.count() == 0
    assert Event.all_objects.get().is_deleted
    assert event.promoter.events.count() == 0


def test_b_03_d_06_promoter_stays_and_creator_may_go():
    event = factories.event()
    gone = factories.person("Gone")
    Event.objects.update(created_by=gone)

    with pytest.raises(ProtectedError):
        event.promoter.delete()
    User.objects.filter(pk=gone.pk).delete()

    assert Event.objects.get().created_by is None


def test_b_06_an_empty_event_goes_with_its_tiers():
    event = factories.event()
    DiscountCode.objects.create(event=event, code="EARLY", percent=10)

    event.delete()

    assert (TicketTier.objects.count(), DiscountCode.objects.count()) == (0, 0)


def test_what_people_edit_is_audited_and_counters_are_not():
    event = factories.event()
    code = DiscountCode.objects.create(event=event, code="EARLY", percent=10)
    before = AuditLog.objects.count()

    TicketTier.objects.update(reserved=1, waiting=2)
    DiscountCode.objects.update(used=1)
    Event.objects.update(waiting_any=1)
    assert AuditLog.objects.count() == before

    TicketTier.objects.update(price=1)
    DiscountCode.objects.update(percent=20)
    Event.objects.update(title="New")
    tables = AuditLog.objects.filter(action="UPDATE", table__startswith="events_").values_list("table", "record")
    assert set(tables) == {
        ("events_tickettier", str(factories.tier().pk)),
        ("events_discountcode", str(code.pk)),
        ("events_event", str(event.pk)),
    }
    assert "search_vector" not in AuditLog.objects.filter(table="events_event").first().new_values


def test_rows_speak():
    event = factories.event()
    code = DiscountCode(event=event, code="EARLY")
    rate = ReferenceRate(currency="IDR", per_usdt=Decimal(16_250))

    assert [str(row) for row in (event, factories.tier(), code, rate, ActiveEvent(title="x"))] == [
        "Malam Jazz", "Regular", "EARLY", "IDR 16250", "x",
    ]  # fmt: skip

"""Events, their tiers and codes, and how they are found by words."""

import datetime
from decimal import Decimal

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
import django.db.models.functions.text
import django.db.models.lookups
from django.conf import settings
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models

import events.models.event
import events.models.search
import ticketing.bases
from ticketing.triggers import audited, touched

# The accents and apostrophes that people leave out; lower() comes last, so that İ and the like are letters by then.
FOLD = r"""
CREATE FUNCTION events_fold(words text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN
    lower(translate(regexp_replace(normalize(words, NFKD), '[\u0300-\u036f''\u2018\u2019\u02bc]', '', 'g'), 'øØłŁđĐðþßıæÆœŒ', 'oOlLdDdtsiaAoO'))
"""
# Stems of English and Indonesian, beside each word as it is: names are neither.
SEARCH_WORDS = """
CREATE FUNCTION events_search_words(words text) RETURNS tsvector LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN
    to_tsvector('simple', events_fold(words)) || to_tsvector('english', events_fold(words))
    || to_tsvector('indonesian', events_fold(words))
"""
SEARCH_VECTOR = """
CREATE FUNCTION events_search_vector(title text, artist text, venue text, city text, description text) RETURNS tsvector
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN
    setweight(events_search_words(title), 'A') || setweight(events_search_words(artist), 'A')
    || setweight(events_search_words(venue || ' ' || city), 'B') || setweight(events_search_words(description), 'D')
"""
SEARCH_TEXT = """
CREATE FUNCTION events_search_text(title text, artist text, venue text, city text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN events_fold(title || ' ' || artist || ' ' || venue || ' ' || city)
"""
SEARCH_QUERY = r"""
CREATE FUNCTION events_search_query(words text) RETURNS tsquery LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN
    websearch_to_tsquery('simple', events_fold(words)) || websearch_to_tsquery('english', events_fold(words))
    || websearch_to_tsquery('indonesian', events_fold(words)) || to_tsquery('simple', array_to_string(ARRAY(
        SELECT quote_literal(word) || ':*' FROM regexp_split_to_table(events_fold(words), '\W+') word WHERE length(word) > 2), ' & '))
"""
LIKENESS = """
CREATE FUNCTION events_likeness(words text, search_text text) RETURNS real LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN
    word_similarity(events_fold(words), search_text)
"""
# The threshold is a setting of the session, and only the operator can use the index.
ALIKE = """
CREATE FUNCTION events_alike(words text) RETURNS SETOF uuid LANGUAGE plpgsql STRICT AS $$
BEGIN
    PERFORM set_config('pg_trgm.word_similarity_threshold', '0.4', true);
    RETURN QUERY SELECT id FROM events_event
        WHERE search_text %> events_fold(words) AND deleted_at IS NULL AND status IN ('published', 'sales_closed')
        ORDER BY events_likeness(words, search_text) DESC LIMIT 1000;
END $$
"""
VIEW = """
CREATE VIEW active_events_with_availability AS
SELECT e.id, e.slug, e.title, e.artist, e.venue, e.city, e.timezone, e.starts_at, e.ends_at, e.currency, e.promoter_id,
    least(coalesce(sum(t.quantity), 0), e.capacity)::integer AS total_tickets,
    coalesce(sum(t.sold), 0)::integer AS sold_tickets,
    coalesce(sum(t.reserved), 0)::integer AS reserved_tickets,
    least(coalesce(sum(t.available), 0), e.capacity - e.sold - e.reserved)::integer AS available_tickets,
    min(t.price) AS lowest_price,
    max(t.price) AS highest_price
FROM events_event e LEFT JOIN events_tickettier t ON t.event_id = e.id AND t.is_active AND NOT t.hidden
WHERE e.status = 'published' AND e.deleted_at IS NULL AND e.ends_at > now()
GROUP BY e.id
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0003_groups"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        TrigramExtension(),
        migrations.RunSQL(FOLD, "DROP FUNCTION events_fold(text)"),
        migrations.RunSQL(SEARCH_WORDS, "DROP FUNCTION events_search_words(text)"),
        migrations.RunSQL(SEARCH_VECTOR, "DROP FUNCTION events_search_vector(text, text, text, text, text)"),
        migrations.RunSQL(SEARCH_TEXT, "DROP FUNCTION events_search_text(text, text, text, text)"),
        migrations.RunSQL(SEARCH_QUERY, "DROP FUNCTION events_search_query(text)"),
        migrations.RunSQL(LIKENESS, "DROP FUNCTION events_likeness(text, text)"),
        migrations.RunSQL(ALIKE, "DROP FUNCTION events_alike(text)"),
        migrations.CreateModel(
            name="ActiveEvent",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("slug", models.CharField(max_length=80)),
                ("title", models.CharField(max_length=140, verbose_name="title")),
                ("artist", models.CharField(max_length=140, verbose_name="artist")),
                ("venue", models.CharField(max_length=140, verbose_name="venue")),
                ("city", models.CharField(max_length=80, verbose_name="city")),
                ("timezone", models.CharField(max_length=50)),
                ("starts_at", models.DateTimeField(verbose_name="starts at")),
                ("ends_at", models.DateTimeField(verbose_name="ends at")),
                ("currency", models.CharField(max_length=4)),
                ("promoter_id", models.UUIDField()),
                ("total_tickets", models.IntegerField(verbose_name="tickets")),
                ("sold_tickets", models.IntegerField(verbose_name="sold")),
                ("reserved_tickets", models.IntegerField(verbose_name="held")),
                ("available_tickets", models.IntegerField(verbose_name="available")),
                ("lowest_price", models.DecimalField(decimal_places=2, max_digits=14, null=True, verbose_name="from")),
                ("highest_price", models.DecimalField(decimal_places=2, max_digits=14, null=True, verbose_name="to")),
            ],
            options={
                "verbose_name": "active event",
                "verbose_name_plural": "active events",
                "db_table": "active_events_with_availability",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=ticketing.bases.DatabaseUUID7(),
                        default=ticketing.bases.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("deleted_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("slug", models.SlugField(db_index=False, max_length=80, unique=True, verbose_name="address of its page")),
                ("title", models.CharField(max_length=140, verbose_name="title")),
                ("artist", models.CharField(blank=True, max_length=140, verbose_name="artist")),
                ("description", models.TextField(blank=True, help_text="Markdown.", max_length=20000, verbose_name="description")),
                ("venue", models.CharField(blank=True, max_length=140, verbose_name="venue")),
                ("address", models.CharField(blank=True, max_length=300, verbose_name="address")),
                ("city", models.CharField(blank=True, max_length=80, verbose_name="city")),
                (
                    "timezone",
                    models.CharField(
                        default="Asia/Jakarta", max_length=50, validators=[events.models.event.check_timezone], verbose_name="time zone"
                    ),
                ),
                ("starts_at", models.DateTimeField(verbose_name="starts at")),
                ("ends_at", models.DateTimeField(verbose_name="ends at")),
                ("doors_open_at", models.DateTimeField(blank=True, null=True, verbose_name="doors open at")),
                ("image_url", models.URLField(blank=True, verbose_name="address of a picture elsewhere")),
                ("poster", models.CharField(blank=True, editable=False, max_length=60)),
                ("age_limit", models.SmallIntegerField(blank=True, null=True, verbose_name="age limit")),
                (
                    "access_notes",
                    models.TextField(
                        blank=True, help_text="Steps, lifts, hearing loops, companions.", max_length=2000, verbose_name="access"
                    ),
                ),
                (
                    "currency",
                    models.CharField(
                        choices=[("IDR", "IDR"), ("USD", "USD"), ("USDT", "USDT")], default="IDR", max_length=4, verbose_name="currency"
                    ),
                ),
                (
                    "capacity",
                    models.IntegerField(
                        blank=True, help_text="A limit over all tiers together; empty: none.", null=True, verbose_name="capacity"
                    ),
                ),
                ("sold", models.IntegerField(default=0, editable=False)),
                ("reserved", models.IntegerField(default=0, editable=False)),
                ("waiting_any", models.IntegerField(default=0, editable=False)),
                (
                    "fee_percent",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True, verbose_name="service fee, percent"),
                ),
                (
                    "fee_fixed",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, verbose_name="service fee, fixed"),
                ),
                (
                    "fee_per",
                    models.CharField(
                        choices=[("ticket", "for each ticket"), ("order", "for each order")],
                        default="ticket",
                        max_length=6,
                        verbose_name="the fixed fee is",
                    ),
                ),
                ("tax_percent", models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True, verbose_name="tax, percent")),
                (
                    "tax_fixed",
                    models.DecimalField(decimal_places=2, default=Decimal("0"), max_digits=14, verbose_name="tax for each ticket, fixed"),
                ),
                ("tax_included", models.BooleanField(default=False, verbose_name="prices include the tax")),
                (
                    "refund_until_hours",
                    models.IntegerField(
                        blank=True, help_text="Empty: no refunds.", null=True, verbose_name="refunds until, hours before the start"
                    ),
                ),
                (
                    "refund_percent",
                    models.DecimalField(decimal_places=2, default=Decimal("100"), max_digits=5, verbose_name="refunded, percent"),
                ),
                (
                    "refund_withheld",
                    models.DecimalField(decimal_places=2, default=Decimal("0"), max_digits=14, verbose_name="kept for each ticket"),
                ),
                ("refund_keeps_fee", models.BooleanField(default=True, verbose_name="the service fee is kept")),
                ("hold_minutes", models.SmallIntegerField(default=30, verbose_name="minutes to pay")),
                ("one_order_per_buyer", models.BooleanField(default=False, verbose_name="one order for each person")),
                ("require_account", models.BooleanField(default=False, verbose_name="buyers must sign in")),
                (
                    "comp_limit",
                    models.SmallIntegerField(
                        default=50, help_text="At most so many go to guests without being paid.", verbose_name="tickets to give away"
                    ),
                ),
                ("waitlist_offer_hours", models.SmallIntegerField(default=24, verbose_name="hours to take an offer from the waiting list")),
                ("version", models.IntegerField(default=1, editable=False)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("published", "published"),
                            ("sales_closed", "sales closed"),
                            ("cancelled", "cancelled"),
                            ("archived", "archived"),
                        ],
                        default="draft",
                        editable=False,
                        max_length=12,
                        verbose_name="status",
                    ),
                ),
                ("published_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="published at")),
                ("cancelled_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="cancelled at")),
                ("cancel_reason", models.CharField(blank=True, editable=False, max_length=500, verbose_name="cancelled because")),
                (
                    "search_vector",
                    models.GeneratedField(
                        db_persist=True,
                        expression=events.models.search.SearchVector(
                            models.F("title"), models.F("artist"), models.F("venue"), models.F("city"), models.F("description")
                        ),
                        output_field=django.contrib.postgres.search.SearchVectorField(),
                    ),
                ),
                (
                    "search_text",
                    models.GeneratedField(
                        db_persist=True,
                        expression=events.models.search.SearchText(
                            models.F("title"), models.F("artist"), models.F("venue"), models.F("city")
                        ),
                        output_field=models.TextField(),
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="created by",
                    ),
                ),
                (
                    "promoter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="events", to="accounts.promoter", verbose_name="promoter"
                    ),
                ),
            ],
            options={
                "verbose_name": "event",
                "verbose_name_plural": "events",
                "indexes": [
                    models.Index(condition=models.Q(("version__gt", 1)), fields=["ends_at"], name="events_changed"),
                    models.Index(condition=models.Q(("cancelled_at__isnull", False)), fields=["cancelled_at"], name="events_called_off"),
                    models.Index(condition=models.Q(("deleted_at", None)), fields=["status", "starts_at"], name="events_status_start"),
                    models.Index(
                        condition=models.Q(("deleted_at", None), ("status__in", ["published", "sales_closed"])),
                        fields=["starts_at", "ends_at", "id"],
                        name="events_public_start",
                    ),
                    models.Index(
                        condition=models.Q(("deleted_at", None), ("status__in", ["published", "sales_closed"])),
                        fields=["city", "starts_at", "ends_at", "id"],
                        name="events_public_city",
                    ),
                    models.Index(condition=models.Q(("deleted_at__isnull", False)), fields=["deleted_at"], name="events_deleted"),
                    django.contrib.postgres.indexes.GinIndex(fields=["search_vector"], name="events_search"),
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["search_text"], name="events_search_typos", opclasses=["gin_trgm_ops"]
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("title", ""), _negated=True),
                        name="event_has_title",
                        violation_error_message="An event needs a title.",
                    ),
                    models.CheckConstraint(
                        condition=django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length("description"), 20000),
                        name="event_description_not_too_long",
                        violation_error_message="The description is too long. Shorten it to 20,000 characters.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                        name="event_ends_after_start",
                        violation_error_message="An event ends after it starts. Correct one of the two times.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "ends_at__lte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("starts_at"), "+", models.Value(datetime.timedelta(days=31))
                                ),
                            )
                        ),
                        name="event_lasts_a_month_at_most",
                        violation_error_message="An event lasts 31 days at most. Make several events of a longer one.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("doors_open_at", None), ("doors_open_at__lte", models.F("starts_at")), _connector="OR"),
                        name="event_doors_open_by_start",
                        violation_error_message="The doors open before the start, or at the start.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("image_url", ""), ("image_url__startswith", "https://"), _connector="OR"),
                        name="event_picture_is_safe",
                        violation_error_message="The address of a picture begins with https://.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("poster", ""), ("poster__regex", "^[a-z]+-[a-z]+-[a-z]+-[0-9a-f]{6}$"), _connector="OR"),
                        name="event_poster_known",
                        violation_error_message="There is no such poster.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("age_limit", None), models.Q(("age_limit__gte", 1), ("age_limit__lte", 99)), _connector="OR"),
                        name="event_age_limit_sensible",
                        violation_error_message="An age limit lies between 1 and 99. Leave it empty if all ages may come.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("currency__in", ["IDR", "USD", "USDT"])),
                        name="event_currency_known",
                        violation_error_message="Choose IDR, USD or USDT.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("capacity", None), ("capacity__gt", 0), _connector="OR"),
                        name="event_capacity_positive",
                        violation_error_message="A capacity is at least 1. Leave it empty if the tiers are limit enough.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("capacity", None), ("reserved", 0), ("sold", 0)),
                            models.Q(
                                (
                                    "capacity__gte",
                                    django.db.models.expressions.CombinedExpression(models.F("sold"), "+", models.F("reserved")),
                                ),
                                ("capacity__isnull", False),
                                ("reserved__gte", 0),
                                ("sold__gte", 0),
                            ),
                            _connector="OR",
                        ),
                        name="event_counters_within_capacity",
                        violation_error_message="The capacity cannot be smaller than what is sold and held.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("waiting_any__gte", 0)),
                        name="event_waiting_not_negative",
                        violation_error_message="Fewer than no places cannot be waited for.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("fee_percent", None), models.Q(("fee_percent__gte", 0), ("fee_percent__lte", 100)), _connector="OR"),
                            models.Q(("tax_percent", None), models.Q(("tax_percent__gte", 0), ("tax_percent__lte", 100)), _connector="OR"),
                            ("refund_percent__gte", 0),
                            ("refund_percent__lte", 100),
                        ),
                        name="event_percents_within_100",
                        violation_error_message="A percentage lies between 0 and 100.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("fee_fixed", None), ("fee_fixed__gte", 0), _connector="OR"),
                            ("refund_withheld__gte", 0),
                            ("tax_fixed__gte", 0),
                        ),
                        name="event_amounts_not_negative",
                        violation_error_message="An amount cannot be less than nothing.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("fee_per__in", ["ticket", "order"])),
                        name="event_fee_basis_known",
                        violation_error_message="A fixed fee is for each ticket or for each order.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("refund_until_hours", None),
                            models.Q(("refund_until_hours__gte", 0), ("refund_until_hours__lte", 8760)),
                            _connector="OR",
                        ),
                        name="event_refund_hours_sensible",
                        violation_error_message="Refunds end between 0 hours and a year before the start.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("hold_minutes__gte", 5), ("hold_minutes__lte", 120)),
                        name="event_hold_is_5_to_120_minutes",
                        violation_error_message="Give buyers between 5 and 120 minutes to pay.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("comp_limit__gte", 0)),
                        name="event_comp_limit_not_negative",
                        violation_error_message="Fewer than no tickets cannot be given away.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("waitlist_offer_hours__gte", 1), ("waitlist_offer_hours__lte", 168)),
                        name="event_offer_is_an_hour_to_a_week",
                        violation_error_message="An offer from the waiting list is open between 1 and 168 hours.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("version__gte", 1)),
                        name="event_version_positive",
                        violation_error_message="Versions are counted from 1.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["draft", "published", "sales_closed", "cancelled", "archived"])),
                        name="event_status_known",
                        violation_error_message="This status is not known.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["published", "sales_closed", "cancelled"]), _negated=True),
                            ("published_at__isnull", False),
                            _connector="OR",
                        ),
                        name="public_event_has_published_at",
                        violation_error_message="A public event has the time of its publication.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("cancel_reason", ""), ("cancelled_at", None), models.Q(("status", "cancelled"), _negated=True)),
                            models.Q(
                                ("cancelled_at__isnull", False),
                                ("status__in", ["cancelled", "archived"]),
                                models.Q(("cancel_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="cancelled_event_says_when_and_why",
                        violation_error_message="Say why the event is cancelled: the buyers read it.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("deleted_at", None), models.Q(("status__in", ["published", "sales_closed"]), _negated=True), _connector="OR"
                        ),
                        name="deleted_event_is_not_public",
                        violation_error_message="Cancel or archive an event before you delete it.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReferenceRate",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=ticketing.bases.DatabaseUUID7(),
                        default=ticketing.bases.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("currency", models.CharField(max_length=4, unique=True, verbose_name="currency")),
                ("per_usdt", models.DecimalField(decimal_places=8, max_digits=20, verbose_name="of it for one USDT")),
                ("quoted_at", models.DateTimeField(verbose_name="quoted at")),
            ],
            options={
                "verbose_name": "reference rate",
                "verbose_name_plural": "reference rates",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("currency__in", ["IDR", "USD", "USDT"])),
                        name="rate_currency_known",
                        violation_error_message="Choose IDR, USD or USDT.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("per_usdt__gt", 0)), name="rate_positive", violation_error_message="A rate is more than 0."
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TicketTier",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=ticketing.bases.DatabaseUUID7(),
                        default=ticketing.bases.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("description", models.CharField(blank=True, max_length=500, verbose_name="description")),
                ("price", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="price")),
                ("quantity", models.IntegerField(verbose_name="quantity")),
                ("sold", models.IntegerField(default=0, editable=False, verbose_name="sold")),
                ("reserved", models.IntegerField(default=0, editable=False, verbose_name="held")),
                ("waiting", models.IntegerField(default=0, editable=False, verbose_name="waiting")),
                (
                    "available",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(models.F("quantity"), "-", models.F("sold")),
                            "-",
                            models.F("reserved"),
                        ),
                        output_field=models.IntegerField(),
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="on sale")),
                ("sale_starts_at", models.DateTimeField(blank=True, null=True, verbose_name="sale starts at")),
                ("sale_ends_at", models.DateTimeField(blank=True, null=True, verbose_name="sale ends at")),
                ("min_purchase", models.SmallIntegerField(default=1, verbose_name="fewest in an order")),
                ("max_purchase", models.SmallIntegerField(default=10, verbose_name="most in an order")),
                ("position", models.SmallIntegerField(default=0, verbose_name="position")),
                (
                    "hidden",
                    models.BooleanField(default=False, help_text="Only a discount code that unlocks it shows it.", verbose_name="hidden"),
                ),
                (
                    "event",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tiers",
                        to="events.event",
                        verbose_name="event",
                    ),
                ),
            ],
            options={
                "verbose_name": "tier",
                "verbose_name_plural": "tiers",
                "ordering": ["position", "price", "pk"],
                "indexes": [
                    models.Index(fields=["event", "position"], name="tiers_of_event"),
                    models.Index(condition=models.Q(("is_active", True)), fields=["event"], name="tiers_active"),
                    models.Index(condition=models.Q(("available__gt", 0)), fields=["event"], name="tiers_with_room"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True),
                        name="tier_has_name",
                        violation_error_message="A tier needs a name.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("price__gte", 0)),
                        name="tier_price_not_negative",
                        violation_error_message="A price cannot be less than nothing. A free tier costs 0.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("quantity__gt", 0)),
                        name="tier_quantity_positive",
                        violation_error_message="A tier has at least one place. Take it off sale if there is none.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("quantity__gte", django.db.models.expressions.CombinedExpression(models.F("reserved"), "+", models.F("sold"))),
                            ("reserved__gte", 0),
                            ("sold__gte", 0),
                            ("waiting__gte", 0),
                        ),
                        name="tier_counters_within_quantity",
                        violation_error_message="The quantity cannot be smaller than what is sold and held.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("min_purchase__gte", 1)),
                        name="tier_fewest_is_positive",
                        violation_error_message="The fewest in an order is 1 or more.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("max_purchase__gte", models.F("min_purchase"))),
                        name="tier_fewest_is_at_most_most",
                        violation_error_message="The fewest in an order cannot be more than the most.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("sale_starts_at", None),
                            ("sale_ends_at", None),
                            ("sale_ends_at__gt", models.F("sale_starts_at")),
                            _connector="OR",
                        ),
                        name="tier_sale_ends_after_start",
                        violation_error_message="The sale ends after it starts. Correct one of the two times.",
                    ),
                    models.UniqueConstraint(
                        models.F("event"),
                        django.db.models.functions.text.Lower("name"),
                        name="one_tier_per_name",
                        violation_error_message="The event has a tier of this name already.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DiscountCode",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=ticketing.bases.DatabaseUUID7(),
                        default=ticketing.bases.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("code", models.CharField(max_length=40, verbose_name="code")),
                ("percent", models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True, verbose_name="percent off")),
                (
                    "amount",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, verbose_name="amount off each ticket"),
                ),
                ("max_uses", models.IntegerField(blank=True, help_text="Empty: no limit.", null=True, verbose_name="orders at most")),
                ("max_uses_per_buyer", models.IntegerField(blank=True, null=True, verbose_name="orders at most for each person")),
                ("used", models.IntegerField(default=0, editable=False, verbose_name="used")),
                ("starts_at", models.DateTimeField(blank=True, null=True, verbose_name="valid from")),
                ("ends_at", models.DateTimeField(blank=True, null=True, verbose_name="valid until")),
                ("unlocks_hidden", models.BooleanField(default=False, verbose_name="shows hidden tiers")),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "event",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="codes",
                        to="events.event",
                        verbose_name="event",
                    ),
                ),
                (
                    "tiers",
                    models.ManyToManyField(
                        blank=True, help_text="Empty: all.", related_name="codes", to="events.tickettier", verbose_name="tiers"
                    ),
                ),
            ],
            options={
                "verbose_name": "discount code",
                "verbose_name_plural": "discount codes",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[A-Z0-9][A-Z0-9_-]{2,39}$")),
                        name="code_is_readable",
                        violation_error_message="A code has 3 to 40 capital letters, digits, - or _.",
                    ),
                    models.UniqueConstraint(
                        fields=("event", "code"), name="one_code_per_event", violation_error_message="The event has this code already."
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("percent", None), models.Q(("percent__gt", 0), ("percent__lte", 100)), _connector="OR"),
                        name="code_percent_within_100",
                        violation_error_message="A percentage off is more than 0 and at most 100.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount", None), ("amount__gt", 0), _connector="OR"),
                        name="code_amount_positive",
                        violation_error_message="An amount off is more than 0.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("percent", None), ("amount", None), _connector="OR"),
                        name="code_percent_or_amount_not_both",
                        violation_error_message="A code takes off a percentage or an amount, not both.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("percent__isnull", False), ("amount__isnull", False), ("unlocks_hidden", True), _connector="OR"
                        ),
                        name="code_does_something",
                        violation_error_message="Say what the code does: a percentage off, an amount off, or showing hidden tiers.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("max_uses", None), ("max_uses__gt", 0), _connector="OR"),
                            models.Q(("max_uses_per_buyer", None), ("max_uses_per_buyer__gt", 0), _connector="OR"),
                        ),
                        name="code_limits_positive",
                        violation_error_message="A limit is 1 or more. Leave it empty if there is none.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("used__gte", 0), models.Q(("max_uses", None), ("max_uses__gte", models.F("used")), _connector="OR")
                        ),
                        name="code_uses_within_limit",
                        violation_error_message="The limit cannot be smaller than the orders that used the code.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("starts_at", None), ("ends_at", None), ("ends_at__gt", models.F("starts_at")), _connector="OR"),
                        name="code_ends_after_start",
                        violation_error_message="A code ends after it starts. Correct one of the two times.",
                    ),
                ],
            },
        ),
        touched("events_event"),
        touched("events_tickettier"),
        touched("events_discountcode"),
        touched("events_referencerate"),
        # Counters are machine traffic: the history of orders tells of them.
        audited("events_event", omit=["search_vector", "search_text", "sold", "reserved", "waiting_any"]),
        audited("events_tickettier", omit=["sold", "reserved", "waiting", "available"]),
        audited("events_discountcode", omit=["used"]),
        audited("events_discountcode_tiers"),
        migrations.RunSQL(VIEW, "DROP VIEW active_events_with_availability"),
    ]

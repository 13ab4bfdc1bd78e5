"""Something that can be attended."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import CheckConstraint, F, GeneratedField, Index, Q
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Promoter
from events import posters
from ticketing.bases import Row, SoftDeleted
from ticketing.fields import WebAddressField
from ticketing.money import Currency

from . import search
from .finding import LONGEST, EventQuerySet, LivingEvents
from .states import PUBLIC, Per, Phase, Status

LONGEST_DESCRIPTION = 20_000


def check_timezone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(_("This time zone is not known. Write it like Asia/Jakarta."))


class Event(Row, SoftDeleted):
    Status = Status

    TRANSITIONS = {
        Status.DRAFT: {Status.PUBLISHED, Status.ARCHIVED},
        Status.PUBLISHED: {Status.SALES_CLOSED, Status.CANCELLED, Status.ARCHIVED},
        Status.SALES_CLOSED: {Status.PUBLISHED, Status.CANCELLED, Status.ARCHIVED},
        Status.CANCELLED: {Status.ARCHIVED},
        Status.ARCHIVED: set(),
    }

    promoter = models.ForeignKey(Promoter, models.PROTECT, related_name="events", verbose_name=_("promoter"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+", verbose_name=_("created by")
    )
    slug = models.SlugField(_("address of its page"), max_length=80, unique=True, db_index=False)
    title = models.CharField(_("title"), max_length=140)
    artist = models.CharField(_("artist"), max_length=140, blank=True)
    description = models.TextField(_("description"), blank=True, max_length=LONGEST_DESCRIPTION, help_text=_("Markdown."))
    venue = models.CharField(_("venue"), max_length=140, blank=True)
    address = models.CharField(_("address"), max_length=300, blank=True)
    city = models.CharField(_("city"), max_length=80, blank=True)
    timezone = models.CharField(_("time zone"), max_length=50, default="Asia/Jakarta", validators=[check_timezone])
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    doors_open_at = models.DateTimeField(_("doors open at"), null=True, blank=True)
    # By its address, so that lists need no join. Set when the picture is drawn, not when it is uploaded.
    image = models.ForeignKey(
        "events.Picture",
        models.SET_NULL,
        to_field="digest",
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("picture"),
    )
    # Kept for imports and never shown: the other host would learn who visits the page.
    image_url = WebAddressField(_("address of a picture elsewhere"), blank=True)
    poster = models.CharField(max_length=60, blank=True, editable=False)  # ink, family, layout and seed; fixed at publication
    age_limit = models.SmallIntegerField(_("age limit"), null=True, blank=True)
    access_notes = models.TextField(_("access"), blank=True, max_length=2000, help_text=_("Steps, lifts, hearing loops, companions."))

    currency = models.CharField(_("currency"), max_length=4, choices=Currency, default=Currency.IDR)
    capacity = models.IntegerField(_("capacity"), null=True, blank=True, help_text=_("A limit over all tiers together; empty: none."))
    sold = models.IntegerField(default=0, editable=False)  # these two count only while there is a capacity
    reserved = models.IntegerField(default=0, editable=False)
    waiting_any = models.IntegerField(default=0, editable=False)

    # Empty: what the promoter has.
    fee_percent = models.DecimalField(_("service fee, percent"), max_digits=5, decimal_places=2, null=True, blank=True)
    fee_fixed = models.DecimalField(_("service fee, fixed"), max_digits=14, decimal_places=2, null=True, blank=True)
    fee_per = models.CharField(_("the fixed fee is"), max_length=6, choices=Per, default=Per.TICKET)
    tax_percent = models.DecimalField(_("tax, percent"), max_digits=5, decimal_places=2, null=True, blank=True)
    tax_fixed = models.DecimalField(_("tax for each ticket, fixed"), max_digits=14, decimal_places=2, default=Decimal(0))
    tax_included = models.BooleanField(_("prices include the tax"), default=False)

    refund_until_hours = models.IntegerField(
        _("refunds until, hours before the start"), null=True, blank=True, help_text=_("Empty: no refunds.")
    )
    refund_percent = models.DecimalField(_("refunded, percent"), max_digits=5, decimal_places=2, default=Decimal(100))
    refund_withheld = models.DecimalField(_("kept for each ticket"), max_digits=14, decimal_places=2, default=Decimal(0))
    refund_keeps_fee = models.BooleanField(_("the service fee is kept"), default=True)

    hold_minutes = models.SmallIntegerField(_("minutes to pay"), default=30)
    manual_hold_hours = models.SmallIntegerField(
        _("hours to pay the promoter directly"),
        default=48,
        db_default=48,
        help_text=_("For orders that are not paid in USDT; never past the end of the sale."),
    )
    max_per_buyer = models.SmallIntegerField(
        _("tickets for one person"),
        null=True,
        blank=True,
        default=20,
        help_text=_("At most so many, over all orders of one e-mail or one browser, paid or held. Empty: no limit."),
    )
    one_order_per_buyer = models.BooleanField(_("one order for each person"), default=False)
    comp_limit = models.SmallIntegerField(
        _("tickets to give away"), default=50, help_text=_("At most so many go to guests without being paid.")
    )
    require_account = models.BooleanField(_("buyers must sign in"), default=False)
    waitlist_offer_hours = models.SmallIntegerField(_("hours to take an offer from the waiting list"), default=24)

    version = models.IntegerField(default=1, editable=False)
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.DRAFT, editable=False)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True, editable=False)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True, editable=False)
    cancel_reason = models.CharField(_("cancelled because"), max_length=500, blank=True, editable=False)

    search_vector = GeneratedField(
        expression=search.SearchVector(*search.NAMES, F("description")), output_field=SearchVectorField(), db_persist=True
    )
    search_text = GeneratedField(expression=search.SearchText(*search.NAMES), output_field=models.TextField(), db_persist=True)

    per_usdt: Decimal | None  # of `with_prices`

    objects = LivingEvents()
    all_objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("event"), _("events")
        constraints = [
            CheckConstraint(condition=~Q(title=""), name="event_has_title", violation_error_message=_("An event needs a title.")),
            CheckConstraint(
                condition=LessThanOrEqual(Length("description"), LONGEST_DESCRIPTION),
                name="event_description_not_too_long",
                violation_error_message=_("The description is too long. Shorten it to 20,000 characters."),
            ),
            CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="event_ends_after_start",
                violation_error_message=_("An event ends after it starts. Correct one of the two times."),
            ),
            CheckConstraint(
                condition=Q(ends_at__lte=F("starts_at") + LONGEST),
                name="event_lasts_a_month_at_most",
                violation_error_message=_("An event lasts 31 days at most. Make several events of a longer one."),
            ),
            CheckConstraint(
                condition=Q(doors_open_at=None) | Q(doors_open_at__lte=F("starts_at")),
                name="event_doors_open_by_start",
                violation_error_message=_("The doors open before the start, or at the start."),
            ),
            CheckConstraint(
                condition=Q(image_url="") | Q(image_url__startswith="https://"),
                name="event_picture_is_safe",
                violation_error_message=_("The address of a picture begins with https://."),
            ),
            CheckConstraint(
                condition=Q(poster="") | Q(poster__regex=r"^[a-z]+-[a-z]+-[a-z]+-[0-9a-f]{6}$"),
                name="event_poster_known",
                violation_error_message=_("There is no such poster."),
            ),
            CheckConstraint(
                condition=Q(age_limit=None) | Q(age_limit__gte=1, age_limit__lte=99),
                name="event_age_limit_sensible",
                violation_error_message=_("An age limit lies between 1 and 99. Leave it empty if all ages may come."),
            ),
            CheckConstraint(
                condition=Q(currency__in=["IDR", "USD", "USDT"]),
                name="event_currency_known",
                violation_error_message=_("Choose IDR, USD or USDT."),
            ),
            CheckConstraint(
                condition=Q(capacity=None) | Q(capacity__gt=0),
                name="event_capacity_positive",
                violation_error_message=_("A capacity is at least 1. Leave it empty if the tiers are limit enough."),
            ),
            CheckConstraint(
                condition=Q(capacity=None, sold=0, reserved=0)
                | Q(capacity__isnull=False, sold__gte=0, reserved__gte=0, capacity__gte=F("sold") + F("reserved")),
                name="event_counters_within_capacity",
                violation_error_message=_("The capacity cannot be smaller than what is sold and held."),
            ),
            CheckConstraint(
                condition=Q(waiting_any__gte=0),
                name="event_waiting_not_negative",
                violation_error_message=_("Fewer than no places cannot be waited for."),
            ),
            CheckConstraint(
                condition=(Q(fee_percent=None) | Q(fee_percent__gte=0, fee_percent__lte=100))
                & (Q(tax_percent=None) | Q(tax_percent__gte=0, tax_percent__lte=100))
                & Q(refund_percent__gte=0, refund_percent__lte=100),
                name="event_percents_within_100",
                violation_error_message=_("A percentage lies between 0 and 100."),
            ),
            CheckConstraint(
                condition=(Q(fee_fixed=None) | Q(fee_fixed__gte=0)) & Q(tax_fixed__gte=0, refund_withheld__gte=0),
                name="event_amounts_not_negative",
                violation_error_message=_("An amount cannot be less than nothing."),
            ),
            CheckConstraint(
                condition=Q(fee_per__in=["ticket", "order"]),
                name="event_fee_basis_known",
                violation_error_message=_("A fixed fee is for each ticket or for each order."),
            ),
            CheckConstraint(
                condition=Q(refund_until_hours=None) | Q(refund_until_hours__gte=0, refund_until_hours__lte=8760),
                name="event_refund_hours_sensible",
                violation_error_message=_("Refunds end between 0 hours and a year before the start."),
            ),
            CheckConstraint(
                condition=Q(hold_minutes__gte=5, hold_minutes__lte=120),
                name="event_hold_is_5_to_120_minutes",
                violation_error_message=_("Give buyers between 5 and 120 minutes to pay."),
            ),
            CheckConstraint(
                condition=Q(manual_hold_hours__gte=1, manual_hold_hours__lte=336),
                name="event_manual_hold_is_an_hour_to_two_weeks",
                violation_error_message=_("Give buyers between 1 and 336 hours to pay the promoter."),
            ),
            CheckConstraint(
                condition=Q(max_per_buyer=None) | Q(max_per_buyer__gte=1),
                name="event_one_person_may_have_one",
                violation_error_message=_("One person may have at least one ticket. Leave it empty for no limit."),
            ),
            CheckConstraint(
                condition=Q(comp_limit__gte=0),
                name="event_comp_limit_not_negative",
                violation_error_message=_("Fewer than no tickets cannot be given away."),
            ),
            CheckConstraint(
                condition=Q(waitlist_offer_hours__gte=1, waitlist_offer_hours__lte=168),
                name="event_offer_is_an_hour_to_a_week",
                violation_error_message=_("An offer from the waiting list is open between 1 and 168 hours."),
            ),
            CheckConstraint(
                condition=Q(version__gte=1), name="event_version_positive", violation_error_message=_("Versions are counted from 1.")
            ),
            CheckConstraint(
                condition=Q(status__in=["draft", "published", "sales_closed", "cancelled", "archived"]),
                name="event_status_known",
                violation_error_message=_("This status is not known."),
            ),
            CheckConstraint(
                condition=~Q(status__in=["published", "sales_closed", "cancelled"]) | Q(published_at__isnull=False),
                name="public_event_has_published_at",
                violation_error_message=_("A public event has the time of its publication."),
            ),
            CheckConstraint(
                condition=Q(cancelled_at=None, cancel_reason="") & ~Q(status="cancelled")
                | Q(cancelled_at__isnull=False, status__in=["cancelled", "archived"]) & ~Q(cancel_reason=""),
                name="cancelled_event_says_when_and_why",
                violation_error_message=_("Say why the event is cancelled: the buyers read it."),
            ),
            CheckConstraint(
                condition=Q(deleted_at=None) | ~Q(status__in=["published", "sales_closed"]),
                name="deleted_event_is_not_public",
                violation_error_message=_("Cancel or archive an event before you delete it."),
            ),
        ]
        indexes = [
            Index(fields=["status", "starts_at"], condition=Q(deleted_at=None), name="events_status_start"),
            Index(
                fields=["starts_at", "ends_at", "id"],
                condition=Q(deleted_at=None, status__in=["published", "sales_closed"]),
                name="events_public_start",
            ),
            Index(
                fields=["city", "starts_at", "ends_at", "id"],
                condition=Q(deleted_at=None, status__in=["published", "sales_closed"]),
                name="events_public_city",
            ),
            Index(fields=["deleted_at"], condition=Q(deleted_at__isnull=False), name="events_deleted"),
            Index(fields=["ends_at"], condition=Q(version__gt=1), name="events_changed"),
            Index(fields=["cancelled_at"], condition=Q(cancelled_at__isnull=False), name="events_called_off"),
            GinIndex(fields=["search_vector"], name="events_search"),
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="events_search_typos"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def local_day(self) -> date:
        return self.starts_at.astimezone(self.zone).date()

    @property
    def choice(self) -> posters.Choice:
        """Return the poster that was fixed at publication, or for a draft the one that it would be."""
        return posters.Choice.read(self.poster) if self.poster else posters.roll(self.title, self.artist, self.local_day)

    def get_absolute_url(self) -> str:
        return reverse("events:event", args=[self.slug])

    @property
    def is_shown(self) -> bool:
        return self.published_at is not None

    @property
    def is_public(self) -> bool:
        return self.status in PUBLIC and not self.is_deleted

    @property
    def room(self) -> int | None:
        """Return the places left under the capacity; None where there is none."""
        return None if self.capacity is None else self.capacity - self.sold - self.reserved

    def is_over(self, at: datetime) -> bool:
        return at >= self.ends_at

    def sale_to_come(self, at: datetime) -> datetime | None:
        """Return when the sale starts, if nothing is on sale yet and something will be. Reads its tiers: prefetch them for lists."""
        tiers: list[Any] = [tier for tier in self.tiers.all() if tier.is_listed]
        if self.status != Status.PUBLISHED or self.is_over(at) or any(tier.is_in_window(at) for tier in tiers):
            return None
        return min((tier.sale_starts_at for tier in tiers if tier.sale_starts_at and at < tier.sale_starts_at), default=None)

    def phase(self, at: datetime) -> Phase | None:
        """Return where a public event stands. Reads its tiers: prefetch them for lists."""
        if not self.is_public:
            return None
        if self.is_over(at):
            return Phase.ENDED
        if at >= self.starts_at:
            return Phase.RUNNING
        tiers: list[Any] = [tier for tier in self.tiers.all() if tier.is_listed and tier.is_in_window(at)]
        if self.status != Status.PUBLISHED or not tiers:
            return Phase.UPCOMING
        return Phase.ON_SALE if any(tier.room_in(self) for tier in tiers) else Phase.SOLD_OUT

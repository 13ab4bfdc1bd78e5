"""Places of one kind at one price, and how many of them are left."""

from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import CheckConstraint, Exists, F, GeneratedField, Index, OuterRef, Q, UniqueConstraint
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from ticketing.bases import Row
from ticketing.querysets import RowQuerySet

from .event import Event
from .states import Status

FEW = 20


class TierState(models.TextChoices):
    """What a visitor is told about a tier, in one word."""

    ON_SALE = "on_sale", _("on sale")
    FEW_LEFT = "few_left", _("few left")
    HELD = "held", _("held by others")
    IN_LINE = "in_line", _("others are in line")
    SOLD_OUT = "sold_out", _("sold out")
    SOON = "soon", _("sale starts later")
    CLOSED = "closed", _("sale has ended")


class TicketTierQuerySet(RowQuerySet):
    def listed(self) -> Self:
        """Those that are shown to everybody."""
        return self.filter(is_active=True, hidden=False)

    def listed_for(self, code: Any) -> Self:
        """Those that are shown to who has this code, which may unlock some of the hidden, or all if it names no tiers."""
        if code is None or not code.unlocks_hidden:
            return self.listed()
        unlocked = [tier.pk for tier in code.tiers.all()]
        return self.filter(Q(hidden=False) | Q(pk__in=unlocked) if unlocked else Q(), is_active=True)

    def in_window(self, at: datetime) -> Self:
        """Those whose own sale has begun and not ended."""
        begun = Q(sale_starts_at=None) | Q(sale_starts_at__lte=at)
        return self.filter(begun, Q(sale_ends_at=None) | Q(sale_ends_at__gt=at), is_active=True)

    def sellable(self, at: datetime) -> Self:
        """Those for which an order may be taken at this moment, while places last."""
        open_events = Event.objects.filter(pk=OuterRef("event"), status=Status.PUBLISHED, ends_at__gt=at)
        return self.in_window(at).filter(Exists(open_events))


class TicketTier(Row):
    event = models.ForeignKey(Event, models.CASCADE, related_name="tiers", db_index=False, verbose_name=_("event"))
    name = models.CharField(_("name"), max_length=80)
    description = models.CharField(_("description"), max_length=500, blank=True)
    price = models.DecimalField(_("price"), max_digits=14, decimal_places=2)
    quantity = models.IntegerField(_("quantity"))
    sold = models.IntegerField(_("sold"), default=0, editable=False)
    reserved = models.IntegerField(_("held"), default=0, editable=False)
    waiting = models.IntegerField(_("waiting"), default=0, editable=False)
    available = GeneratedField(expression=F("quantity") - F("sold") - F("reserved"), output_field=models.IntegerField(), db_persist=True)
    is_active = models.BooleanField(_("on sale"), default=True)
    sale_starts_at = models.DateTimeField(_("sale starts at"), null=True, blank=True)
    sale_ends_at = models.DateTimeField(_("sale ends at"), null=True, blank=True)
    min_purchase = models.SmallIntegerField(_("fewest in an order"), default=1)
    max_purchase = models.SmallIntegerField(_("most in an order"), default=10)
    position = models.SmallIntegerField(_("position"), default=0)
    hidden = models.BooleanField(_("hidden"), default=False, help_text=_("Only a discount code that unlocks it shows it."))

    objects = TicketTierQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("tier"), _("tiers")
        ordering = ["position", "price", "pk"]
        constraints = [
            CheckConstraint(condition=~Q(name=""), name="tier_has_name", violation_error_message=_("A tier needs a name.")),
            CheckConstraint(
                condition=Q(price__gte=0),
                name="tier_price_not_negative",
                violation_error_message=_("A price cannot be less than nothing. A free tier costs 0."),
            ),
            CheckConstraint(
                condition=Q(quantity__gt=0),
                name="tier_quantity_positive",
                violation_error_message=_("A tier has at least one place. Take it off sale if there is none."),
            ),
            CheckConstraint(
                condition=Q(reserved__gte=0, sold__gte=0, waiting__gte=0, quantity__gte=F("reserved") + F("sold")),
                name="tier_counters_within_quantity",
                violation_error_message=_("The quantity cannot be smaller than what is sold and held."),
            ),
            CheckConstraint(
                condition=Q(min_purchase__gte=1),
                name="tier_fewest_is_positive",
                violation_error_message=_("The fewest in an order is 1 or more."),
            ),
            CheckConstraint(
                condition=Q(max_purchase__gte=F("min_purchase")),
                name="tier_fewest_is_at_most_most",
                violation_error_message=_("The fewest in an order cannot be more than the most."),
            ),
            CheckConstraint(
                condition=Q(sale_starts_at=None) | Q(sale_ends_at=None) | Q(sale_ends_at__gt=F("sale_starts_at")),
                name="tier_sale_ends_after_start",
                violation_error_message=_("The sale ends after it starts. Correct one of the two times."),
            ),
            UniqueConstraint(
                "event",
                Lower("name"),
                name="one_tier_per_name",
                violation_error_message=_("The event has a tier of this name already."),
            ),
        ]
        indexes = [
            Index(fields=["event", "position"], name="tiers_of_event"),
            Index(fields=["event"], condition=Q(is_active=True), name="tiers_active"),
            Index(fields=["event"], condition=Q(available__gt=0), name="tiers_with_room"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_listed(self) -> bool:
        return self.is_active and not self.hidden

    @property
    def allocated(self) -> int:
        return self.sold + self.reserved

    def is_in_window(self, at: datetime) -> bool:
        begun = self.sale_starts_at is None or self.sale_starts_at <= at
        return self.is_active and begun and (self.sale_ends_at is None or at < self.sale_ends_at)

    def left_in(self, event: Event) -> int:
        """Return the places nobody has, under the event's capacity too."""
        return int(self.available) if event.room is None else min(int(self.available), event.room)

    def room_in(self, event: Event) -> int:
        """Return the places that somebody may take who is not in line: the line comes first."""
        return max(0, min(self.left_in(event), int(self.available) - self.waiting - event.waiting_any))

    def state(self, event: Event, at: datetime) -> TierState:
        if event.status != Status.PUBLISHED or event.is_over(at):
            return TierState.CLOSED
        if self.sale_starts_at and at < self.sale_starts_at:
            return TierState.SOON
        if not self.is_in_window(at):
            return TierState.CLOSED
        if room := self.room_in(event):
            return TierState.FEW_LEFT if room <= min(FEW, self.quantity // 10) else TierState.ON_SALE
        if self.left_in(event) > 0:
            return TierState.IN_LINE
        return TierState.HELD if self.reserved else TierState.SOLD_OUT

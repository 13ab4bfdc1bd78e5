"""An order: who buys what, for how much, and until when the places are held."""

from datetime import datetime
from decimal import Decimal
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, F, Index, Max, OuterRef, Q, Subquery, Sum, UniqueConstraint
from django.db.models.functions import Coalesce, Greatest, Lower
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from events.models import DiscountCode, Event, TicketTier
from orders import names
from ticketing.bases import Row
from ticketing.fields import EncryptedTextField
from ticketing.money import Currency
from ticketing.querysets import RowQuerySet

EXTENSIONS = 3


class Status(models.TextChoices):
    PENDING = "pending", _("waiting for payment")
    CONFIRMING = "confirming", _("payment seen")
    PAID = "paid", _("paid")
    EXPIRED = "expired", _("expired")
    CANCELLED = "cancelled", _("cancelled")


class SignIn(models.TextChoices):
    GUEST = "guest", _("as a guest")
    PASSWORD = "password", _("with a password")
    GOOGLE = "google", _("with Google")
    MAGIC_LINK = "magic_link", _("with a mailed code")


HOLDING = (Status.PENDING, Status.CONFIRMING)
LIVE = (*HOLDING, Status.PAID)
# What the source documents call the state of the money; payments' migration keeps money and status together.
PAYMENT_STATUS = {
    "awaiting": "pending",
    "partial": "pending",
    "confirming": "pending",
    "settled": "completed",
    "review": "failed",
    "refunding": "refunded",
    "refunded": "refunded",
}


class OrderQuerySet(RowQuerySet):
    def holding(self) -> Self:
        return self.filter(status__in=HOLDING)

    def live(self) -> Self:
        """Those that have places, held or sold."""
        return self.filter(status__in=LIVE)

    def paid(self) -> Self:
        return self.filter(status=Status.PAID)

    def places(self) -> int:
        """Return how many places these orders have, all together."""
        kept = F("items__quantity") - F("items__returned")
        return int(self.live().order_by().aggregate(places=Coalesce(Sum(kept), 0))["places"])

    def overdue(self, at: datetime) -> Self:
        return self.filter(status=Status.PENDING, expires_at__lte=at)

    def with_address(self) -> Self:
        return self.annotate(address=Lower("buyer_email"))

    def of_address(self, email: str) -> Self:
        return self.with_address().filter(address=email.strip().lower())

    def with_told_at(self) -> Self:
        """With the last change of their tickets and messages: a ticket that is used at the door changes no order."""
        from .concern import Concern
        from .ticket import Ticket

        lasts = [
            Subquery(model.objects.filter(order=OuterRef("pk")).order_by().values("order").annotate(last=Max("updated_at")).values("last"))
            for model in (Ticket, Concern)
        ]
        return self.annotate(told_at=Greatest(*lasts))


class Order(Row):
    Status, SignIn = Status, SignIn

    TRANSITIONS = {
        Status.PENDING: {Status.CONFIRMING, Status.PAID, Status.EXPIRED, Status.CANCELLED},
        Status.CONFIRMING: {Status.PAID, Status.PENDING, Status.EXPIRED, Status.CANCELLED},
        Status.EXPIRED: {Status.CONFIRMING, Status.PAID},
        Status.PAID: {Status.CANCELLED},
        Status.CANCELLED: {Status.PAID},
    }

    reference = models.CharField(_("reference"), max_length=13, unique=True, default=names.new_reference, editable=False)
    secret = models.CharField(max_length=32, unique=True, default=names.new_secret, editable=False)
    legacy_reference = models.CharField(_("number in an older system"), max_length=60, blank=True)
    event = models.ForeignKey(Event, models.PROTECT, related_name="orders", db_index=False, verbose_name=_("event"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="orders", db_index=False, verbose_name=_("user")
    )
    buyer_email = models.EmailField(_("e-mail"))
    buyer_name = models.CharField(_("name"), max_length=120)
    buyer_phone = EncryptedTextField(_("phone"), blank=True, default="", db_default="")
    buyer_key = models.CharField(max_length=64, blank=True, editable=False)  # digest of a first-party cookie
    source_key = models.CharField(max_length=64, blank=True, default="", db_default="", editable=False)  # digest of where it came from
    person_key = models.CharField(max_length=32, editable=False)  # digest of the address, however it is written
    single_key = models.CharField(max_length=32, blank=True, editable=False)  # the same, where one order each is the rule
    submission = models.CharField(max_length=64, null=True, blank=True, unique=True, editable=False)
    language = models.CharField(_("language of its letters"), max_length=5, default="en")
    event_version = models.IntegerField(default=1, editable=False)  # of which the buyer was told
    reminded_for = models.DateTimeField(null=True, blank=True, editable=False)  # the start that the buyer was reminded of
    auth_method = models.CharField(_("bought"), max_length=10, choices=SignIn, default=SignIn.GUEST)
    consent = models.JSONField(default=dict, blank=True, editable=False)

    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PENDING, editable=False)
    subtotal = models.DecimalField(_("subtotal"), max_digits=16, decimal_places=2)
    service_fee = models.DecimalField(_("service fee"), max_digits=16, decimal_places=2, default=Decimal(0))
    tax = models.DecimalField(_("tax"), max_digits=16, decimal_places=2, default=Decimal(0))
    total = models.DecimalField(_("total"), max_digits=16, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=4, choices=Currency)
    discount = models.DecimalField(_("discount"), max_digits=16, decimal_places=2, default=Decimal(0))
    code = models.ForeignKey(DiscountCode, models.PROTECT, null=True, blank=True, related_name="orders", verbose_name=_("discount code"))
    policy = models.JSONField(default=dict, editable=False)

    reserved_at = models.DateTimeField(_("reserved at"))
    expires_at = models.DateTimeField(_("held until"), null=True, blank=True)
    extensions = models.SmallIntegerField(default=0, editable=False)
    paid_at = models.DateTimeField(_("paid at"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)
    cancel_reason = models.CharField(_("cancelled because"), max_length=500, blank=True)
    gate_hold = models.CharField(_("held at the gate because"), max_length=200, blank=True)

    told_at: datetime | None  # of `with_told_at`

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("order"), _("orders")
        constraints = [
            CheckConstraint(
                condition=Q(reference__regex=rf"^BK-{names.BODY}$"),
                name="order_reference_shape",
                violation_error_message=_("A reference is BK- and ten letters and digits."),
            ),
            CheckConstraint(
                condition=Q(secret__regex=r"^[A-Za-z0-9_-]{32}$"),  # noqa: S106  # its shape
                name="order_secret_shape",
                violation_error_message=_("A secret has 32 letters and digits."),
            ),
            CheckConstraint(
                condition=Q(subtotal__gte=0, service_fee__gte=0, tax__gte=0, total__gte=0, discount__gte=0),
                name="order_amounts_not_negative",
                violation_error_message=_("An amount cannot be less than nothing."),
            ),
            CheckConstraint(
                condition=Q(total=F("subtotal") + F("service_fee") + F("tax")),
                name="order_total_adds_up",
                violation_error_message=_("The total is the subtotal, the service fee and the tax together."),
            ),
            CheckConstraint(
                condition=Q(currency__in=["IDR", "USD", "USDT"]),
                name="order_currency_known",
                violation_error_message=_("Choose IDR, USD or USDT."),
            ),
            CheckConstraint(
                condition=Q(status__in=["pending", "confirming", "paid", "expired", "cancelled"]),
                name="order_status_known",
                violation_error_message=_("This status is not known."),
            ),
            CheckConstraint(
                condition=Q(auth_method__in=["guest", "password", "google", "magic_link"]),
                name="order_auth_method_known",
                violation_error_message=_("This way to sign in is not known."),
            ),
            CheckConstraint(
                condition=~Q(status__in=["pending", "confirming"]) | Q(expires_at__isnull=False),
                name="held_order_has_deadline",
                violation_error_message=_("Held places have a deadline."),
            ),
            CheckConstraint(
                condition=Q(paid_at__isnull=False, status__in=["paid", "cancelled"])
                | Q(paid_at=None, status__in=["pending", "confirming", "expired", "cancelled"]),
                name="paid_order_says_when",
                violation_error_message=_("A paid order has the time of its payment, and no other has one."),
            ),
            CheckConstraint(
                condition=Q(status="cancelled", cancelled_at__isnull=False)
                | Q(cancelled_at=None, cancel_reason="") & ~Q(status="cancelled"),
                name="cancelled_order_says_when",
                violation_error_message=_("A cancelled order has the time of its end, and no other has one."),
            ),
            CheckConstraint(
                condition=Q(extensions__gte=0, extensions__lte=EXTENSIONS),
                name="order_extensions_within_limit",
                violation_error_message=_("An order is extended three times at most."),
            ),
            UniqueConstraint(
                fields=["event", "single_key"],
                condition=Q(status__in=["pending", "confirming", "paid"]) & ~Q(single_key=""),
                name="one_order_per_buyer",
                violation_error_message=_("This event is one order for each person."),
            ),
            UniqueConstraint(
                fields=["legacy_reference"],
                condition=~Q(legacy_reference=""),
                name="one_order_per_legacy_reference",
                violation_error_message=_("Another order has this older number already."),
            ),
        ]
        indexes = [
            Index(fields=["user", "status"], name="orders_user_status"),
            Index(fields=["event", "status"], name="orders_event_status"),
            Index(fields=["status", "created_at"], name="orders_status_created"),
            Index(fields=["expires_at"], condition=Q(status="pending"), name="orders_to_expire"),
            Index(fields=["event", "expires_at"], condition=Q(status="pending"), name="orders_to_expire_here"),
            Index(Lower("buyer_email"), name="orders_email"),
            Index(fields=["buyer_key", "status"], condition=~Q(buyer_key=""), name="orders_buyer_key_status"),
            Index(fields=["event", "person_key", "status"], name="orders_person"),
            Index(fields=["source_key", "event"], condition=Q(status__in=HOLDING) & ~Q(source_key=""), name="orders_held_from"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def google_auth(self) -> bool:
        return self.auth_method == SignIn.GOOGLE

    @property
    def held_because(self) -> str:
        """Return why the gate lets nobody in with it, in the reader's language; empty if it does."""
        return gettext(self.gate_hold) if self.gate_hold else ""

    @property
    def quantity(self) -> int:
        """Return how many places it has or had, over all lines."""
        return sum(item.quantity for item in self.items.all())

    @property
    def payment_status(self) -> str:
        """Return pending, completed, failed or refunded. Reads its payment: join it for lists."""
        payment: Any = self.payment  # of the app to the left
        return PAYMENT_STATUS[payment.state]


class OrderItem(Row):
    """So many places of one tier, at the price of the moment of the order. `returned` counts seats given back one by one."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="items", db_index=False, verbose_name=_("order"))
    tier = models.ForeignKey(TicketTier, models.PROTECT, related_name="items", verbose_name=_("tier"))
    quantity = models.IntegerField(_("quantity"))
    returned = models.IntegerField(_("returned"), default=0, editable=False)
    unit_price = models.DecimalField(_("price"), max_digits=14, decimal_places=2)

    objects = RowQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("line"), _("lines")
        constraints = [
            CheckConstraint(
                condition=Q(quantity__gt=0), name="item_quantity_positive", violation_error_message=_("A line has at least one place.")
            ),
            CheckConstraint(
                condition=Q(returned__gte=0, returned__lte=F("quantity")),
                name="item_returned_within_quantity",
                violation_error_message=_("No more can come back than were bought."),
            ),
            CheckConstraint(
                condition=Q(unit_price__gte=0),
                name="item_price_not_negative",
                violation_error_message=_("A price cannot be less than nothing."),
            ),
            UniqueConstraint(
                fields=["order", "tier"],
                name="one_item_per_tier",
                violation_error_message=_("The order has a line of this tier already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.unit_price}"

    @property
    def kept(self) -> int:
        return self.quantity - self.returned

    @property
    def total(self) -> Decimal:
        return self.unit_price * self.quantity

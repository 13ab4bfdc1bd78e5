"""One place that somebody has."""

from typing import Self

from django.db import models
from django.db.models import CheckConstraint, Index, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from events.models import Event, TicketTier
from orders import names
from ticketing.bases import Row
from ticketing.querysets import RowQuerySet

from .order import Order

TRANSFERS = 3


class Status(models.TextChoices):
    VALID = "valid", _("valid")
    USED = "used", _("used")
    CANCELLED = "cancelled", _("cancelled")


class TicketQuerySet(RowQuerySet):
    def held_by(self, email: str) -> Self:
        return self.annotate(holder=Lower("holder_email")).filter(holder=email.strip().lower())


class Ticket(Row):
    """`code` is its name among people; the gate believes the signed `serial`, and the holder's page opens by `secret`."""

    Status = Status

    TRANSITIONS = {
        Status.VALID: {Status.USED, Status.CANCELLED},
        Status.USED: {Status.VALID, Status.CANCELLED},
        Status.CANCELLED: set(),
    }

    order = models.ForeignKey(Order, models.PROTECT, related_name="tickets", db_index=False, verbose_name=_("order"))
    tier = models.ForeignKey(TicketTier, models.PROTECT, related_name="tickets", verbose_name=_("tier"))
    event = models.ForeignKey(Event, models.PROTECT, related_name="tickets", db_index=False, verbose_name=_("event"))
    holder_name = models.CharField(_("holder"), max_length=120, blank=True)
    holder_email = models.EmailField(_("holder's e-mail"), blank=True)
    code = models.CharField(_("code"), max_length=20, unique=True, editable=False)
    serial = models.CharField(max_length=32, unique=True, default=names.new_serial, editable=False)
    secret = models.CharField(max_length=32, unique=True, default=names.new_secret, editable=False)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.VALID, editable=False)
    used_at = models.DateTimeField(_("used at"), null=True, blank=True)
    transfers = models.SmallIntegerField(_("times passed on"), default=0, db_default=0, editable=False)

    objects = TicketQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("ticket"), _("tickets")
        constraints = [
            CheckConstraint(
                condition=Q(code__regex=rf"^TIX-{names.BODY}-[0-9]{{2,5}}$"),
                name="ticket_code_shape",
                violation_error_message=_("A code is TIX-, the order's letters and digits, and a number."),
            ),
            CheckConstraint(
                condition=Q(serial__regex=r"^[0-9a-f]{32}$"),
                name="ticket_serial_shape",
                violation_error_message=_("A serial has 32 hexadecimal digits."),
            ),
            CheckConstraint(
                condition=Q(secret__regex=r"^[A-Za-z0-9_-]{32}$"),  # noqa: S106  # its shape
                name="ticket_secret_shape",
                violation_error_message=_("A secret has 32 letters and digits."),
            ),
            CheckConstraint(
                condition=Q(status__in=["valid", "used", "cancelled"]),
                name="ticket_status_known",
                violation_error_message=_("This status is not known."),
            ),
            CheckConstraint(
                condition=Q(status="used", used_at__isnull=False) | Q(status="valid", used_at=None) | Q(status="cancelled"),
                name="used_ticket_says_when",
                violation_error_message=_("A used ticket has the time of its use, and a valid one has none."),
            ),
            CheckConstraint(
                condition=Q(transfers__gte=0, transfers__lte=TRANSFERS),
                name="ticket_transfers_within_limit",
                violation_error_message=_("A ticket is passed on three times at most."),
            ),
        ]
        indexes = [
            Index(fields=["order", "tier"], name="tickets_order_tier"),
            Index(fields=["event", "status"], name="tickets_event_status"),
            Index(Lower("holder_email"), name="tickets_holder"),
        ]

    def __str__(self) -> str:
        return self.code

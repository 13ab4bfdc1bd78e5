"""What happened at the door: every attempt, and the codes that open nothing any more."""

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from events.models import Event
from ticketing.bases import Row
from ticketing.querysets import RowQuerySet

from .ticket import Ticket


class Verdict(models.TextChoices):
    ADMITTED = "admitted", _("Let in")
    ALREADY = "already", _("Used before")
    OTHER_EVENT = "other_event", _("Other event")
    REPLACED = "replaced", _("Old code")
    CANCELLED = "cancelled", _("Cancelled")
    HELD = "held", _("Held")
    EARLY = "early", _("Too early")
    OVER = "over", _("Too late")
    UNKNOWN = "unknown", _("Not a ticket")
    FORGED = "forged", _("Forged")
    UNDONE = "undone", _("Taken back")


class Scan(Row):
    """One attempt at a gate. A retried one has the nonce of the first, and its verdict."""

    Verdict = Verdict

    ticket = models.ForeignKey(
        Ticket, models.PROTECT, null=True, blank=True, related_name="scans", db_index=False, verbose_name=_("ticket")
    )
    event = models.ForeignKey(Event, models.PROTECT, related_name="scans", db_index=False, verbose_name=_("event"))
    gate = models.CharField(_("gate"), max_length=40, blank=True)
    nonce = models.CharField(max_length=64, unique=True, editable=False)
    verdict = models.CharField(_("verdict"), max_length=12, choices=Verdict)
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by"))
    by_hand = models.BooleanField(_("without a code"), default=False)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    undone_at = models.DateTimeField(_("taken back at"), null=True, blank=True)
    offline = models.BooleanField(_("sent later"), default=False)

    objects = RowQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("scan"), _("scans")
        constraints = [
            CheckConstraint(
                condition=Q(nonce__regex=r"^[A-Za-z0-9_-]{8,64}$"),
                name="scan_nonce_shape",
                violation_error_message=_("The mark of an attempt has 8 to 64 letters and digits."),
            ),
            CheckConstraint(
                condition=Q(verdict__in=[verdict.value for verdict in Verdict]),
                name="scan_verdict_known",
                violation_error_message=_("This verdict is not known."),
            ),
            CheckConstraint(
                condition=Q(ticket__isnull=False) | Q(verdict__in=["unknown", "forged", "other_event"]),
                name="scan_names_its_ticket",
                violation_error_message=_("Only what is no ticket of ours has no ticket."),
            ),
            CheckConstraint(
                condition=Q(by_hand=False) & ~Q(verdict="undone") | ~Q(reason=""),
                name="scan_by_hand_says_why",
                violation_error_message=_("What is done by hand has a reason."),
            ),
            CheckConstraint(
                condition=Q(undone_at=None) | Q(verdict="admitted"),
                name="only_admissions_are_undone",
                violation_error_message=_("Only an admission can be taken back."),
            ),
            # The last wall behind "the first scan wins".
            UniqueConstraint(
                fields=["ticket"],
                condition=Q(verdict="admitted", undone_at=None),
                name="one_admission_per_ticket",
                violation_error_message=_("This ticket was let in before."),
            ),
        ]
        indexes = [
            Index(fields=["event", "at"], name="scans_event_at"),
            Index(fields=["ticket", "at"], name="scans_ticket_at"),
        ]

    def __str__(self) -> str:
        return f"{self.verdict} {self.pk}"


class DeadCode(Row):
    """What a ticket was known by before it was passed on or issued anew: the gate says so, and the old link, too."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="dead_codes", verbose_name=_("ticket"))
    serial = models.CharField(max_length=32, unique=True, editable=False)
    secret = models.CharField(max_length=32, unique=True, editable=False)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name, verbose_name_plural = _("dead code"), _("dead codes")

    def __str__(self) -> str:
        return f"dead code {self.pk}"

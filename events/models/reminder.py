"""Who wants to hear when a sale starts."""

from datetime import datetime, timedelta
from secrets import token_hex
from typing import Self

from django.db import models
from django.db.models import CheckConstraint, Exists, OuterRef, Q, UniqueConstraint
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from ticketing.bases import Row
from ticketing.querysets import RowQuerySet

from .event import Event
from .states import Status
from .tier import TicketTier

# The letter's link takes the address off every list, so it works for some time after the letter.
KEPT_AFTER_LETTER = timedelta(days=7)


def new_secret() -> str:
    """Return 128 random bits for the letter's link."""
    return token_hex(16)


class ReminderQuerySet(RowQuerySet):
    def due(self, at: datetime) -> Self:
        """Those whose letter is not owed yet, of events whose sale has begun."""
        begun = TicketTier.objects.listed().in_window(at).filter(event=OuterRef("event"))
        return self.filter(Exists(begun), sent_at=None, event__status=Status.PUBLISHED, event__ends_at__gt=at)

    def outlived(self, at: datetime) -> Self:
        """Those that have no more to say: the letter was some days ago, or there is nothing left to come to."""
        gone = Q(event__ends_at__lte=at) | Q(event__status__in=[Status.CANCELLED, Status.ARCHIVED]) | Q(event__deleted_at__isnull=False)
        return self.filter(gone | Q(sent_at__lte=at - KEPT_AFTER_LETTER))


class Reminder(Row):
    event = models.ForeignKey(Event, models.CASCADE, related_name="reminders", db_index=False, verbose_name=_("event"))
    email = models.EmailField(_("e-mail"))
    language = models.CharField(_("language of its letters"), max_length=5)
    secret = models.CharField(max_length=32, unique=True, default=new_secret, editable=False)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)

    objects = ReminderQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("reminder"), _("reminders")
        constraints = [
            UniqueConstraint(
                fields=["event", "email"],
                name="one_reminder_per_email",
                violation_error_message=_("This address is reminded already."),
            ),
            CheckConstraint(
                condition=Q(email=Lower("email")),
                name="reminder_email_is_lower_case",
                violation_error_message=_("Write the address in small letters."),
            ),
        ]
        indexes = [
            models.Index(fields=["event"], condition=Q(sent_at=None), name="reminders_waiting"),
            models.Index(fields=["email"], name="reminders_of_email"),
        ]

    def __str__(self) -> str:
        return f"reminder {self.pk}"

"""The outbox: a letter is a row written with the change it tells of, and sent by a worker after a claim."""

import logging
import smtplib
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import formatdate
from typing import Any, Self
from urllib.parse import urlsplit

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from . import jobs, prepared
from .bases import Row, uuid7
from .claims import claimed
from .fields import EncryptedTextField
from .logs import without_secrets
from .querysets import RowQuerySet

logger = logging.getLogger(__name__)

BATCH = 50
HOURLY, DAILY = 3, 10  # letters of one kind to one mailbox, where a stranger can have them sent
# How long after each try the next one may come; the first is short, for a worker that was killed.
PAUSES = [timedelta(seconds=s) for s in (5, 30, 120, 600, 1800, 3600, 7200, 14400, 28800, 43200)]


class LetterQuerySet(RowQuerySet):
    def waiting(self) -> Self:
        return self.filter(sent_at=None, failed_at=None)

    def due(self) -> Self:
        return self.waiting().filter(due_at__lte=Now())


class EmailMessage(Row):
    """One letter, from the moment it is owed to the moment it is delivered or given up."""

    subject_type = models.CharField(max_length=60)
    subject_id = models.UUIDField()
    kind = models.CharField(_("kind"), max_length=60, help_text="app.name: the function in that app's emails that writes it")
    occasion = models.CharField(max_length=60, blank=True, help_text="empty for once-only letters")
    to = models.EmailField(_("to"))
    language = models.CharField(max_length=5)
    details = models.JSONField(default=dict, blank=True)
    mailbox = models.CharField(
        max_length=32, blank=True, default="", db_default="", help_text="digest of whom it reaches, if that is counted"
    )
    secret = EncryptedTextField(
        blank=True, default="", db_default="", help_text="what only the recipient may read; emptied once the letter is sent or given up"
    )
    due_at = models.DateTimeField(_("due at"), db_default=Now())
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    last_error = models.CharField(_("last error"), max_length=200, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    failed_at = models.DateTimeField(_("given up at"), null=True, blank=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("letter"), _("letters")
        constraints = [
            models.UniqueConstraint(fields=["subject_id", "kind", "occasion"], name="one_letter_per_occasion"),
            models.CheckConstraint(condition=Q(sent_at=None) | Q(failed_at=None), name="letter_sent_or_failed_not_both"),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(sent_at=None, failed_at=None), name="letters_waiting"),
            models.Index(fields=["to", "created_at"], name="letters_to"),
            models.Index(fields=["mailbox", "created_at"], condition=~Q(mailbox=""), name="letters_to_mailbox"),
        ]

    def __str__(self) -> str:
        from . import words  # which needs the models to be there

        return str(words.said().get(self.kind, self.kind))


@dataclass(frozen=True)
class Letter:
    """What an `emails` function answers: the templates `<template>.txt` and `.html`, and what they need."""

    subject: str
    template: str
    context: dict[str, Any] = field(default_factory=dict)
    attachments: list[tuple[str, bytes, str]] = field(default_factory=list)


def queue(
    *,
    kind: str,
    subject: models.Model,
    to: str,
    language: str,
    occasion: str = "",
    details: dict[str, Any] | None = None,
    secret: str = "",
) -> None:
    """Owe somebody a letter, as part of the caller's transaction. Owing it twice changes nothing.

    A `secret` is sealed, and gone once the letter is sent or given up. Links that can be made from ids are better
    made when the letter is written, so that they are never stored.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("mail.queue needs the caller's transaction: the letter and what it tells of are one change")
    import_string(_writer(kind))
    letter = EmailMessage(
        kind=kind,
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        to=to,
        language=language,
        occasion=occasion,
        details=details or {},
        secret=secret,
    )
    EmailMessage.objects.bulk_create([letter], ignore_conflicts=True)
    jobs.enqueue_on_commit("ticketing.tasks.deliver_mail", coalesce="mail")


def queue_sparingly(
    *, kind: str, subject: models.Model, to: str, language: str, mailbox: str, occasion: str = "", secret: str = ""
) -> bool:
    """Owe a letter that strangers can have sent to anybody, unless its reader got enough of the kind lately; say whether.

    Counted and written in one statement. The caller has locked the mailbox, or two of these would not see each other.
    """
    import_string(_writer(kind))
    sealed = EmailMessage._meta.get_field("secret").get_prep_value(secret)
    letter = [uuid7(), kind, subject._meta.label_lower, subject.pk, to, language, occasion, mailbox, sealed]
    with prepared.cursor_of(connection) as cursor:
        cursor.execute(SPARINGLY, [*letter, mailbox, kind, HOURLY, DAILY])
        owed = cursor.rowcount == 1
    if owed:
        jobs.enqueue_on_commit("ticketing.tasks.deliver_mail", coalesce="mail")
    return owed


SPARINGLY = """
INSERT INTO ticketing_emailmessage
    (id, kind, subject_type, subject_id, "to", language, occasion, mailbox, secret, details, attempts, last_error)
SELECT %s, %s, %s, %s, %s, %s, %s, %s, %s, '{}', 0, ''
FROM (SELECT count(*) FILTER (WHERE created_at > now() - interval '1 hour') AS hourly, count(*) AS daily
      FROM ticketing_emailmessage WHERE mailbox = %s AND mailbox <> '' AND kind = %s AND created_at > now() - interval '1 day') AS lately
WHERE hourly < %s AND daily < %s
ON CONFLICT DO NOTHING"""


def language_here() -> str:
    """Return the language of the page that is being made: letters that follow from it are written in it, too."""
    return translation.get_language() or settings.LANGUAGE_CODE


def deliver_due(*, most: int = BATCH) -> int:
    """Send what is due, at most so many; return how many were sent. Any number of workers may do this at once."""
    due = list(EmailMessage.objects.due().order_by("due_at").values_list("pk", flat=True)[:most])
    sent, transport = 0, mail.get_connection()
    try:
        for pk in due:
            sent += _deliver(pk, transport)
    except ServerAway:
        logger.warning("the mail server is away; letters wait")
    return sent


class ServerAway(Exception):
    """The mail server as a whole does not answer, so the next letter need not be tried now."""


def _deliver(pk: Any, transport: BaseEmailBackend) -> bool:
    with claimed(pk) as mine:
        # Looked at again under the claim: another worker may have sent it since we listed it.
        letter = next(iter(_still_due(pk=pk)), None) if mine else None
        if letter is None:
            return False
        # Pushed aside before the try, so that a letter that kills its worker cannot do so every second.
        pause = PAUSES[min(letter.attempts, len(PAUSES) - 1)]
        _push_aside(pk=pk, pause=pause)
        try:
            transport.send_messages([written(letter)])
        except SoftTimeLimitExceeded:
            raise  # our own time is up; the letter is not to blame
        except Exception as error:
            _note_failure(letter, error)
            if _server_is_away(error):
                raise ServerAway from error
            return False
        _note_sent(pk=pk)
        return True


@prepared.rows
def _still_due(*, pk: Any) -> models.QuerySet[EmailMessage]:
    return EmailMessage.objects.due().filter(pk=pk)


@prepared.change
def _push_aside(*, pk: Any, pause: Any) -> tuple[models.QuerySet[EmailMessage], dict[str, Any]]:
    return EmailMessage.objects.filter(pk=pk), {"attempts": F("attempts") + 1, "due_at": Now() + pause}


@prepared.change
def _note_sent(*, pk: Any) -> tuple[models.QuerySet[EmailMessage], dict[str, Any]]:
    return EmailMessage.objects.filter(pk=pk), {"sent_at": Now(), "last_error": "", "secret": ""}


def _note_failure(letter: EmailMessage, error: Exception) -> None:
    # An outage is no fault of the letter's: it costs it no try, however long it lasts.
    attempts = letter.attempts if _server_is_away(error) else letter.attempts + 1
    final = attempts > len(PAUSES) or _refused_for_good(error)
    logger.warning("letter not sent", exc_info=True, extra={"letter": str(letter.pk), "kind": letter.kind, "final": final})
    # Kept without addresses: a server's answer often quotes the recipient.
    shown = without_secrets(f"{type(error).__name__}: {error}")[:200]
    kept = {"failed_at": Now(), "secret": ""} if final else {}
    EmailMessage.objects.filter(pk=letter.pk).update(attempts=attempts, last_error=shown, **kept)


def _server_is_away(error: Exception) -> bool:
    answered = smtplib.SMTPResponseException | smtplib.SMTPRecipientsRefused
    return isinstance(error, OSError) and not isinstance(error, answered)


def _refused_for_good(error: Exception) -> bool:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    return isinstance(error, smtplib.SMTPDataError) and error.smtp_code >= 500


def written(letter: EmailMessage) -> EmailMultiAlternatives:
    """Write the letter out, in its language, as text and HTML."""
    with translation.override(letter.language):
        words: Letter = import_string(_writer(letter.kind))(letter)
        context = {"site_name": settings.SITE_NAME, "site_url": settings.SITE_URL, "language": letter.language, **words.context}
        message = EmailMultiAlternatives(
            subject=" ".join(words.subject.split()),
            body=render_to_string(f"{words.template}.txt", context),
            to=[letter.to],
            # The same at each try, so that a reader's program can tell a doubled letter.
            headers={"Message-ID": f"<{letter.pk}@{urlsplit(settings.SITE_URL).hostname}>", "Date": formatdate()},
        )
        message.attach_alternative(render_to_string(f"{words.template}.html", context), "text/html")
    for name, content, mimetype in words.attachments:
        message.attach(name, content, mimetype)
    return message


def _writer(kind: str) -> str:
    app, _, name = kind.partition(".")
    return f"{app}.emails.{name}"

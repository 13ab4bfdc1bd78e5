"""The deeds of sign-in. Whoever asks learns nothing: known and unknown addresses cost the same statements."""

from datetime import datetime
from typing import Any
from uuid import UUID

from allauth.account.models import EmailAddress
from django.db import connection, transaction

from accounts.models import User
from ticketing import history, mail
from ticketing.bases import uuid7


@transaction.atomic
def sign_up(*, email: str, password: str, name: str, language: str, at: datetime) -> None:
    """Make an account, or tell the address's owner that there is one already: the same statements either way.

    Two at once for one address make one account, since the inserts step aside for a row that is there.
    """
    newcomer = User(email=email, name=name)
    newcomer.set_password(password)
    User.objects.bulk_create([newcomer], ignore_conflicts=True)
    user = User.objects.get(email=email)
    EmailAddress.objects.bulk_create([EmailAddress(user=user, email=email, primary=True)], ignore_conflicts=True)
    is_new = user.pk == newcomer.pk
    history.record(user, "signed_up" if is_new else "sign_up_repeated", at=at, by="visitor", details={"methods": ["password"]})
    kind = "confirm_email" if is_new else "account_exists" if user.is_active else "account_closed"
    _owe(user, kind, to=email, language=language)


@transaction.atomic
def ask_reset(*, email: str, language: str) -> None:
    """Owe the address one letter: a link to choose a new password, or the word that there is no account to open."""
    user = User.objects.filter(email=email).first()
    open_account = user is not None and user.is_active
    _owe(user or User(email=email), "reset_password" if open_account else "no_account", to=email, language=language)


@transaction.atomic
def owe_letter(kind: str, *, to: str, language: str, user: User | None = None, secret: str = "", event: str = "") -> None:
    """Owe a letter to the user, or to whoever has that address; without an account, the subject is nobody."""
    subject = user or User.objects.filter(email=to).first() or User(email=to)
    _owe(subject, kind, to=to, language=language, secret=secret, details={"event": event} if event else {})


def _owe(user: User, kind: str, *, to: str, language: str, secret: str = "", details: dict[str, Any] | None = None) -> None:
    # Each asking is an occasion of its own; how often one may ask, the door limits.
    mail.queue(kind=f"accounts.{kind}", subject=user, to=to, language=language, occasion=uuid7().hex, secret=secret, details=details)


@transaction.atomic
def rename(*, user_id: UUID, name: str, at: datetime) -> None:
    """Change what the person is called."""
    User.objects.filter(pk=user_id).update(name=name)
    history.record(User(pk=user_id), "renamed", at=at, by=history.by_user(user_id))


@transaction.atomic
def note(user: User, action: str, *, at: datetime, **details: Any) -> None:
    """Write a line into the person's history."""
    history.record(user, action, at=at, by=history.by_user(user.pk), details=details)


@transaction.atomic
def note_reset(user: User, *, at: datetime) -> None:
    """A password was chosen through a mailed link, so the address is the person's own."""
    EmailAddress.objects.filter(user=user, email=user.email).update(verified=True, primary=True)
    history.record(user, "password_reset", at=at, by=history.by_user(user.pk))


def note_lock_out(*, email: str, at: datetime) -> None:
    """Write the line if there is such a person, in one statement, which costs the same if there is none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ticketing_historyentry (subject_type, subject_id, action, old_status, new_status, actor, at, details) "
            "SELECT 'accounts.user', id, 'locked_out', '', '', 'visitor', %s, '{}' FROM accounts_user WHERE email = %s",
            [at, email],
        )

"""The letters to people. A letter's kind, `accounts.<name>`, is a name in here."""

from .promoters import (
    application_received,
    handed_over,
    invitation,
    invitation_withdrawn,
    member_joined,
    member_left,
    member_removed,
    promoter_approved,
    promoter_received,
    promoter_refused,
    role_changed,
    role_granted,
)
from .sign_in import (
    EVENTS,
    account_closed,
    account_exists,
    confirm_email,
    no_account,
    notice,
    reset_password,
    sign_in_code,
)

__all__ = [
    "EVENTS",
    "account_closed",
    "account_exists",
    "application_received",
    "confirm_email",
    "handed_over",
    "invitation",
    "invitation_withdrawn",
    "member_joined",
    "member_left",
    "member_removed",
    "no_account",
    "notice",
    "promoter_approved",
    "promoter_received",
    "promoter_refused",
    "reset_password",
    "role_changed",
    "role_granted",
    "sign_in_code",
]

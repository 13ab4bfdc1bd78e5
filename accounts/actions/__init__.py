"""The deeds of people: they sign up and in, promoters begin, teams change, staff get their roles."""

from .invitations import (
    AlreadyInvited,
    InvitationClosed,
    accept_invitation,
    invite_member,
    invite_promoter,
    offer_ownership,
    withdraw_invitation,
)
from .members import OwnerStays, change_member_role, leave, remove_member
from .promoters import AlreadyPromoter, FeesOutOfBounds, NoReason, apply, approve, change_details, open_promoter, refuse, set_fees
from .rights import NotAllowed, NotApproved
from .sessions import forget_ended_sessions
from .sign_in import ask_reset, note, note_lock_out, note_reset, owe_letter, rename, sign_up
from .staff import REASONS, Forgotten, LastSuperadmin, disable, enable, grant_role

__all__ = [
    "REASONS",
    "AlreadyInvited",
    "AlreadyPromoter",
    "FeesOutOfBounds",
    "Forgotten",
    "InvitationClosed",
    "LastSuperadmin",
    "NoReason",
    "NotAllowed",
    "NotApproved",
    "OwnerStays",
    "accept_invitation",
    "apply",
    "approve",
    "ask_reset",
    "change_details",
    "change_member_role",
    "disable",
    "enable",
    "forget_ended_sessions",
    "grant_role",
    "invite_member",
    "invite_promoter",
    "leave",
    "note",
    "note_lock_out",
    "note_reset",
    "offer_ownership",
    "open_promoter",
    "owe_letter",
    "refuse",
    "remove_member",
    "rename",
    "set_fees",
    "sign_up",
    "withdraw_invitation",
]

"""The deeds of people: they sign up and in, promoters begin, teams change, staff get their roles."""

from accounts.roles import AccountDeleted

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
from .promoters import (
    AlreadyPromoter,
    FeesOutOfBounds,
    NoReason,
    apply,
    approve,
    change_details,
    delete_promoter,
    open_promoter,
    refuse,
    restore_promoter,
    set_fees,
    set_site_fees,
)
from .rights import NotAllowed, NotApproved, PromoterDeleted
from .sessions import forget_ended_sessions
from .sign_in import ask_reset, note, note_lock_out, note_reset, owe_letter, rename, sign_up
from .staff import REASONS, LastSuperadmin, OwnsPromoter, delete_user, disable, enable, grant_role, restore_user

__all__ = [
    "REASONS",
    "AccountDeleted",
    "AlreadyInvited",
    "AlreadyPromoter",
    "FeesOutOfBounds",
    "InvitationClosed",
    "LastSuperadmin",
    "NoReason",
    "NotAllowed",
    "NotApproved",
    "OwnerStays",
    "OwnsPromoter",
    "PromoterDeleted",
    "accept_invitation",
    "apply",
    "approve",
    "ask_reset",
    "change_details",
    "change_member_role",
    "delete_promoter",
    "delete_user",
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
    "restore_promoter",
    "restore_user",
    "set_fees",
    "set_site_fees",
    "sign_up",
    "withdraw_invitation",
]

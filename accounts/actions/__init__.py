"""The deeds of people: promoters begin, teams change, staff get their roles."""

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
from .promoters import AlreadyPromoter, NoReason, apply, approve, open_promoter, refuse
from .rights import NotAllowed, NotApproved
from .staff import LastSuperadmin, grant_role

__all__ = [
    "AlreadyInvited",
    "AlreadyPromoter",
    "InvitationClosed",
    "LastSuperadmin",
    "NoReason",
    "NotAllowed",
    "NotApproved",
    "OwnerStays",
    "accept_invitation",
    "apply",
    "approve",
    "change_member_role",
    "grant_role",
    "invite_member",
    "invite_promoter",
    "leave",
    "offer_ownership",
    "open_promoter",
    "refuse",
    "remove_member",
    "withdraw_invitation",
]

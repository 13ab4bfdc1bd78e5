"""What happens to people and promoters, as history says it."""

from typing import Any

from django.utils.translation import gettext_lazy as _

SAID: dict[str, Any] = {
    # promoters and their teams
    "applied": _("Applied"),
    "approved": _("Approved"),
    "refused": _("Refused"),
    "approval_withdrawn": _("Approval taken back"),
    "opened": _("Opened without an application"),
    "details_changed": _("Details changed"),
    "fees_set": _("Fees and tax set"),
    "invited": _("Somebody was invited"),
    "invitation_accepted": _("Invitation accepted"),
    "invitation_withdrawn": _("Invitation withdrawn"),
    "member_role_changed": _("Role in the team changed"),
    "member_removed": _("Member removed"),
    "member_left": _("Member left"),
    # accounts
    "signed_up": _("Signed up"),
    "sign_up_repeated": _("Signed up once more"),
    "signed_in": _("Signed in"),
    "signed_out_elsewhere": _("Signed out elsewhere"),
    "locked_out": _("Locked out after too many passwords"),
    "email_confirmed": _("E-mail confirmed"),
    "email_changed": _("E-mail changed"),
    "renamed": _("Name changed"),
    "password_changed": _("Password changed"),
    "password_set": _("Password set"),
    "password_reset": _("Password reset"),
    "factor_added": _("Second factor added"),
    "factor_removed": _("Second factor removed"),
    "factor_renewed": _("Recovery codes renewed"),
    "google_joined": _("Google joined"),
    "google_parted": _("Google parted"),
    "role_granted": _("Role given"),
    "disabled": _("Account closed"),
    "enabled": _("Account opened again"),
    # roles, reasons and fields, as details name them
    "superadmin": _("superadmin"),
    "admin": _("admin"),
    "moderator": _("moderator"),
    "user": _("no role"),
    "owner": _("owner"),
    "manager": _("manager"),
    "finance": _("finance"),
    "gate": _("gate"),
    "asked": _("The person asked for it"),
    "rules": _("Broke the rules of this site"),
    "stolen": _("Somebody else got into it"),
    "left": _("No longer works here"),
    "fee_percent": _("service fee, percent"),
    "fee_fixed": _("service fee, fixed"),
    "tax_percent": _("tax, percent"),
}

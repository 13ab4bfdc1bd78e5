"""What people type: to sign in, and about promoters and their teams."""

from .promoters import Apply, ChangeRole, Details, Invite
from .sign_in import Rename

__all__ = ["Apply", "ChangeRole", "Details", "Invite", "Rename"]

"""The ground floor's tables, each defined beside what it serves."""

from .audit import AuditLog
from .history import HistoryEntry
from .identity import SiteIdentity
from .limits import RateCount
from .mail import EmailMessage

__all__ = ["AuditLog", "EmailMessage", "HistoryEntry", "RateCount", "SiteIdentity"]

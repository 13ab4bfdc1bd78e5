"""Events as their promoters plan them, and as staff look them up."""

from .codes import CodeAdmin
from .events import EventAdmin
from .promoters import PromoterOfEventsAdmin
from .reports import ActiveEventAdmin, RateAdmin

__all__ = ["ActiveEventAdmin", "CodeAdmin", "EventAdmin", "PromoterOfEventsAdmin", "RateAdmin"]

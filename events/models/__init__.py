"""What can be attended, how many places are left, and at what price."""

from .code import DiscountCode
from .event import Event
from .picture import Picture
from .rate import ReferenceRate
from .reminder import Reminder
from .states import Per, Phase
from .tier import TicketTier, TierState
from .view import ActiveEvent

__all__ = ["ActiveEvent", "DiscountCode", "Event", "Per", "Phase", "Picture", "ReferenceRate", "Reminder", "TicketTier", "TierState"]

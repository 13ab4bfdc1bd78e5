"""Moments and zones as pages write them."""

from datetime import datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from events.models import Event


def zone_name(moment: datetime) -> str:
    """Return WIB, or UTC+8 where the zone has no letters of its own."""
    name = moment.strftime("%Z")
    return name if name.isalpha() else f"UTC{moment.strftime('%z')[:3].replace('+0', '+').replace('-0', '-')}"


def moment(at: datetime, event: Event) -> str:
    """Write a moment short, by the clocks of the venue."""
    return date_format(at.astimezone(event.zone), _("D j M, H:i"))


def is_long(title: str) -> bool:
    """Answer whether a phone would cut a word of the title in the largest letters, or show little else."""
    return len(title) > 40 or max(map(len, title.split()), default=0) > 12

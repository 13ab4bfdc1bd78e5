"""Times and amounts as the pages of paying write them."""

from datetime import datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.models import Event
from events.pages import zone_name


def moment(at: datetime, event: Event) -> str:
    local = at.astimezone(event.zone)
    return f"{date_format(local, _('l j F Y, H:i'))} {zone_name(local)}"


def about_minutes(seconds: int) -> str:
    if seconds < 60:
        return _("under a minute")
    minutes = (seconds + 30) // 60
    return ngettext("about %(count)d minute", "about %(count)d minutes", minutes) % {"count": minutes}

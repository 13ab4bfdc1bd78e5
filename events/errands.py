"""What waits for a promoter among events: shown first in the admin."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import roles
from accounts.scoping import RUNNING
from ticketing.rooms import Errand

from .models import Event, TicketTier

SOON = timedelta(days=14)
MOST = 3


def errands(request: HttpRequest) -> Iterator[Errand]:
    own = [team.pk for team in roles.promoters_of(request.user, *RUNNING)]
    if not own:
        return
    now = timezone.now()
    drafts = Event.objects.filter(promoter__in=own, status="draft", starts_at__gt=now, starts_at__lte=now + SOON).count()
    if drafts:
        words = ngettext(
            "%(count)d draft begins within 14 days and nobody can find it yet",
            "%(count)d drafts begin within 14 days and nobody can find them yet",
            drafts,
        )
        yield Errand(words % {"count": drafts}, f"{reverse('admin:events_event_changelist')}?state=draft&when=soon", "wait")
    sold_out = TicketTier.objects.listed().in_window(now).filter(Q(available__lte=0), event__promoter__in=own)
    sold_out = sold_out.filter(event__in=Event.objects.upcoming(now).filter(status="published"), reserved=0)
    for tier in sold_out.select_related("event").order_by("event__starts_at", "position")[:MOST]:
        words = _("%(tier)s of %(event)s is sold out: raise its quantity if the room allows it")
        url = reverse("admin:events_event_change", args=[tier.event_id])
        yield Errand(words % {"tier": tier.name, "event": tier.event.title}, f"{url}#tiers-group", "wait")

"""The letters about events. A letter's kind, `events.<name>`, is a name in here."""

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ticketing.mail import EmailMessage, Letter

from .models import Event


def sale_started(letter: EmailMessage) -> Letter:
    event = Event.all_objects.get(pk=letter.details["event"])
    heading = _("The sale has started: %(title)s") % {"title": event.title}
    context = {
        "heading": heading,
        "event": event,
        "day": date_format(event.starts_at.astimezone(event.zone), _("l j F Y, H:i")),
        "place": ", ".join(part for part in (event.venue, event.city) if part),
        "url": settings.SITE_URL + event.get_absolute_url(),
        "stop": settings.SITE_URL + reverse("events:no-more", args=[letter.secret]),
    }
    return Letter(subject=heading, template="emails/events/sale_started", context=context)

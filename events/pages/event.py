"""What an event's own page says, but for its tickets."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from html import unescape
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from events import prices, refunds
from events.models import Event
from ticketing import money
from ticketing.markdown import to_html

from .drawings import Look, card, look
from .words import is_long, zone_name

SCRIPT_ESCAPES = {ord(letter): f"\\u{ord(letter):04x}" for letter in "<>&\u2028\u2029"}


@dataclass(frozen=True)
class Shown:
    """What the event's own page says of it, but for its tickets."""

    url: str
    summary: str
    starts_at: str
    when: str
    ends: str
    doors: str
    place: str
    is_long: bool
    map: str
    age: str
    refunds: str
    description: str
    ink: str
    look: Look
    preview: str
    json_ld: str


def event(found: Event) -> Shown:
    begin, end = found.starts_at.astimezone(found.zone), found.ends_at.astimezone(found.zone)
    place = ", ".join(part for part in (found.venue, found.city) if part)
    when = f"{date_format(begin, _('l j F Y, H:i'))} {zone_name(begin)}"
    url = settings.SITE_URL + found.get_absolute_url()
    about = to_html(found.description)
    words = " ".join(strip_tags(about).split())
    summary = Truncator(f"{when}. {place}. {unescape(words)}").chars(200)
    return Shown(
        url=url,
        summary=summary,
        starts_at=begin.isoformat(),
        when=when,
        ends=_end(begin, end),
        doors=date_format(found.doors_open_at.astimezone(found.zone), _("H:i")) if found.doors_open_at else "",
        place=place,
        is_long=is_long(found.title),
        map="https://www.openstreetmap.org/search?"
        + urlencode({"query": ", ".join(filter(None, [found.venue, found.address, found.city]))}),
        age=_age(found.age_limit),
        refunds=refunds.policy_of(found).words(),
        description=about,
        ink=found.choice.ink,
        look=look(found),
        preview=settings.SITE_URL + card(found),
        json_ld=_json_ld(found, url, summary),
    )


@dataclass(frozen=True)
class Terms:
    """What the promoter asks buyers to accept; the digest is kept with each order."""

    by: str
    html: SafeString
    digest: str


def terms(found: Event) -> Terms | None:
    text = found.promoter.terms
    return Terms(found.promoter.name, to_html(text), sha256(text.encode()).hexdigest()) if text else None


def _end(begin: datetime, end: datetime) -> str:
    """Write the time alone for a night out; with its day when it is another one after breakfast."""
    same_night = end - begin < timedelta(hours=18)
    return date_format(end, _("H:i") if same_night else _("l j F, H:i"))


def _age(limit: int | None) -> str:
    return _("From %(age)s years") % {"age": limit} if limit else _("All ages")


def _by(found: Event) -> dict[str, str]:
    return {"url": settings.SITE_URL + reverse("events:by", args=[found.promoter.slug])} if found.promoter.is_approved else {}


def _json_ld(found: Event, url: str, summary: str) -> SafeString:
    """What search engines read. Written into a script element, so no character may end it."""
    terms = prices.terms_of(found)
    offers = [
        {
            "@type": "Offer",
            "name": tier.name,
            "price": str(money.rounded(prices.price_with_fees(tier, terms), found.currency)),
            "priceCurrency": found.currency,
            "url": url,
        }
        for tier in found.tiers.all()
        if found.currency != money.Currency.USDT  # not among the currencies that search engines know
    ]
    told = {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": found.title,
        "description": summary,
        "url": url,
        "image": settings.SITE_URL + card(found),
        "startDate": found.starts_at.astimezone(found.zone).isoformat(),
        "endDate": found.ends_at.astimezone(found.zone).isoformat(),
        "eventStatus": f"https://schema.org/Event{'Cancelled' if found.status == Event.Status.CANCELLED else 'Scheduled'}",
        "location": {
            "@type": "Place",
            "name": found.venue,
            "address": {"@type": "PostalAddress", "streetAddress": found.address, "addressLocality": found.city},
        },
        "organizer": {"@type": "Organization", "name": found.promoter.name, **_by(found)},
        "offers": offers,
    }
    if found.artist:
        told["performer"] = {"@type": "PerformingGroup", "name": found.artist}
    return mark_safe(json.dumps(told, ensure_ascii=False).translate(SCRIPT_ESCAPES))  # noqa: S308  # escaped just now

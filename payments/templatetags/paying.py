"""What pages and letters of apps to the right say of paying: their templates load this by name."""

from functools import lru_cache

from django import template
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from orders.models import Order
from payments import pages
from payments.models import Provider

register = template.Library()


@register.simple_tag(takes_context=True)
def ways_to_pay(context: template.Context) -> SafeString:
    """Offer the ways that are open now. With one way there is nothing to ask; without any, it is said."""
    page, form = context["page"], context["buy"]
    if page["is_free"]:
        return SafeString("")
    ways = tuple(pages.ways_to_pay(**page["paying"]))
    typed = form.data.get("way", "") if form.is_bound else ""
    chosen = typed if typed in ways else next(iter(ways), "")
    is_away = str(Provider.USDT) not in ways and pages.state_of_usdt(page["paying"]["currency"]) == pages.AWAY
    return _drawn(get_language() or "", page["promoter"], ways, chosen, is_away)


@register.simple_tag
def to_send(order: Order) -> str:
    return pages.to_send(order, timezone.now())


@lru_cache(maxsize=500)  # every page of an event has it, and there are few that differ
def _drawn(language: str, promoter: str, ways: tuple[str, ...], chosen: str, is_away: bool) -> SafeString:
    return render_to_string("payments/_ways.html", {"promoter": promoter, "ways": ways, "chosen": chosen, "is_away": is_away})

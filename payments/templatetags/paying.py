"""The part of the event's form that asks how to pay: its page is of an app to the right, and loads this by name."""

from typing import Any

from django import template

from payments import pages
from payments.models import Provider

register = template.Library()


@register.inclusion_tag("payments/_ways.html", takes_context=True)
def ways_to_pay(context: template.Context) -> dict[str, Any]:
    """Offer the ways that are open now. With one way there is nothing to ask; without any, it is said."""
    page, form = context["page"], context["buy"]
    if page["is_free"]:
        return {}
    ways = pages.ways_to_pay(**page["paying"])
    typed = form.data.get("way", "") if form.is_bound else ""
    return {
        "ways": ways,
        "chosen": typed if typed in ways else next(iter(ways), ""),
        "is_away": str(Provider.USDT) not in ways and pages.state_of_usdt(page["paying"]["currency"]) == pages.AWAY,
        "promoter": page["promoter"],
    }

"""Small parts of the public pages."""

from decimal import Decimal
from urllib.parse import urlencode
from uuid import UUID

from django import template

from events.pages import TierLine
from ticketing.money import priced, written

register = template.Library()


@register.simple_tag
def urlquery(fields: dict[str, str]) -> str:
    return urlencode(fields)


@register.simple_tag
def money(amount: Decimal, currency: str) -> str:
    return written(amount, currency)


@register.simple_tag
def price(amount: Decimal, currency: str) -> str:
    return priced(amount, currency)


@register.simple_tag
def tier_name(lines: list[TierLine], tier: UUID) -> str:
    return next(line.name for line in lines if line.id == tier)

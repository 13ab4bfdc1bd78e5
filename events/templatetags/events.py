"""Small parts of the public pages."""

from urllib.parse import urlencode

from django import template

register = template.Library()


@register.simple_tag
def urlquery(fields: dict[str, str]) -> str:
    return urlencode(fields)

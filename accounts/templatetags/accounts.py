"""Small parts of the pages of sign-in."""

from django import template

from accounts import demo

register = template.Library()


@register.simple_tag
def demo_people() -> list[tuple[str, str, str]]:
    """Return address, password and name of those whom a visitor of the demo can be."""
    return list(demo.sign_ins())

"""Small parts of pages: icons, status marks, the address of the same page in another language."""

import re
from functools import cache
from typing import Any
from urllib.parse import urlencode

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.template.base import FilterExpression, Parser, Token
from django.urls import reverse
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext

register = template.Library()

# Outlines on a field of 24, drawn for this product.
ICONS = {
    "mark": '<path d="M12 1.5a10.5 10.5 0 1 0 10.5 10.5A10.5 10.5 0 0 1 12 1.5Z"/>',
    "tick": '<path d="M4.5 12.5 10 18 20 6.5"/>',
    "info": '<circle cx="12" cy="12" r="8.5"/><path d="M12 11v5M12 7.8v.1"/>',
    "clock": '<circle cx="12" cy="12" r="8.5"/><path d="M12 7v5.2l3.3 2"/>',
    "warning": '<path d="M12 3.8 21.5 20h-19zM12 10v4.5M12 17.2v.1"/>',
    "search": '<circle cx="10.5" cy="10.5" r="6.5"/><path d="M15.5 15.5 21 21"/>',
    "arrow": '<path d="M4 12h15M13 6l6 6-6 6"/>',
    "back": '<path d="M20 12H5M11 6l-6 6 6 6"/>',
    "copy": '<rect x="8" y="8" width="12" height="12" rx="2"/><path d="M16 8V5a1 1 0 0 0-1-1H5a1 1 0 0 0-1 1v10a1 1 0 0 0 1 1h3"/>',
    "mail": '<rect x="3" y="5.5" width="18" height="13" rx="2"/><path d="m3.5 7 8.5 6.5L20.5 7"/>',
    "key": '<circle cx="8" cy="15.5" r="4.5"/><path d="m11.3 12.3 8.2-8.3M16 7.5l3 3"/>',
    "person": '<circle cx="12" cy="8" r="4"/><path d="M4.5 20.5c.6-4 3.5-6.2 7.5-6.2s6.9 2.2 7.5 6.2"/>',
}
NOTICE_ICONS = {"ok": "tick", "seen": "tick", "wait": "clock", "bad": "warning", "": "info"}


@register.simple_tag
def icon(name: str) -> SafeString:
    """Draw an icon beside words that say the same."""
    shape = mark_safe(ICONS[name])  # noqa: S308  # our own constants
    return format_html('<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">{}</svg>', shape)


@register.simple_tag
def notice_icon(state: str = "") -> SafeString:
    return icon(NOTICE_ICONS[state])


class Same(template.Node):
    """What is the same on every page: rendered once for each language and each state of the site's identity."""

    child_nodelists = ()

    def __init__(self, nodelist: template.NodeList, when: FilterExpression | None) -> None:
        self.nodelist, self.when = nodelist, when
        self.kept: dict[tuple[Any, ...], SafeString] = {}

    def render(self, context: template.Context) -> SafeString:
        if self.when and not self.when.resolve(context):
            return self.nodelist.render(context)
        where = (get_language(), context["identity"].mark, context.get("demo"), context.get("test_rate"))
        rendered = self.kept.get(where)
        if rendered is None or settings.DEBUG:
            if len(self.kept) >= 20:
                self.kept.clear()
            self.kept[where] = rendered = self.nodelist.render(context)
        return rendered


@register.tag
def same(parser: Parser, token: Token) -> Same:
    """Mark what depends on nothing but the language, the site's identity, and whether this is a demo or a test.

    With a word behind it, `{% same untouched %}`, it does so only when that is true.
    """
    when = token.split_contents()[1:]
    nodelist = parser.parse(("endsame",))
    parser.delete_first_token()
    return Same(nodelist, parser.compile_filter(when[0]) if when else None)


@register.simple_tag(takes_context=True)
def language_url(context: template.Context, code: str) -> str:
    """Return the address that shows this page in the language, and remembers the choice."""
    request: HttpRequest | None = context.get("request")
    here = request.get_full_path() if request else "/"
    return f"{_language_address(code)}?{urlencode({'next': here})}"


@cache
def _language_address(code: str) -> str:
    return reverse("language", args=[code])


@register.simple_tag
def message_state(tags: str) -> str:
    """Return the state class of a message of Django's."""
    return {"success": "ok", "warning": "wait", "error": "bad"}.get(tags.rsplit(" ", maxsplit=1)[-1], "")


@register.filter
def fours(text: str) -> str:
    """Write what is read aloud or compared in groups of four."""
    return " ".join(text[place : place + 4] for place in range(0, len(text), 4))


CODE = re.compile(r"\b[A-Z]{2,3}-[0-9A-Z]{8,}(?:-[0-9]+)?\b")
# A page has a class for it; letters have no style sheet, and pages no styles of their own.
UNBROKEN = {"page": 'class="unbroken"', "letter": 'style="white-space:nowrap"'}


@register.filter
def unbroken(text: str, where: str = "page") -> SafeString:
    """Keep the codes in a text in one piece: browsers part them at their hyphens."""
    return mark_safe(CODE.sub(rf"<span {UNBROKEN[where]}>\g<0></span>", conditional_escape(text)))  # noqa: S308  # escaped just here


# The first that is found names the browser: most claim to be their elders, too.
BROWSERS = {"Edg": "Edge", "OPR/": "Opera", "SamsungBrowser": "Samsung Internet", "Firefox": "Firefox", "FxiOS": "Firefox"} | {
    "CriOS": "Chrome",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS": "Mac",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}


@register.filter
def browser(user_agent: str) -> str:
    """Say in two words what a person was signed in with."""
    found = [next((name for mark, name in names.items() if mark in user_agent), "") for names in (BROWSERS, SYSTEMS)]
    return ", ".join(filter(None, found)) or gettext("Unknown browser")

"""The one way from text that people type to HTML that browsers run: Markdown without HTML, then an allow-list."""

from functools import cache

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

TAGS = {"p", "br", "strong", "em", "a", "ul", "ol", "li", "h2", "h3", "h4", "blockquote", "hr", "code"}
SCHEMES = {"http", "https", "mailto", "tel"}
LONGEST = 20_000


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "breaks": True, "maxNesting": 20}).disable("image")


def to_html(text: str) -> SafeString:
    """Return safe HTML. A text's own headings begin at h2, below the page's."""
    rendered = _parser().render(text[:LONGEST]).replace("<h1>", "<h2>").replace("</h1>", "</h2>")
    clean = nh3.clean(rendered, tags=TAGS, attributes={"a": {"href"}}, url_schemes=SCHEMES, link_rel="nofollow noopener")
    return mark_safe(clean)  # noqa: S308  # nh3 is what makes it safe

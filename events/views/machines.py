"""What search engines ask for."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import Promoter
from events import kept
from events.models import Event

# Sitemaps take five times as many; one of this size is made in well under a second.
MOST = 10_000
MOST_LISTS = 1000


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    return render(
        request, "robots.txt", {"sitemap": settings.SITE_URL + reverse("events:sitemap")}, content_type="text/plain; charset=utf-8"
    )


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """Show every public page, or where the lists of them are when there are many."""

    def make() -> str:
        lists = -(-Event.objects.public().count() // MOST)
        if lists <= 1:
            return _urlset(_first_pages() + _event_pages(1))
        where = [reverse("events:sitemap-of", args=[number]) for number in range(lists + 1)]
        return _written("sitemapindex", "sitemap", ((there, None) for there in where))

    return _answer("index", make)


@require_safe
def sitemap_of(request: HttpRequest, number: int) -> HttpResponse:
    """Show one list: 0 is all but events."""
    if number > MOST_LISTS:
        raise Http404

    def make() -> str:
        found = _event_pages(number) if number else _first_pages()
        if not found:
            raise Http404
        return _urlset(found)

    return _answer(number, make)


def _answer(part: Any, make: Any) -> HttpResponse:
    return HttpResponse(kept.MAPS.get(kept.EVERYTHING, str(part), make), content_type="application/xml; charset=utf-8")


def _first_pages() -> list[tuple[str, Any]]:
    promoters = Promoter.objects.approved().order_by("slug").values_list("slug", flat=True)
    return [(reverse("events:home"), None), *((reverse("events:by", args=[slug]), None) for slug in promoters)]


def _event_pages(number: int) -> list[tuple[str, Any]]:
    found = Event.objects.public().order_by("pk").values_list("slug", "updated_at")[(number - 1) * MOST : number * MOST]
    return [(reverse("events:event", args=[slug]), changed) for slug, changed in found]


def _urlset(found: list[tuple[str, Any]]) -> str:
    return _written("urlset", "url", found)


def _written(frame: str, entry: str, found: Any) -> str:
    """Addresses are made of slugs, so no character of theirs needs to be escaped."""

    def lines() -> Iterator[str]:
        yield f'<?xml version="1.0" encoding="UTF-8"?>\n<{frame} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        for where, changed in found:
            moment = f"<lastmod>{changed.astimezone(timezone.get_default_timezone()):%Y-%m-%d}</lastmod>" if changed else ""
            yield f"<{entry}><loc>{settings.SITE_URL}{where}</loc>{moment}</{entry}>"
        yield f"</{frame}>\n"

    return "\n".join(lines())

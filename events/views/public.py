"""The public pages."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from hashlib import sha256
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.cache import add_never_cache_headers, patch_cache_control, patch_vary_headers
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from accounts.models import Promoter
from events import kept, pages
from events.forms import Buy, Remind, Search, Wanted
from events.models import DiscountCode, Event
from ticketing import identity
from ticketing.markdown import to_html

from .drawings import seen

# What the page's address may ask; two visitors who ask the same see the same.
ASKED = ("q", "city", "from", "to", "price", "after")


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    asked = {name: request.GET[name] for name in ASKED if request.GET.get(name)}
    variant = sha256(f"{get_language()} {asked!r}".encode()).hexdigest()
    page = kept.LISTS.get(kept.EVERYTHING, variant, lambda: _home(asked))
    return render(request, "events/home.html", {"page": page, "canonical": settings.SITE_URL + request.path})


def _home(asked: dict[str, str]) -> dict[str, str]:
    at = timezone.now()
    cities = kept.LISTS.get(kept.EVERYTHING, "cities", lambda: pages.cities(at))
    search = Search(asked, cities=cities)
    wanted = search.wanted(pages.read_cursor(asked.get("after", "")))
    found = pages.results(wanted, at)
    shown = {"search": search, "wanted": wanted, "found": found, "later": asked | {"after": found.more}}
    parts = {name: render_to_string(f"events/_{name}.html", shown) for name in ("search", "results")}
    return {**parts, "words": wanted.words}


@require_safe
def past(request: HttpRequest) -> HttpResponse:
    after = pages.read_cursor(request.GET.get("after", ""))

    def make() -> str:
        found = pages.past(after, timezone.now())
        return render_to_string("events/_results.html", {"found": found, "wanted": found.wanted, "later": {"after": found.more}})

    results = kept.LISTS.get(kept.EVERYTHING, f"past-{get_language()}-{request.GET.get('after', '') if after else ''}", make)
    return render(request, "events/past.html", {"after": after, "results": results})


@require_safe
def by(request: HttpRequest, slug: str, *, is_past: bool = False) -> HttpResponse:
    """Show a promoter and its events, while it is approved. It is kept for a minute, and so is an approval taken back."""
    after = pages.read_cursor(request.GET.get("after", ""))

    def make() -> dict[str, Any]:
        now, promoter = timezone.now(), get_object_or_404(Promoter.objects.approved(), slug=slug)
        found = pages.past(after, now, of=promoter) if is_past else pages.results(Wanted(after=after), now, of=promoter)
        return {
            "slug": slug,
            "name": promoter.name,
            "about": to_html(promoter.about),
            "contact": promoter.contact_email,
            "past": promoter.events.past(now).count(),
            "results": render_to_string("events/_results.html", {"found": found, "wanted": found.wanted, "later": {"after": found.more}}),
        }

    variant = sha256(f"by {slug} {is_past} {get_language()} {after!r}".encode()).hexdigest()
    shown = kept.LISTS.get(kept.EVERYTHING, variant, make)
    return render(request, "events/promoter.html", {"promoter": shown, "is_past": is_past, "canonical": settings.SITE_URL + request.path})


@require_safe
def event(request: HttpRequest, slug: str) -> HttpResponse:
    return event_page(request, slug)


def event_page(
    request: HttpRequest, slug: str, *, reminder: Remind | None = None, attempt: pages.Attempt | None = None, status: int = 200
) -> HttpResponse:
    """Show the page. Its forms stand outside the kept parts, for their token belongs to one visitor."""
    texts = event_texts(request, slug)
    waits = texts["sale_to_come"] and timezone.now() < texts["sale_to_come"]
    begun = attempt or pages.Attempt(_blank(request.user), pages.read_quantities(request.GET.dict()))
    context = {
        "page": texts,
        "tickets": tickets_part(texts["id"], begun, texts["turns"]),
        "slug": slug,
        "form": (reminder or Remind()) if waits else None,
        "attempt": begun,
        "buy": begun.form,
        "untouched": not (attempt or request.user.is_authenticated),
        "site_terms": bool(identity.current().text("terms")),
    }
    response = render(request, "events/event.html", context, status=status)
    if request.user.is_authenticated or attempt:
        add_never_cache_headers(response)  # it has a person's address in it
    return response


def event_texts(request: HttpRequest, slug: str) -> dict[str, Any]:
    """Return the parts of the page that only the promoter's own changes change. Raises Http404 for who must not see it."""
    try:
        return dict(kept.TEXTS.get(slug, str(get_language()), lambda: _make_texts(Event.objects.shown().with_prices().get(slug=slug))))
    except Event.DoesNotExist:
        # A draft, for those who work on it; nobody else learns that it is there.
        return _make_texts(seen(request, slug, prices=True))


def tickets_part(event_id: Any, begun: pages.Attempt, turns: Sequence[datetime]) -> dict[str, Any]:
    """Return what is to be had, as HTML, the tiers that are open, and whether orders are taken.

    From what is kept, unless something is chosen that can be had: who comes too late chose nothing, and they are a crowd.
    """
    now = timezone.now()
    variant = f"{get_language()}-{sum(turn <= now for turn in turns)}"
    if not begun.code:
        part = dict(kept.STOCK.get(event_id, variant, lambda: _make_tickets(event_id)))
        if begun.wanted.keys().isdisjoint(part["open"]):
            return part
    return _make_tickets(event_id, begun.wanted, begun.code)


@require_safe
def availability(request: HttpRequest, slug: str) -> HttpResponse:
    """The part of the event page that changes while it is open; "nothing new" costs no query."""
    texts = event_texts(request, slug)
    html = tickets_part(texts["id"], pages.Attempt(Buy(), pages.read_quantities(request.GET.dict())), texts["turns"])["html"]
    etag = f'"{sha256(html.encode()).hexdigest()[:20]}"'
    unchanged = request.headers.get("If-None-Match") == etag
    response = HttpResponse(status=304) if unchanged else HttpResponse(html)
    response["ETag"] = etag
    patch_cache_control(response, no_cache=True, private=True)
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    return response


@require_safe
def calendar(request: HttpRequest, slug: str) -> HttpResponse:
    found = seen(request, slug)
    response = HttpResponse(
        pages.calendar(found, settings.SITE_URL + found.get_absolute_url()), content_type="text/calendar; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{found.slug}.ics"'
    return response


def _blank(user: Any) -> Buy:
    return Buy(initial={"email": user.email, "name": user.name}) if user.is_authenticated else _strangers_form()


@cache
def _strangers_form() -> Buy:
    """Nothing is typed into it yet, so one serves all: to make it costs as much as to show it."""
    return Buy()


def _make_texts(found: Event) -> dict[str, Any]:
    shown = pages.event(found)
    parts = {
        part: render_to_string(f"events/_{part}.html", {"event": found, "shown": shown}) for part in ("head", "band", "facts", "about")
    }
    return {
        "id": found.pk,
        "title": found.title,
        "summary": shown.summary,
        "is_draft": not found.is_shown,
        "turns": pages.turns(found),
        "sale_to_come": found.sale_to_come(timezone.now()),
        "terms": pages.terms(found),
        "paying": {"currency": found.currency, "by_hand": bool(found.promoter.payment_text)},
        "promoter": found.promoter.name,
        "is_free": not any(tier.price for tier in found.tiers.all()),
        **parts,
    }


def _make_tickets(event_id: Any, wanted: Mapping[UUID, int] = MappingProxyType({}), code: DiscountCode | None = None) -> dict[str, Any]:
    found = get_object_or_404(Event.objects.with_prices(code), pk=event_id)
    shown = pages.tickets(found, wanted, timezone.now(), code)
    return {
        "html": render_to_string("events/_tickets.html", {"event": found, "tickets": shown}),
        "open": {line.id: f"{line.name}, {line.price.written}" for line in shown.lines if line.is_open},
        "takes_orders": shown.takes_orders,
    }

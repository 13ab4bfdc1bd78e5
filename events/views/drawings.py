"""What pages show of an event besides words. Each address names what it shows, so browsers keep it for a year."""

from io import BytesIO
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from accounts import roles
from events import kept, pages, pictures, posters
from events.models import Event, Picture
from events.pictures import WIDTHS

YEAR = 365 * 24 * 60 * 60


@require_safe
def poster(request: HttpRequest, slug: str, stamp: str) -> HttpResponse:
    return _drawing(request, slug, stamp, "poster", _draw_poster)


@require_safe
def art(request: HttpRequest, slug: str, stamp: str) -> HttpResponse:
    return _drawing(request, slug, stamp, "art", _draw_art)


@require_safe
def card(request: HttpRequest, slug: str, stamp: str) -> HttpResponse:
    """Show the card of a shared link as pixels. Drawing it takes a while, so it is kept for those who share it next."""
    found = seen(request, slug)
    if stamp != pages.poster_stamp(found):
        return redirect(pages.card(found))
    drawn = kept.TEXTS.get(slug, f"card-{stamp}", lambda: _draw_card(found))
    response = HttpResponse(drawn, content_type=f"image/{'jpeg' if found.image_id else 'png'}")
    response["Cross-Origin-Resource-Policy"] = "cross-origin"  # it is made to be shown elsewhere
    return kept_for_a_year(response, public=found.is_shown)


@require_safe
def picture(request: HttpRequest, digest: str, width: int) -> HttpResponse:
    """Show a picture to whoever knows its address, a draft's too: it is 128 random bits."""
    columns = dict(zip(WIDTHS, ("small", "medium", "large"), strict=True))
    if width not in columns:
        raise Http404
    drawn = Picture.objects.drawn().filter(digest=digest).values_list(columns[width], flat=True).first()
    if drawn is None:
        raise Http404
    return kept_for_a_year(HttpResponse(bytes(drawn), content_type="image/webp"), public=True)


def seen(request: HttpRequest, slug: str, *, prices: bool = False) -> Event:
    """Return the event if this visitor may see it. Others' drafts are not there at all."""
    events = Event.objects.with_prices() if prices else Event.objects.select_related("promoter")
    found = events.filter(slug=slug).first()
    if found is None:
        raise Http404
    if not found.is_shown and not (roles.is_staff_member(request.user) or roles.role_in(request.user, found.promoter)):
        raise Http404
    return found


def kept_for_a_year(response: HttpResponse, *, public: bool) -> HttpResponse:
    patch_cache_control(response, **{"public" if public else "private": True}, max_age=YEAR, immutable=True)
    return response


def _drawing(request: HttpRequest, slug: str, stamp: str, kind: str, draw: Any) -> HttpResponse:
    found = seen(request, slug)
    if stamp != pages.poster_stamp(found):
        return redirect(pages.drawing(found, kind))
    return kept_for_a_year(HttpResponse(draw(found), content_type="image/svg+xml"), public=found.is_shown)


def _draw_poster(found: Event) -> str:
    return posters.poster_svg(found.title, found.artist, found.local_day, venue=found.venue, choice=found.choice)


def _draw_art(found: Event) -> str:
    return posters.art_svg(found.title, found.artist, found.local_day, choice=found.choice)


def _draw_card(found: Event) -> bytes:
    if found.image_id:
        large = Picture.objects.values_list("large", flat=True).get(digest=found.image_id)
        return pictures.card(bytes(large or b""), posters.CARD_WIDTH, posters.CARD_HEIGHT)
    painted = posters.card(found.title, found.artist, found.local_day, venue=found.venue, choice=found.choice)
    out = BytesIO()
    painted.quantize(128).save(out, "PNG", optimize=True)
    return out.getvalue()

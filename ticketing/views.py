"""Pages of the ground floor: errors, health for machines, and the demo's mailbox."""

import sys
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.encoding import iri_to_uri
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from . import demo, health, identity, limits, mail, mailbox, metrics, parts
from .environment import is_loopback
from .errors import Busy, DomainError, TooMany

LANGUAGE_SECONDS = 365 * 24 * 3600


def error(request: HttpRequest, status: int, **context: Any) -> HttpResponse:
    """Show the page of that status, or a refusal's. It asks neither database nor session, which may be what failed."""
    context = {"identity": identity.remembered(), **context}
    response = render(request, [f"{status}.html", "409.html"], context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def refusal(request: HttpRequest, refused: DomainError) -> HttpResponse:
    response = error(request, refused.status, message=str(refused))
    if refused.status == HTTPStatus.SERVICE_UNAVAILABLE:
        response["Retry-After"] = "5"
    if isinstance(refused, TooMany):
        response["Retry-After"] = str(refused.wait)
    return response


def too_much(request: HttpRequest) -> HttpResponse:
    """Say so after hearing the sender out, up to a bound: a browser that is cut off shows an error of its own."""
    try:
        for _ in range(4 * settings.BODY_MAX_SIZE // 2**16):
            if not request.read(2**16):
                break
    except (OSError, ValueError):
        pass  # gone, or closed by whoever read it before us
    return error(request, 413)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        return too_much(request)
    return error(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error(request, 403)


def csrf_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    return error(request, 403, form_expired=True)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error(request, 404)


def fault(request: HttpRequest) -> HttpResponse:
    # The door catches what a view raises; sessions and late templates ask the database outside of it.
    if isinstance(sys.exception(), OperationalError):
        return refusal(request, Busy())
    return error(request, 500)


@require_safe
def choose_language(request: HttpRequest, code: str) -> HttpResponse:
    """Remember the language in a cookie and go back to where the visitor was. A link, so that no page needs a form for it."""
    if code not in dict(settings.LANGUAGES):
        raise Http404
    back = request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    response = redirect(iri_to_uri(back) if safe else "events:home")
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        code,
        max_age=LANGUAGE_SECONDS,
        samesite="Lax",
        secure=settings.PRODUCTION,
        httponly=True,
    )
    return response


@require_safe
def site_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one of the texts that staff wrote: help, terms, privacy, imprint."""
    text = identity.current().html(slug) if slug in identity.PAGES else ""
    if not text:
        raise Http404
    return render(request, "ticketing/site_page.html", {"title": identity.TITLES[slug], "text": text})


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    findings = health.recent_findings()
    ready = all(finding.state != "fail" for finding in findings)
    status = 200 if ready else 503
    if not _may_look_inside(request):
        return HttpResponse("ok\n" if ready else "not ok\n", content_type="text/plain", status=status)
    return JsonResponse({"ready": ready, "checks": {f.name: {"state": f.state, "says": f.says} for f in findings}}, status=status)


@require_safe
@never_cache
def metrics_text(request: HttpRequest) -> HttpResponse:
    if not _may_look_inside(request):
        raise Http404
    return HttpResponse(metrics.text(), content_type="text/plain; version=0.0.4; charset=utf-8")


def _may_look_inside(request: HttpRequest) -> bool:
    """Allow this machine's own callers, and whoever has the token. A proxied request is not this machine's."""
    bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if settings.METRICS_TOKEN and constant_time_compare(bearer, settings.METRICS_TOKEN):
        return True
    forwarded = any(name in request.headers for name in ("X-Forwarded-For", "X-Forwarded-Proto", "Forwarded", "X-Real-IP", "Via"))
    return not forwarded and is_loopback(limits.client_address(request))


def demo_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.DEMO:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@demo_only
@require_safe
@never_cache
def demo_mailbox(request: HttpRequest, name: str = "") -> HttpResponse:
    letters = mailbox.letters()
    shown = mailbox.letter(name) if name else None
    if name and shown is None:
        raise Http404
    return render(request, "ticketing/demo_mailbox.html", {"letters": letters, "shown": shown})


@demo_only
@require_safe
@never_cache
def demo_letter_html(request: HttpRequest, name: str) -> HttpResponse:
    """Show a letter's HTML as a mail program would: inline styles, links that open outside the frame, no scripts."""
    shown = mailbox.letter(name)
    if shown is None:
        raise Http404
    response = HttpResponse(shown.html)
    response["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data: 'self'; frame-ancestors 'self'; "
        "sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"
    )
    response["X-Frame-Options"] = "SAMEORIGIN"
    return response


@demo_only
@require_POST
def demo_write(request: HttpRequest) -> HttpResponse:
    """Send a letter through the whole machinery: row, nudge, worker, mailbox."""
    demo.send_letter(language=mail.language_here(), at=timezone.now())
    return redirect("demo-mailbox")


@demo_only
@require_POST
def demo_empty(request: HttpRequest) -> HttpResponse:
    mailbox.empty()
    return redirect("demo-mailbox")


@demo_only
@require_http_methods(["GET", "POST"])
@never_cache
def demo_components(request: HttpRequest) -> HttpResponse:
    """Show every part in every state, the form with its errors included."""
    form = parts.SampleForm(request.POST or None)
    broken = parts.SampleForm({"email": "tiket@gmial", "seats": "0"})
    return render(request, "ticketing/demo_components.html", {"form": form, "broken": broken, "states": parts.STATES})

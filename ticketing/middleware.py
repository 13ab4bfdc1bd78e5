"""What every request passes on its way in and out."""

import logging
import re
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from . import audit, counters, limits, logs, views
from .errors import DomainError
from .retries import retried

GetResponse = Callable[[HttpRequest], HttpResponse]
logger = logging.getLogger("ticketing.requests")

PROXY_REQUEST_ID = re.compile(r"[0-9a-zA-Z-]{8,32}")
QUIET_PATHS = ("/static/", "/healthz", "/readyz", "/metrics")


class RequestRecord:
    """Gives the request an id, logs it with its route in place of its path, and counts it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "") if settings.PROXY_COUNT else ""
        identifier = given if PROXY_REQUEST_ID.fullmatch(given) else logs.new_request_id()
        started = time.perf_counter()
        with logs.request(identifier), connection.execute_wrapper(counters.timed):
            response = self.get_response(request)
            self._record(request, response, time.perf_counter() - started)
        response["X-Request-ID"] = identifier
        return response

    def _record(self, request: HttpRequest, response: HttpResponse, seconds: float) -> None:
        counters.count("requests")
        counters.count("request_seconds", seconds)
        if response.status_code >= 500:
            counters.count("server_errors")
        counters.flush_if_due()
        if request.path.startswith(QUIET_PATHS):
            return
        match = request.resolver_match
        # The route names the page and never holds a secret; an unknown path may hold anything.
        where = f"/{match.route}" if match else logs.without_secrets(request.path)[:100]
        facts = {"method": request.method, "route": where, "status": response.status_code, "ms": round(seconds * 1000, 1)}
        logger.info("request", extra=facts)


class BrowserPolicy:
    """Headers that Django does not set: no device for any page, no reading by other sites."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


class CleanInput:
    """Refuses NUL characters, which no person types and PostgreSQL cannot store."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self._has_nul(request):
            return views.error(request, 400)
        return self.get_response(request)

    def _has_nul(self, request: HttpRequest) -> bool:
        meta = request.META
        if "\0" in request.path or "\0" in meta.get("HTTP_COOKIE", "") or "%00" in meta.get("QUERY_STRING", ""):
            return True
        if request.content_type != "application/x-www-form-urlencoded":
            return False
        length = meta.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or int(length) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            return False  # refused for its size when it is read
        return b"%00" in request.body or b"\0" in request.body


class AuditContext:
    """Tells the audit triggers who is acting and from where."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with audit.acting(user=lambda: _known_user(request), ip=limits.client_address(request)):
            return self.get_response(request)


class Door:
    """Calls the view: again after a lost race for a lock, with a page for every refusal."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse:
        try:
            return retried(lambda: view(request, *args, **kwargs))
        except DomainError as refusal:
            return views.refusal(request, refusal)


def _known_user(request: HttpRequest) -> UUID | None:
    """Return the user's id without asking the database for it: we are called while it is busy."""
    user = request.__dict__.get("user")
    if isinstance(user, SimpleLazyObject):
        user = request.__dict__.get("_cached_user")
    return user.pk if user is not None and user.is_authenticated else None

"""What every request passes on its way in and out."""

import logging
import re
import time
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any
from uuid import UUID

from csp.constants import HEADER, HEADER_REPORT_ONLY
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.core.signals import request_started
from django.db import connection
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict, UnreadablePostError
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
        request.id = identifier  # type: ignore[attr-defined]  # ours: error pages show it
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
        if request.path.startswith(QUIET_PATHS):
            return
        counters.flush_if_due()  # not before: /healthz must answer whatever Redis does
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


class ContentPolicy(CSPMiddleware):
    """Writes the same policy for every page that asks for no exception: it is put together once, not for each answer."""

    def __init__(self, get_response: GetResponse) -> None:
        super().__init__(get_response)
        policies = {HEADER: build_policy(), HEADER_REPORT_ONLY: build_policy(report_only=True)}
        self.usual = {name: policy for name, policy in policies.items() if policy}

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        is_usual = not settings.DEBUG and not hasattr(request, "_csp_nonce") and not any(name.startswith("_csp") for name in vars(response))
        if not is_usual:
            return super().process_response(request, response)
        for name, policy in self.usual.items():
            response.headers.setdefault(name, policy)
        return response


@receiver(request_started)
def read_as_utf8(environ: dict[str, Any], **_: Any) -> None:
    """Forget the charset that the sender names, before Django believes it.

    Django decodes with it while it makes the request, outside every middleware: with a codec that is none for text,
    or too many fields, nobody could answer with a page.
    """
    kind, *parameters = environ.get("CONTENT_TYPE", "").split(";")
    boundary = next((word.strip() for word in parameters if word.strip().lower().startswith("boundary=")), "")
    environ["CONTENT_TYPE"] = f"{kind.strip()}; {boundary}" if boundary else kind.strip()


class CleanInput:
    """Refuses what no person sends: bodies without end, and NUL characters, which PostgreSQL cannot store."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not re.fullmatch("[0-9]{1,15}", length):
            return views.error(request, 400)
        if int(length) > settings.BODY_MAX_SIZE:
            return views.too_much(request)
        try:
            given = (*_flat(request.GET), *_flat(request.POST), *request.COOKIES.values(), request.path)
        except UnreadablePostError:
            return views.error(request, 400)
        if any("\0" in text for text in given):
            return views.error(request, 400)
        return self.get_response(request)


def _flat(fields: QueryDict) -> Iterator[str]:
    for name, values in fields.lists():
        yield name
        yield from values


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
        response = self.get_response(request)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED and not response.content:
            # Somebody reloaded the address of a form: Django would show them a blank page.
            allowed = response["Allow"]
            response = views.error(request, HTTPStatus.METHOD_NOT_ALLOWED)
            response["Allow"] = allowed
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse:
        def attempt() -> HttpResponse:
            for _, uploads in request.FILES.lists():
                for upload in uploads:
                    upload.seek(0)  # the try before has read it
            return view(request, *args, **kwargs)

        try:
            return retried(attempt)
        except DomainError as refusal:
            return views.refusal(request, refusal)


def _known_user(request: HttpRequest) -> UUID | None:
    """Return the user's id without asking the database for it: we are called while it is busy."""
    user = request.__dict__.get("user")
    if isinstance(user, SimpleLazyObject):
        user = request.__dict__.get("_cached_user")
    return user.pk if user is not None and user.is_authenticated else None

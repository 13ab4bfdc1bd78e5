"""The least that Django can do, to compare with: no middleware, no database, one view that returns as many bytes as a page."""

import os

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.urls import path

settings.configure(SECRET_KEY="bench", ALLOWED_HOSTS=["*"], ROOT_URLCONF="bench.bare", MIDDLEWARE=[], USE_TZ=True)  # noqa: S106  # it signs nothing

BODY = b"x" * int(os.environ.get("BARE_BYTES", "12000"))


def bare(request: HttpRequest) -> HttpResponse:
    return HttpResponse(BODY, headers={"Content-Length": str(len(BODY))})  # which a middleware writes elsewhere


urlpatterns = [path("", bare)]
application = WSGIHandler()

"""What every template knows about the site."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from . import identity


def site(request: HttpRequest) -> dict[str, object]:
    return {"identity": SimpleLazyObject(identity.current), "demo": settings.DEMO}

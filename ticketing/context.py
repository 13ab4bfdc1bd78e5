"""What every template knows about the site."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from . import identity


def site(request: HttpRequest) -> dict[str, object]:
    # Nobody shall take a made-up rate for a real one.
    test_rate = settings.STATIC_RATE if settings.WALLET_XPUBS and settings.RATE_PROVIDER == "static" else None
    return {"identity": SimpleLazyObject(identity.current), "demo": settings.DEMO, "test_rate": test_rate}

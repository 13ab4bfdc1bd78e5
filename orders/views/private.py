"""What the pages behind a secret have in common: nobody keeps them, and no other site is told where they are.

Pages keep the site's own policy for referrers, `same-origin`. With `no-referrer` browsers send the forms on a page with
`Origin: null`, and those are refused as forged.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpResponse
from django.views.decorators.cache import never_cache

View = Callable[..., HttpResponse]


def private(view: View) -> View:
    @wraps(view)
    @never_cache
    def guarded(*args: Any, **kwargs: Any) -> HttpResponse:
        response = view(*args, **kwargs)
        if not response.get("Content-Type", "").startswith("text/html"):
            response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return guarded

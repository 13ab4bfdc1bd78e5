"""Finding one's tickets again: by mail, or in one's account."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from orders import actions, pages
from orders.buyers import canonical
from orders.forms import Find
from ticketing import limits

OF_ORIGIN = limits.Limit("links-of-origin", tries=100, strict=True)  # a whole venue may have one address
OF_ADDRESS = limits.Limit("links-of-address", tries=5, strict=True)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def find(request: HttpRequest) -> HttpResponse:
    """Mail the links of an address. The answer and the work are the same whether it has any or not."""
    user: Any = request.user
    form = Find(request.POST or None, initial={"email": user.email} if user.is_authenticated else None)
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        limits.check(OF_ORIGIN, limits.origin(request))
        limits.check(OF_ADDRESS, canonical(email))  # however it is written, it is one mailbox
        actions.send_links(email=email, language=get_language() or settings.LANGUAGE_CODE)
        messages.success(
            request, _("We have written to %(email)s. The letter has the links to all tickets bought with it.") % {"email": email}
        )
        return redirect("orders:find")
    return render(request, "orders/find.html", {"form": form})


@require_safe
@never_cache
@login_required
def mine(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    return render(request, "orders/mine.html", {"mine": pages.mine(user, timezone.now())})

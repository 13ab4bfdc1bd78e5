"""What the holder of a seat may change: the name on it, and who has it."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from orders import actions
from orders.forms import Name, PassOn
from orders.pages.seat import seat
from ticketing import limits

from .private import private
from .tickets import PassedOn, ticket_of

HOLDER = "holder"  # whoever has the link
NAMES = limits.Limit("seats-named-of-origin", tries=100)
LETTERS = limits.Limit("seats-passed-on-of-origin", tries=30, strict=True)


@require_http_methods(["GET", "HEAD", "POST"])
@private
def name(request: HttpRequest, secret: str) -> HttpResponse:
    try:
        found = ticket_of(secret)
    except PassedOn:
        return redirect("seats:ticket", secret)
    form = Name(request.POST or None, initial={"name": found.holder_name})
    if request.method == "POST" and form.is_valid():
        limits.check(NAMES, limits.origin(request))
        actions.name_seat(ticket_id=found.pk, name=form.cleaned_data["name"], at=timezone.now(), by=HOLDER)
        messages.success(request, _("The name on the ticket is %(name)s.") % {"name": form.cleaned_data["name"]})
        return redirect("seats:ticket", secret)
    return render(request, "orders/seat_name.html", {"form": form, "ticket": found, "seat": seat(found, timezone.now())})


@require_http_methods(["GET", "HEAD", "POST"])
@private
def pass_on(request: HttpRequest, secret: str) -> HttpResponse:
    """Ask first, and give the seat away on POST. Sent twice, the second finds the link ended, and shows that."""
    try:
        found = ticket_of(secret)
    except PassedOn:
        return redirect("seats:ticket", secret)
    form = PassOn(request.POST or None)
    if request.method == "POST" and form.is_valid():
        limits.check(LETTERS, limits.origin(request))
        language = get_language() or settings.LANGUAGE_CODE
        try:
            actions.pass_on(ticket_id=found.pk, **form.cleaned_data, language=language, at=timezone.now(), by=HOLDER)
        except actions.TooManyLetters as refusal:
            form.add_error("email", str(refusal))
        else:
            messages.success(request, _("%(name)s has the ticket now; a letter is on its way.") % form.cleaned_data)
            return redirect("seats:ticket", secret)
    return render(request, "orders/seat_pass_on.html", {"form": form, "ticket": found, "seat": seat(found, timezone.now())})

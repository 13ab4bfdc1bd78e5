"""A seat's own pages. Whoever has its secret has the seat; of the order they tell nothing."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from orders import signing
from orders.models import DeadCode, Ticket
from orders.pages.seat import seat
from orders.papers import qr

from .private import private

GONE = 410


class PassedOn(Exception):
    """The link was right, until the ticket was passed on or issued anew."""


def ticket_of(secret: str) -> Ticket:
    """Return the ticket that the secret opens. A stranger's is not there at all."""
    found = Ticket.objects.select_related("event", "tier", "order").filter(secret=secret).first()
    if found is None:
        raise PassedOn if DeadCode.objects.filter(secret=secret).exists() else Http404
    return found


@require_safe
@private
def ticket(request: HttpRequest, secret: str) -> HttpResponse:
    try:
        found = ticket_of(secret)
    except PassedOn:
        return render(request, "orders/passed_on.html", status=GONE)
    return render(request, "orders/ticket.html", {"ticket": found, "seat": seat(found, timezone.now())})


@require_safe
@private
def qr_svg(request: HttpRequest, secret: str) -> HttpResponse:
    found = _opening(secret)
    label = _("Code of ticket %(code)s") % {"code": found.code}
    return HttpResponse(qr.svg(signing.signed(found.event_id, found.serial), label), content_type="image/svg+xml")


@require_safe
@private
def qr_png(request: HttpRequest, secret: str) -> HttpResponse:
    found = _opening(secret)
    return HttpResponse(qr.png(signing.signed(found.event_id, found.serial)), content_type="image/png")


def _opening(secret: str) -> Ticket:
    """Return the ticket if there is a code of it to show."""
    try:
        found = ticket_of(secret)
    except PassedOn as passed_on:
        raise Http404 from passed_on
    if not seat(found, timezone.now()).opens:
        raise Http404
    return found

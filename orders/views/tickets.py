"""A seat's own pages. Whoever has its secret has the seat; of the order they tell nothing."""

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from events.pages import calendar
from orders import signing
from orders.models import DeadCode, Order, Ticket
from orders.pages.seat import seat
from orders.papers import pdf, qr
from orders.papers.facts import facts, opens, url

from .private import private

GONE = 410
CALENDAR = "text/calendar; charset=utf-8"


class PassedOn(Exception):
    """The link was right, until the ticket was passed on or issued anew."""


def ticket_of(secret: str) -> Ticket:
    """Return the ticket that the secret opens. A stranger's is not there at all."""
    found = Ticket.objects.select_related("event__promoter", "tier", "order").filter(secret=secret).first()
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


@require_safe
@private
def ticket_pdf(request: HttpRequest, secret: str) -> HttpResponse:
    found = _opening(secret)
    return _pdf(request, [found], found.code)


@require_safe
@private
def ticket_ics(request: HttpRequest, secret: str) -> HttpResponse:
    """Also for what is cancelled: the calendar then strikes it out."""
    try:
        found = ticket_of(secret)
    except PassedOn as passed_on:
        raise Http404 from passed_on
    about = _("Ticket %(code)s: %(url)s") % {"code": found.code, "url": url(found)}
    return _file(calendar(found.event, url(found), about), CALENDAR, f"{found.event.slug}.ics")


@require_safe
@private
def order_pdf(request: HttpRequest, secret: str) -> HttpResponse:
    """All seats that are still the buyer's: what was passed on is its new holder's alone."""
    found = [ticket for ticket in _tickets_of(secret) if ticket.transfers == 0 and opens(ticket)]
    if not found:
        raise Http404
    return _pdf(request, found, found[0].order.reference)


@require_safe
@private
def order_ics(request: HttpRequest, secret: str) -> HttpResponse:
    """The event in the buyer's calendar, from the moment that places are held."""
    found = get_object_or_404(Order.objects.select_related("event"), secret=secret)
    link = f"{settings.SITE_URL}/orders/{found.secret}/"
    about = _("Order %(reference)s: %(url)s") % {"reference": found.reference, "url": link}
    return _file(calendar(found.event, link, about), CALENDAR, f"{found.event.slug}.ics")


def _tickets_of(secret: str) -> QuerySet[Ticket]:
    return Ticket.objects.select_related("event__promoter", "tier", "order").filter(order__secret=secret).order_by("code")


def _opening(secret: str) -> Ticket:
    """Return the ticket if there is a code of it to show."""
    try:
        found = ticket_of(secret)
    except PassedOn as passed_on:
        raise Http404 from passed_on
    if not opens(found):
        raise Http404
    return found


def _pdf(request: HttpRequest, tickets: list[Ticket], name: str) -> HttpResponse:
    draw = pdf.phone if request.GET.get("size") == "phone" else pdf.a4
    return _file(draw([facts(ticket) for ticket in tickets]), "application/pdf", f"{name}.pdf")


def _file(content: bytes | str, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response

"""What a buyer may do with an order. Each deed has a page that asks first, but for the one that costs nothing."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from orders.models import Order, Ticket
from orders.views.private import private
from payments import actions, pages
from payments.forms import NotUnderstood, read_token, read_transaction
from ticketing.errors import Busy, DomainError

from .buying import See
from .order import order_behind


@require_POST
@private
def extend(request: HttpRequest, secret: str) -> HttpResponse:
    found = order_behind(secret)
    said = _("Your tickets are held longer.")
    return _done(request, found, lambda: actions.extend(order_id=found.pk, at=timezone.now()), said)


@require_POST
@private
def network(request: HttpRequest, secret: str) -> HttpResponse:
    """Show the order to be paid on another network."""
    found = order_behind(secret)

    def deed() -> None:
        actions.change_network(order_id=found.pk, token_id=read_token(request.POST), at=timezone.now())

    return _done(request, found, deed, _("This is the network that you pay on now."))


@require_POST
@private
def sent(request: HttpRequest, secret: str) -> HttpResponse:
    """Say what we know of a transaction that the buyer names. Only the chain credits anything, so this changes nothing."""
    found = order_behind(secret)
    try:
        said = pages.known_of(found, read_transaction(request.POST))
    except NotUnderstood as refusal:
        messages.error(request, str(refusal))
    else:
        messages.info(request, said)
    return See(reverse("payments:order", args=[found.secret]))


@require_http_methods(["GET", "HEAD", "POST"])
@private
def cancel(request: HttpRequest, secret: str) -> HttpResponse:
    """Ask before the whole order is cancelled, and say what comes back."""
    found, now = order_behind(secret), timezone.now()
    if request.method == "POST":
        return _done(request, found, lambda: actions.cancel(order_id=found.pk, at=now), _("The order is cancelled."))
    return render(request, "orders/cancel.html", {"page": pages.order_page(found, now), "back": pages.comes_back(found)})


@require_http_methods(["GET", "HEAD", "POST"])
@private
def cancel_seat(request: HttpRequest, secret: str, code: str) -> HttpResponse:
    """Ask before one ticket is given back, and say what comes back for it."""
    found, now = order_behind(secret), timezone.now()
    ticket = Ticket.objects.select_related("tier").filter(order=found, code=code).first()
    if ticket is None:
        raise Http404
    if request.method == "POST":
        return _done(request, found, lambda: actions.cancel_seat(ticket_id=ticket.pk, at=now), _("The ticket is given back."))
    context = {"page": pages.order_page(found, now), "ticket": ticket, "back": pages.comes_back(found, ticket)}
    return render(request, "orders/cancel.html", context)


def _done(request: HttpRequest, found: Order, deed: Callable[[], Any], said: str) -> HttpResponse:
    """Do it, and go back to the order's page, which says what happened or what stands in the way."""
    try:
        deed()
    except Busy:
        raise
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, said)
    return See(reverse("payments:order", args=[found.secret]))

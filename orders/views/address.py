"""Where an order's letters go, and sending them again."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from orders import actions
from orders.forms import Move
from orders.models import Order
from ticketing import limits
from ticketing.errors import DomainError

from .private import private

MOVES = limits.Limit("moves-of-order", tries=5, strict=True)


@require_http_methods(["GET", "HEAD", "POST"])
@private
def change_email(request: HttpRequest, secret: str) -> HttpResponse:
    """Change the address, or ask the old one for its word."""
    order = get_object_or_404(Order.objects.select_related("event"), secret=secret)
    form = Move(request.POST or None)
    if form.is_valid():
        limits.check(MOVES, str(order.pk))
        try:
            now = actions.move_email(order_id=order.pk, email=form.cleaned_data["email"], at=timezone.now(), by="buyer")
        except DomainError as refusal:
            form.add_error("email", str(refusal))
        else:
            messages.success(request, _said(order, now))
            return redirect("payments:order", now.secret)
    at_once = timezone.now() < order.reserved_at + actions.AT_ONCE
    return render(request, "orders/email.html", {"order": order, "form": form, "at_once": at_once})


@require_http_methods(["GET", "HEAD", "POST"])
@private
def confirm_email(request: HttpRequest, token: str) -> HttpResponse:
    """Ask before anything changes: mail programs follow links by themselves."""
    asked = actions.read_token(token)
    order = get_object_or_404(Order.objects.select_related("event"), pk=asked.order_id)
    if request.method == "POST":
        actions.confirm_email(token=token, at=timezone.now())
        return render(request, "orders/confirm_email.html", {"order": order, "asked": asked, "done": True})
    return render(request, "orders/confirm_email.html", {"order": order, "asked": asked})


@require_POST
@private
def resend(request: HttpRequest, secret: str) -> HttpResponse:
    order = get_object_or_404(Order, secret=secret)
    try:
        actions.resend(order_id=order.pk, at=timezone.now(), by="buyer")
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The letter is on its way to %(email)s.") % {"email": order.buyer_email})
    return redirect("payments:order", secret)


def _said(before: Order, now: Order) -> str:
    if before.secret != now.secret:
        return _(
            "Letters go to %(email)s from now on. This page and your tickets have new links, and the tickets new codes: "
            "what was mailed or printed before opens nothing."
        ) % {"email": now.buyer_email}
    return _("We have written to %(email)s. Confirm the change there.") % {"email": before.buyer_email}

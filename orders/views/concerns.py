"""Something is wrong: buyers write, sellers answer."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from orders import actions
from orders.forms import Answer, Tell
from orders.models import Concern, Order
from ticketing import limits
from ticketing.errors import DomainError

from .private import private

OF_ORDER = limits.Limit("concerns-of-order", tries=5, seconds=24 * 3600, strict=True)


@require_http_methods(["GET", "HEAD", "POST"])
@private
def concern(request: HttpRequest, secret: str) -> HttpResponse:
    order = get_object_or_404(Order.objects.select_related("event__promoter"), secret=secret)
    form = Tell(request.POST or None)
    if form.is_valid():
        limits.check(OF_ORDER, str(order.pk))
        try:
            actions.raise_concern(order_id=order.pk, words=form.cleaned_data["words"], at=timezone.now(), by="buyer")
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            promoter = order.event.promoter.name
            messages.success(request, _("%(name)s has your message. The answer comes by mail, and appears here.") % {"name": promoter})
            return redirect("payments:order", secret)
    return render(request, "orders/concern.html", {"order": order, "form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def answer(request: HttpRequest, concern_id: UUID) -> HttpResponse:
    """Let the seller's team answer. Others' messages are not there at all."""
    user: Any = request.user
    found = get_object_or_404(Concern.objects.select_related("order__event__promoter", "answered_by"), pk=concern_id)
    if not actions.may_answer(user, found.order):
        raise Http404
    form = Answer(request.POST or None)
    if form.is_valid():
        actions.answer_concern(concern_id=found.pk, answer=form.cleaned_data["answer"], by=user, at=timezone.now())
        messages.success(request, _("The answer is on its way."))
        return redirect("orders:answer", concern_id)
    return render(request, "orders/answer.html", {"concern": found, "order": found.order, "form": form})

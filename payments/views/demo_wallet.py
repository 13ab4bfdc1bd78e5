"""The demo's wallet: pay an order as its buyer would, in each way in which buyers pay."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from payments import actions, purse
from payments.demo_forms import PayForm
from payments.pages import purse as pages
from ticketing.views import demo_only

from .buying import See


@demo_only
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def demo_wallet(request: HttpRequest) -> HttpResponse:
    form = PayForm(request.POST) if request.method == "POST" else PayForm(initial=_asked(request))
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            return _pay(request, **form.cleaned_data)
        except purse.NoAnswer as error:
            refusal = error
    bill = pages.bill_of(form.cleaned_data.get("to", "") if form.is_bound else form.initial.get("to", ""))
    context = {"form": form, "bill": bill, "refusal": refusal, "balance": _balance(), "waiting": [] if bill else pages.waiting()}
    return render(request, "payments/demo_wallet.html", context, status=refusal.status if refusal else 200)


def _asked(request: HttpRequest) -> dict[str, Any]:
    """What the order's page says to pay; without an amount, what is still missing."""
    to = pages.payee(request.GET.get("to", ""))
    bill = pages.bill_of(to)
    amount = request.GET.get("amount") or (bill and bill.left) or ""
    return {"to": to or request.GET.get("to", ""), "amount": amount, "way": "exact"}


def _pay(request: HttpRequest, *, to: str, amount: Any, way: str) -> HttpResponse:
    chosen, bill = purse.WAYS[way], pages.bill_of(to)
    if chosen.is_late and bill:
        actions.run_out(order_id=bill.order.pk, at=timezone.now())
    purse.pay(chosen, to=to, amount=amount)
    messages.success(request, _("The demo wallet has sent it. It is in the next block."))
    return See(reverse("payments:order", args=[bill.order.secret]) if bill else reverse("payments:demo-wallet"))


def _balance() -> Any:
    try:
        return purse.balance()
    except purse.NoAnswer:
        return None

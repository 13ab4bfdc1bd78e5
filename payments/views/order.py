"""The order's page, behind its secret, and the part of it that changes."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from orders.models import Order
from orders.papers.receipt import draw
from orders.views.private import private
from payments import pages


def order_behind(address: str) -> Order:
    found = pages.order_with(address)
    if found is None:
        raise Http404
    return found


@require_safe
@private
def order(request: HttpRequest, secret: str) -> HttpResponse:
    return render(request, "orders/order.html", {"page": pages.order_page(order_behind(secret), timezone.now())})


@require_safe
@private
def receipt(request: HttpRequest, secret: str) -> HttpResponse:
    return render(request, "orders/receipt.html", {"page": pages.order_page(order_behind(secret), timezone.now())})


@require_safe
@private
def receipt_pdf(request: HttpRequest, secret: str) -> HttpResponse:
    found = order_behind(secret)
    response = HttpResponse(draw(pages.receipt_of(pages.order_page(found, timezone.now()))), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{found.reference}.pdf"'
    return response


@require_safe
@private
def status(request: HttpRequest, secret: str) -> HttpResponse:
    """The part of the page that changes, as HTML or JSON; "nothing new" costs one query."""
    now, found = timezone.now(), order_behind(secret)
    as_json = request.get_preferred_type(["text/html", "application/json"]) == "application/json"
    etag = f'"{pages.etag(found, now)}{"-json" if as_json else ""}"'
    if request.headers.get("If-None-Match") == etag:
        response = HttpResponse(status=304)
    elif as_json:
        response = JsonResponse(pages.as_json(found, now))
    else:
        response = render(request, "orders/_order.html", {"page": pages.order_page(found, now)})
    response["ETag"] = etag
    patch_vary_headers(response, ["Accept", "Accept-Language", "Cookie"])
    return response

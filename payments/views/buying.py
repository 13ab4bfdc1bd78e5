"""The door from an event to an order."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

import events.actions
import events.views
from events.forms import Buy
from events.models import DiscountCode
from events.pages import Attempt
from orders.actions import NothingChosen, Wish
from payments import actions, pages
from payments.forms import NotUnderstood, read_choice, read_way
from ticketing import limits
from ticketing.errors import DomainError, TooMany

from . import visitor

CODES = limits.Limit("codes-of-origin", tries=100)


class See(HttpResponseRedirect):
    """Go and look: whatever the method was, the next is GET."""

    status_code = 303


@require_POST
def reserve(request: HttpRequest, slug: str) -> HttpResponse:
    """Make an order of what was chosen, or show the same page with what stands in the way and everything kept."""
    texts, form = events.views.event_texts(request, slug), Buy(request.POST)
    try:
        wanted, way = read_choice(request.POST), read_way(request.POST)
    except NotUnderstood as refusal:
        form.add_error(None, str(refusal))
        return _again(request, slug, Attempt(form), refusal.status)
    if request.POST.get("look"):
        return _look(request, slug, texts, form, wanted)
    if not wanted:
        form.add_error(None, str(NothingChosen()))
    if not form.is_valid():
        return _again(request, slug, Attempt(form, wanted))
    token = visitor.token_of(request) or visitor.new_token()
    buyer = visitor.buyer(request, form, token, pages.consent(texts["terms"]))
    key = f"{form.cleaned_data['key']}{way}" if form.cleaned_data["key"] else ""  # another way to pay is another order
    wish = Wish(event_id=texts["id"], lines=wanted, buyer=buyer, code=form.cleaned_data["code"], form_key=key)
    try:
        if wish.code:
            _check_known(request, wish.event_id, wish.code)
        provider = pages.way_to_pay(way, **texts["paying"])
        made = actions.check_out(wish=wish, at=timezone.now(), provider=provider)
    except TooMany:
        raise  # the page would say what the code opens
    except DomainError as refusal:
        return _refused(request, slug, form, wish, refusal)
    response = See(reverse("payments:order", args=[made.secret]))
    visitor.remember(response, token)
    return response


def _check_known(request: HttpRequest, event_id: UUID, typed: str) -> None:
    """Count the unknown codes alone: a whole hall may have a right one, and one address. Raises: CodeRefused, TooMany."""
    with limits.failures(CODES, limits.origin(request)):
        events.actions.find_code(event_id=event_id, typed=typed)


def _look(request: HttpRequest, slug: str, texts: dict[str, Any], form: Buy, wanted: dict[UUID, int]) -> HttpResponse:
    """Show what was chosen, with the code that was typed, and order nothing."""
    form.errors.clear()  # nobody has said yet that the rest is finished
    code = None
    if typed := form["code"].value():
        try:
            _check_known(request, texts["id"], typed[:40])
            code = events.actions.find_code(event_id=texts["id"], typed=typed[:40], at=timezone.now())
        except events.actions.CodeRefused as refusal:
            form.add_error("code", str(refusal))
    attempt = Attempt(form, wanted, code)
    if request.headers.get("HX-Request"):
        return HttpResponse(events.views.tickets_part(texts["id"], attempt, texts["turns"])["html"])
    return _again(request, slug, attempt)


def _refused(request: HttpRequest, slug: str, form: Buy, wish: Wish, refusal: DomainError) -> HttpResponse:
    texts, code = events.views.event_texts(request, slug), None
    if isinstance(refusal, actions.NotTaken | actions.NoRate | actions.NoAddress):
        pages.forget_offers()
    if isinstance(refusal, events.actions.CodeRefused):
        form.add_error("code", str(refusal))
    else:
        form.add_error(None, str(refusal))
        code = _code_of(wish)
    offered = events.views.tickets_part(texts["id"], Attempt(form), texts["turns"])
    ways = pages.ways(refusal, wish=wish, slug=slug, open_tiers=offered["open"], at=timezone.now())
    return _again(request, slug, Attempt(form, wish.lines, code, ways), refusal.status)


def _code_of(wish: Wish) -> DiscountCode | None:
    """Return the code, so that what it has shown stays on the page."""
    try:
        return events.actions.find_code(event_id=wish.event_id, typed=wish.code, at=timezone.now()) if wish.code else None
    except events.actions.CodeRefused:
        return None


def _again(request: HttpRequest, slug: str, attempt: Attempt, status: int = 200) -> HttpResponse:
    return events.views.event_page(request, slug, attempt=attempt, status=status)

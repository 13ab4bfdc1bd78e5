"""The door's own pages, for the team of the event's promoter. To everybody else there is no such page."""

import secrets
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import roles
from events.models import Event
from orders import actions, signing
from orders.actions.rights import DOOR, SUPERVISORS, may
from orders.forms import ByHand, Scanned
from orders.models import Ticket
from orders.pages import door as pages
from orders.papers import camera

from .private import View, private

SOON = timedelta(days=31)
FRAME = 1_500_000  # bytes


def guarded(view: View) -> View:
    """Show it to who works at a door, camera allowed; it is nobody else's to know of."""

    @private
    @login_required
    def walled(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Permissions-Policy"] = "camera=(self), geolocation=(), microphone=(), payment=(), usb=()"
        return response

    return walled


def _event(request: HttpRequest, slug: str) -> Event:
    found = get_object_or_404(Event.objects.select_related("promoter"), slug=slug, published_at__isnull=False)
    if not may(DOOR, found, request.user):  # type: ignore[arg-type]  # `login_required` let in nobody anonymous
        raise Http404
    return found


@require_safe
@guarded
def doors(request: HttpRequest) -> HttpResponse:
    """List the events at whose doors this person works, the next one first."""
    now = timezone.now()
    found = Event.objects.shown().filter(ends_at__gt=now - timedelta(days=1), starts_at__lt=now + SOON)
    if not roles.is_admin(request.user):
        found = found.filter(promoter__in=[team.pk for team in roles.promoters_of(request.user, *DOOR)])
    return render(request, "orders/doors.html", {"events": found.order_by("starts_at")[:50]})


@require_safe
@guarded
def door(request: HttpRequest, slug: str) -> HttpResponse:
    return _page(request, _event(request, slug), request.GET.get("gate", ""))


@require_safe
@guarded
def state(request: HttpRequest, slug: str) -> HttpResponse:
    """The part of the page that changes while others scan."""
    found = _event(request, slug)
    return render(request, "orders/_door_state.html", _state(found, request.GET.get("gate", "")[:40]))


@require_POST
@guarded
def scan(request: HttpRequest, slug: str) -> HttpResponse:
    """Answer to a code, read by the browser, by us from a frame, or typed; what is typed and no code is looked for."""
    found = _event(request, slug)
    form = Scanned(request.POST, request.FILES)
    if not form.is_valid():
        return _refused(request, found, form)
    given = form.cleaned_data
    text = _text(given)
    if given["frame"] and not text:
        return HttpResponse(status=204)
    if given["frame"] and _mark(text) == given["seen"]:
        return JsonResponse({"verdict": "", "seen": given["seen"]})  # the phone is still before the camera
    if not (given["camera"] or given["frame"] or signing.looks_like_ours(text)):
        return _search(request, found, given)
    now = timezone.now()
    checked = actions.check_in(event_id=found.pk, text=text, gate=given["gate"], nonce=given["nonce"], at=now, by=_me(request))
    return _answered(request, found, checked, given["gate"], mark=_mark(text))


@require_POST
@guarded
def admit(request: HttpRequest, slug: str, ticket_id: UUID) -> HttpResponse:
    return _by_hand(request, slug, ticket_id, actions.admit)


@require_POST
@guarded
def undo(request: HttpRequest, slug: str, ticket_id: UUID) -> HttpResponse:
    return _by_hand(request, slug, ticket_id, actions.undo)


@require_POST
@guarded
def reissue(request: HttpRequest, slug: str, ticket_id: UUID) -> HttpResponse:
    """Issue a ticket again whose code got into other hands, for supervisors."""
    found = _event(request, slug)
    ticket = get_object_or_404(Ticket, pk=ticket_id, event=found)
    actions.reissue(ticket_id=ticket.pk, at=timezone.now(), by=_me(request))
    said = _("Ticket %(code)s is issued again. Its old code opens nothing; the new one goes to its holder by mail.") % {"code": ticket.code}
    return _page(request, found, str(request.POST.get("gate", "")), said=said)


def _by_hand(request: HttpRequest, slug: str, ticket_id: UUID, deed: Any) -> HttpResponse:
    found = _event(request, slug)
    ticket = get_object_or_404(Ticket, pk=ticket_id, event=found)
    form = ByHand(request.POST)
    if not form.is_valid():
        return _refused(request, found, form)
    checked = deed(ticket_id=ticket.pk, **form.cleaned_data, at=timezone.now(), by=_me(request))
    return _answered(request, found, checked, form.cleaned_data["gate"])


def _answered(request: HttpRequest, event: Event, checked: actions.Checked, gate: str, mark: str = "") -> HttpResponse:
    said = pages.answer(checked, event, timezone.now(), names=_sees_names(request, event))
    if request.accepts("text/html"):
        return _page(request, event, gate, answer=said)
    html = render_to_string("orders/_verdict.html", {"answer": said, "event": event, "gate": gate})
    return JsonResponse({**said.as_json(), "seen": mark, "html": html})


def _search(request: HttpRequest, event: Event, given: dict[str, Any]) -> HttpResponse:
    names = _sees_names(request, event)
    tickets = list(pages.find(event, given["code"], names=names)) if given["code"] else []
    if not request.accepts("text/html"):
        return JsonResponse({"verdict": "search", "found": len(tickets)})
    return _page(request, event, given["gate"], words=given["code"], tickets=tickets)


def _refused(request: HttpRequest, event: Event, form: Any) -> HttpResponse:
    if not request.accepts("text/html"):
        return JsonResponse({"verdict": "", "errors": form.errors}, status=400)
    return _page(request, event, str(request.POST.get("gate", "")), form=form, status=400)


def _page(request: HttpRequest, event: Event, gate: str, *, status: int = 200, **more: Any) -> HttpResponse:
    context = {**_state(event, gate[:40]), "nonce": secrets.token_urlsafe(12), "names": _sees_names(request, event), **more}
    return render(request, "orders/door.html", context, status=status)


def _state(event: Event, gate: str) -> dict[str, Any]:
    return {"event": event, "gate": gate, "count": pages.inside(event), "lines": pages.last(event), "mark": pages.event_mark(event)}


def _text(given: dict[str, Any]) -> str:
    frame = given["frame"]
    if not frame:
        return str(given["code"])
    return camera.read(frame.read()) if frame.size <= FRAME else ""


def _mark(text: str) -> str:
    """Return what a gate sends with the next frame, so that a code still before the camera is not answered twice."""
    return sha256(text.encode()).hexdigest()[:16]


def _sees_names(request: HttpRequest, event: Event) -> bool:
    return may(SUPERVISORS, event, _me(request))


def _me(request: HttpRequest) -> Any:
    return request.user

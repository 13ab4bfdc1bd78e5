"""The list of tickets, and a ticket's page."""

from typing import Any, cast

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

import orders.actions
from accounts.models import User
from orders.models import Order, Ticket
from orders.names import read_reference
from payments import actions
from ticketing import words
from ticketing.buttons import button
from ticketing.history import HistoryEntry

from .base import Ledger
from .filters import OfEvent, TicketState
from .orders import CancelForm

MARKS = {"valid": "ok", "used": "seen", "cancelled": "bad"}


@admin.register(Ticket)
class TicketAdmin(Ledger):
    promoter_path = "event__promoter"
    exported = ("tickets", "attendees")
    change_form_template = "admin/ticket.html"
    list_display = ("code", "holder", "event", "tier", "state", "used_at")
    list_filter = (TicketState, OfEvent)
    search_fields = ("code",)
    searched_by = _("Name, e-mail, ticket code, or the order's reference.")
    ordering = ("-order_id", "-code")  # the newest orders first, by an index

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("event__promoter", "tier", "order")

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        typed = search_term.strip()
        if not typed:
            return queryset, False
        if reference := read_reference(typed):
            exact = typed.upper() if typed.upper().startswith("TIX-") else ""
            return queryset.filter(Q(code=exact) if exact else Q(order__reference=reference)), False
        if "@" in typed:
            bought = Ticket.objects.filter(order__in=Order.objects.of_address(typed)).values("pk")
            return queryset.filter(pk__in=Ticket.objects.held_by(typed).values("pk").union(bought)), False
        return queryset.filter(Q(holder_name__icontains=typed) | Q(order__buyer_name__icontains=typed)), False

    @admin.display(description=_("holder"))
    def holder(self, ticket: Ticket) -> Any:
        return format_html("{}<br><span class='quiet'>{}</span>", ticket.holder_name or "–", ticket.holder_email)

    @admin.display(description=_("status"), ordering="status")
    def state(self, ticket: Ticket) -> Any:
        return format_html('<span class="status {}">{}</span>', MARKS[ticket.status], ticket.get_status_display())

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        ticket = context["original"]
        lines = HistoryEntry.objects.filter(subject_id=ticket.pk).order_by("at", "id")
        context |= {"ticket": ticket, "mark": self.state(ticket), "lines": words.told(lines, request)}
        return super().render_change_form(request, context, *args, **kwargs)

    @button(
        _("Issue it again"),
        says=_("The code and the link of before open nothing any more. Whoever has the seat gets a letter with the new link."),
        fits=lambda ticket: ticket.status == "valid",
        permission="run",
    )
    def reissue(self, request: HttpRequest, ticket: Ticket) -> None:
        orders.actions.reissue(ticket_id=ticket.pk, by=cast(User, request.user), at=timezone.now())

    @button(
        _("Cancel this seat"),
        form=CancelForm,
        says=_("This cannot be undone. The buyer reads your reason, and the price of this seat comes back."),
        fits=lambda ticket: ticket.status != "cancelled",
        permission="run",
        danger=True,
    )
    def annul(self, request: HttpRequest, ticket: Ticket, *, reason: str, used_too: bool) -> None:
        by = cast(User, request.user)
        actions.annul_seat(ticket_id=ticket.pk, reason=reason, used_too=used_too, by=by, at=timezone.now())

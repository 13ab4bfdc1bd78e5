"""The list of orders, and an order's page: where it stands, what can be done, and what happened."""

from collections.abc import Iterator
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

import orders.actions
from accounts.models import User
from orders.forms import Move as EmailForm
from orders.models import LIVE, Order, Ticket
from orders.models.order import HOLDING
from orders.names import read_reference
from payments import actions
from payments.models import Payment
from payments.owed import refunded
from payments.pages.panel import usdt
from ticketing import history, undelivered, words
from ticketing.buttons import Reason, button
from ticketing.history import HistoryEntry
from ticketing.mail import EmailMessage
from ticketing.money import written

from . import giving
from .base import Ledger
from .filters import Money, OfEvent, OrderState, WayOfOrder

MARKS = {"pending": "wait", "confirming": "seen", "paid": "ok", "expired": "", "cancelled": "bad"}
TOLD = 100
ADDRESS = 42  # characters; a transaction has more
# What a state means, and what to do next (P-15): by the order's status, and before that by its money.
MEANS = {
    "pending": _("Places are held until the time below. If the money came to you, mark it paid; then the tickets go out by mail."),
    "confirming": _(
        "Money was seen and is not yet certain. There is nothing to do. If it stays so for hours, and you see the money yourself, mark it "
        "paid."
    ),
    "paid": _("Its tickets open the door. Cancel it, or one seat of it, and the buyer is told what comes back."),
    "expired": _(
        "Nobody paid in time, and the places went back. If the money came after all, mark it paid: places are taken anew, if there are any."
    ),
    "cancelled": _("Its tickets open nothing, and its places went back."),
    ("pending", "partial"): _(
        "A part of the money has come. The places are held until the time below, and the buyer knows what is missing."
    ),
    ("paid", "review"): _(
        "Its payment fell out of the network, which mostly mends that within minutes. Until then its tickets open no door, and the buyer "
        "knows. If it does not come back, write the loss off and let the buyer in, or cancel the order."
    ),
    ("expired", "review"): _(
        "Money came, and the places had gone back. Mark it paid, and places are taken anew, if there are any; or ask the buyer where to "
        "send the money."
    ),
    ("cancelled", "review"): _(
        "Money came for it, and it has no tickets. Ask the buyer where to send the money; or mark it paid, and places are taken anew, if "
        "there are any."
    ),
    ("cancelled", "refunding"): _("Its tickets open nothing, and its places went back. The buyer waits for the money."),
}
# Who watches the chain, need not ask anybody whether it was paid.
WATCHED = _("Places are held until the time below. What comes in USDT is seen by itself, and then the tickets go out by mail.")


def means(order: Order) -> Any:
    if (order.status, order.payment.state, order.payment.provider) == ("pending", "awaiting", "usdt"):
        return WATCHED
    return MEANS.get((order.status, order.payment.state)) or MEANS[order.status]


def mark(order: Order) -> Any:
    return format_html('<span class="status {}">{}</span>', MARKS[order.status], Order.Status(order.status).label)


def by_hand(payment: Payment) -> Any:
    return format_html('<span class="status wait">{}</span>', _("by hand")) if payment.by_hand else ""


class NoteForm(forms.Form):
    text = forms.CharField(
        label=_("Note"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}), help_text=_("Your team reads it, the buyer does not.")
    )


class HandForm(forms.Form):
    reason = forms.CharField(
        label=_("How do you know?"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For example: seen on the account on 3 March. Reports show it."),
    )


class CancelForm(Reason):
    used_too = forms.BooleanField(label=_("Cancel tickets that were used at the door, too"), required=False)


@admin.register(Order)
class OrderAdmin(Ledger):
    promoter_path = "event__promoter"
    exported = ("orders",)
    change_form_template = "admin/order.html"
    list_display = ("named", "state", "buyer", "places", "sum", "reserved_at")
    list_filter = (OrderState, Money, WayOfOrder, OfEvent)
    search_fields = ("reference",)
    searched_by = _("Name, e-mail, reference, ticket code, transaction, address, or number in an older system.")
    ordering = ("-pk",)

    # --- the list -----------------------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("event__promoter", "payment").prefetch_related("items")

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        return matching(queryset, search_term.strip()), False

    @admin.display(description=_("reference"), ordering="reference")
    def named(self, order: Order) -> Any:
        return format_html("{}<br><span class='quiet'>{}</span>", order.reference, order.event)

    @admin.display(description=_("buyer"))
    def buyer(self, order: Order) -> Any:
        return format_html("{}<br><span class='quiet'>{}</span>", order.buyer_name, order.buyer_email)

    @admin.display(description=_("tickets"))
    def places(self, order: Order) -> str:
        kept = sum(item.kept for item in order.items.all())
        return str(kept) if kept == order.quantity else gettext("%(kept)s of %(bought)s") % {"kept": kept, "bought": order.quantity}

    @admin.display(description=_("total"), ordering="total")
    def sum(self, order: Order) -> str:
        return written(order.total, order.currency)

    @admin.display(description=_("status"), ordering="status")
    def state(self, order: Order) -> Any:
        payment = order.payment
        return format_html("{} {}<br><span class='quiet'>{}</span>", mark(order), by_hand(payment), payment.get_provider_display())

    # --- the page -----------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        route = path("give/", self.admin_site.admin_view(self.give), name="orders_order_give")
        return [route, *super().get_urls()]

    def give(self, request: HttpRequest) -> HttpResponse:
        return giving.page(self, request)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        may_give = self.has_run_permission(request)
        return super().changelist_view(request, {"may_give": may_give, **(extra_context or {})})

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        order = context["original"]
        payment, tickets = order.payment, list(order.tickets.select_related("tier").order_by("code"))
        subjects = [order.pk, payment.pk, *(ticket.pk for ticket in tickets)]
        lines = HistoryEntry.objects.filter(subject_id__in=subjects).order_by("at", "id")[:TOLD]
        context |= {
            "order": order,
            "payment": payment,
            "mark": mark(order),
            "means": means(order),
            "by_hand": by_hand(payment),
            "moments": " ".join(_moments(order)),
            "items": [_line(order, item) for item in order.items.select_related("tier").order_by("tier__position")],
            "sums": [(label, written(amount, order.currency)) for label, amount in _sums(order) if amount],
            "total": written(order.total, order.currency),
            "goes_back": written(back, order.currency) if (back := refunded(payment)) else "",
            "usdt": usdt(payment, order, timezone.now()),
            "tickets": tickets,
            "concerns": order.concerns.select_related("answered_by").order_by("asked_at"),
            "notes": order.notes.select_related("author").order_by("created_at"),
            "letters": _letters(subjects),
            "lines": words.told(lines, request),
        }
        return super().render_change_form(request, context, *args, **kwargs)

    # --- deeds --------------------------------------------------------------------------------------------

    @button(
        _("Mark paid"),
        form=HandForm,
        says=_("The places are sold and the tickets go out by mail. Every report shows that you vouched for it."),
        fits=lambda order: order.payment.can_settle and order.status != "paid",
        permission="money",
    )
    def mark_paid(self, request: HttpRequest, order: Order, *, reason: str) -> None:
        actions.settle_by_hand(order_id=order.pk, reason=reason, **_by(request))

    @button(
        _("Write the loss off"),
        form=Reason,
        says=_(
            "The tickets open the door again, and the buyer is told. If the money does not come back, the loss is yours. Every report "
            "shows that you vouched for it."
        ),
        fits=lambda order: order.payment.can_settle and order.status == "paid",
        permission="money",
    )
    def write_off(self, request: HttpRequest, order: Order, *, reason: str) -> None:
        actions.settle_by_hand(order_id=order.pk, reason=reason, **_by(request))

    @button(_("Hold longer"), fits=lambda order: order.status == "pending", permission="run")
    def extend(self, request: HttpRequest, order: Order) -> None:
        actions.extend(order_id=order.pk, at=timezone.now(), by=history.by_user(request.user.pk))

    @button(_("Send the letter again"), fits=lambda order: order.status in (*HOLDING, "paid"), permission="view")
    def resend(self, request: HttpRequest, order: Order) -> None:
        orders.actions.resend(order_id=order.pk, at=timezone.now(), by=history.by_user(request.user.pk), for_team=True)

    @button(
        _("Change the e-mail"),
        form=EmailForm,
        says=_(
            "The order's link changes, and the new address gets its letter. The old address is told. Do this only for somebody who can "
            "name the order or its tickets."
        ),
        fits=lambda order: order.status in LIVE,
        permission="run",
    )
    def move(self, request: HttpRequest, order: Order, *, email: str) -> None:
        by = history.by_user(request.user.pk)
        orders.actions.move_email(order_id=order.pk, email=email, at=timezone.now(), by=by, for_team=True)

    @button(_("Add a note"), form=NoteForm, permission="view")
    def note(self, request: HttpRequest, order: Order, *, text: str) -> None:
        actions.add_note(order_id=order.pk, text=text, **_by(request))

    @button(
        _("Cancel the order"),
        form=CancelForm,
        says=_("This cannot be undone. The buyer reads your reason, and everything that was paid comes back."),
        fits=lambda order: order.status in {"pending", "confirming", "paid"},
        permission="run",
        danger=True,
    )
    def annul(self, request: HttpRequest, order: Order, *, reason: str, used_too: bool) -> None:
        actions.annul(order_id=order.pk, reason=reason, used_too=used_too, **_by(request))


def matching(rows: Any, typed: str) -> Any:
    """Return the orders that somebody looks for by any of the names that an order has."""
    if not typed:
        return rows
    if reference := read_reference(typed):
        return rows.filter(reference=reference)
    if typed[:2].lower() == "0x":
        name = "address__address" if len(typed) == ADDRESS else "address__transfers__tx_hash"  # each has an index
        return rows.filter(pk__in=Payment.objects.filter(**{name: typed.lower()}).values("order"))
    if "@" in typed:
        # Two questions, each with its index; as one with "or" they would look at every order.
        held = Ticket.objects.held_by(typed).values("order")
        return rows.filter(pk__in=Order.objects.of_address(typed).values("pk").union(held))
    return rows.filter(buyer_name__icontains=typed) | rows.filter(legacy_reference=typed) | rows.filter(reference__startswith=typed.upper())


def _moments(order: Order) -> Iterator[str]:
    """Say when what was, by the clocks of the reader."""
    held_until = order.expires_at if order.status in HOLDING else None
    for said, at in (
        (gettext("Ordered %(at)s, %(how)s."), order.reserved_at),
        (gettext("Held until %(at)s."), held_until),
        (gettext("Paid %(at)s."), order.paid_at),
        (gettext("Cancelled %(at)s."), order.cancelled_at),
    ):
        if at:
            yield said % {"at": date_format(localtime(at), "SHORT_DATETIME_FORMAT"), "how": order.get_auth_method_display()}


def _line(order: Order, item: Any) -> tuple[str, str, str]:
    came_back = ngettext("%(count)s given back", "%(count)s given back", item.returned) % {"count": item.returned} if item.returned else ""
    return f"{item.quantity} × {item.tier}", came_back, written(item.unit_price * item.quantity, order.currency)


def _sums(order: Order) -> list[tuple[Any, Any]]:
    return [
        (_("Discount, taken off above"), order.discount),
        (_("Service fee"), order.service_fee),
        (_("Tax"), order.tax),
    ]


def _letters(subjects: list[Any]) -> list[tuple[str, Any, EmailMessage]]:
    found = EmailMessage.objects.filter(subject_id__in=subjects).order_by("created_at")
    return [(str(letter), undelivered.why(letter.last_error), letter) for letter in found[:TOLD]]


def _by(request: HttpRequest) -> dict[str, Any]:
    return {"by": cast(User, request.user), "at": timezone.now()}

"""The list of payments; what is done with one, is done on its order's page."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from payments.models import Payment
from ticketing.money import written

from .base import Ledger
from .filters import EventOfOrder, MoneyOfPayment, Way
from .orders import by_hand, matching

SHORT = 80  # of a reason, in the list; its page has all of it
MARKS = {"awaiting": "wait", "partial": "wait", "confirming": "seen", "settled": "ok", "review": "bad", "refunding": "wait", "refunded": ""}


@admin.register(Payment)
class PaymentAdmin(Ledger):
    promoter_path = "order__event__promoter"
    list_display = ("named", "money", "buyer", "sum", "in_short", "confirmed_at")
    list_filter = (MoneyOfPayment, Way, EventOfOrder)
    search_fields = ("order__reference",)
    searched_by = _("Name, e-mail, reference, ticket code, transaction, address, or number in an older system.")
    ordering = ("-order_id",)  # the newest orders first, by an index
    change_form_template = "admin/object.html"

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("order__event__promoter")

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        from orders.models import Order

        typed = search_term.strip()
        return (queryset.filter(order__in=matching(Order.objects.all(), typed)) if typed else queryset), False

    @admin.display(description=_("order"), ordering="order_id")
    def named(self, payment: Payment) -> Any:
        return format_html("{}<br><span class='quiet'>{}</span>", payment.order, payment.order.event)

    @admin.display(description=_("buyer"))
    def buyer(self, payment: Payment) -> Any:
        return payment.order.buyer_name

    @admin.display(description=_("event"))
    def event(self, payment: Payment) -> Any:
        return payment.order.event.title

    @admin.display(description=_("total"))
    def sum(self, payment: Payment) -> str:
        return written(payment.order.total, payment.order.currency)

    @admin.display(description=_("state"), ordering="state")
    def money(self, payment: Payment) -> Any:
        words = (MARKS[payment.state], payment.get_state_display(), by_hand(payment), payment.get_provider_display())
        return format_html('<span class="status {}">{}</span> {}<br><span class="quiet">{}</span>', *words)

    @admin.display(description=_("settled by hand because"))
    def because(self, payment: Payment) -> str:
        return payment.by_hand_because or "–"

    @admin.display(description=_("by hand because"))
    def in_short(self, payment: Payment) -> str:
        return Truncator(payment.by_hand_because).chars(SHORT) or "–"

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return [(None, {"fields": ("of_order", "buyer", "event", "sum", "money", "because", "confirmed_at")})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("of_order", "buyer", "event", "sum", "money", "because", "confirmed_at")

    @admin.display(description=_("order"))
    def of_order(self, payment: Payment) -> Any:
        return format_html('<a href="{}">{}</a>', reverse("admin:orders_order_change", args=[payment.order_id]), payment.order)

"""What buyers find wrong, those first who wait for an answer, and the answer."""

from typing import Any, cast

from django.contrib import admin
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

import orders.actions
from accounts.models import User
from orders.forms import Answer
from orders.models import Concern, Order
from ticketing.buttons import button

from .base import Ledger
from .filters import EventOfOrder
from .orders import matching


class Answered(admin.SimpleListFilter):
    title, parameter_name = _("answer"), "answered"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [("no", _("waits for an answer")), ("yes", _("answered"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        is_open = {"no": True, "yes": False}.get(self.value() or "")
        return queryset if is_open is None else queryset.filter(answered_at__isnull=is_open)


@admin.register(Concern)
class ConcernAdmin(Ledger):
    promoter_path = "order__event__promoter"
    change_form_template = "admin/concern.html"
    list_display = ("says", "state", "buyer", "asked_at")
    list_filter = (Answered, EventOfOrder)
    search_fields = ("order__reference",)
    searched_by = _("Name, e-mail, reference, ticket code, or number in an older system.")
    ordering = (F("answered_at").desc(nulls_first=True), "asked_at")  # who has waited longest comes first

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("order__event__promoter", "answered_by")

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        typed = search_term.strip()
        return (queryset.filter(order__in=matching(Order.objects.all(), typed)) if typed else queryset), False

    @admin.display(description=_("what is wrong"))
    def says(self, concern: Concern) -> str:
        return Truncator(concern.words).chars(120)

    @admin.display(description=_("answer"))
    def state(self, concern: Concern) -> Any:
        state, word = ("ok", _("answered")) if concern.answered_at else ("wait", _("waits for an answer"))
        return format_html('<span class="status {}">{}</span>', state, word)

    @admin.display(description=_("buyer"))
    def buyer(self, concern: Concern) -> Any:
        order = concern.order
        words = (order.buyer_name, reverse("admin:orders_order_change", args=[order.pk]), order.reference, order.event)
        return format_html('{}<br><a href="{}">{}</a> <span class="quiet">{}</span>', *words)

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        concern = context["original"]
        context |= {"concern": concern, "order": concern.order, "mark": self.state(concern)}
        return super().render_change_form(request, context, *args, **kwargs)

    @button(
        _("Answer"),
        form=Answer,
        says=_("The buyer reads it in a letter and on the page of the order."),
        fits=lambda concern: not concern.answered_at,
        permission="view",
    )
    def reply(self, request: HttpRequest, concern: Concern, *, answer: str) -> None:
        orders.actions.answer_concern(concern_id=concern.pk, answer=answer, by=cast(User, request.user), at=timezone.now())

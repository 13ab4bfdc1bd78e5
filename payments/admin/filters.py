"""By what the lists of orders, tickets and payments are narrowed."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from events.models import Event
from orders.models import Order, Ticket
from orders.models.order import PAYMENT_STATUS
from payments.models import Payment, Provider
from payments.words import PAYMENT_WORDS

EVENTS = 30
WAITING: dict[str, tuple[Any, Callable[[], Any]]] = {
    "to_promoter": (_("to be paid to the promoter"), Payment.objects.to_promoter),
    "without_tickets": (_("money came, and no tickets"), Payment.objects.without_tickets),
    "doubted": (_("paid, and fell out of its network"), Payment.objects.doubted),
    "to_go_back": (_("is to go back"), Payment.objects.to_go_back),
    "over": (_("more than was due"), Payment.objects.over),
}


class Narrowing(admin.SimpleListFilter):
    """One that keeps the rows whose `field` is the chosen value."""

    field = ""

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        known = {str(value) for value, _label in self.lookup_choices}
        return queryset.filter(**{self.field: self.value()}) if self.value() in known else queryset


class OrderState(Narrowing):
    title, parameter_name, field = _("status"), "state", "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return Order.Status.choices


class TicketState(OrderState):
    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return Ticket.Status.choices


class Way(Narrowing):
    title, parameter_name = _("way"), "way"

    @property
    def field(self) -> str:  # type: ignore[override]  # it depends on the path
        return self.path + "provider"

    path = ""

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [*Provider.choices, ("by_hand", _("settled by hand"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "by_hand":
            return queryset.filter(**{self.path + "by_hand": True})
        return super().queryset(request, queryset)


class WayOfOrder(Way):
    path = "payment__"


class Money(admin.SimpleListFilter):
    """By the four words of the source documents, and by what waits for a person."""

    title, parameter_name, path = _("payment"), "payment", "payment__"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [*PAYMENT_WORDS.items(), *((name, label) for name, (label, _which) in WAITING.items())]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if waiting := WAITING.get(self.value() or ""):
            _label, which = waiting
            return queryset.filter(**{self.path + "pk__in": which()})
        states = [state for state, word in PAYMENT_STATUS.items() if word == self.value()]
        return queryset.filter(**{self.path + "state__in": states}) if states else queryset


class MoneyOfPayment(Money):
    path = ""


class OfEvent(admin.SimpleListFilter):
    """By event: those that come next and the latest ones, of this person's promoters; any other by its address."""

    title, parameter_name, path = _("event"), "event", ""

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        shown = model_admin.admin_site._registry[Event].get_queryset(request).exclude(published_at=None)
        chosen = request.GET.get(self.parameter_name, "")
        events = list(shown.order_by("-starts_at").prefetch_related(None)[:EVENTS])
        if chosen and chosen not in {str(event.pk) for event in events}:
            events += _with(shown, chosen)
        return [(str(event.pk), event.title) for event in events]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        known = {str(value) for value, _label in self.lookup_choices}
        return queryset.filter(Q(**{f"{self.path}event": self.value()})) if self.value() in known else queryset


class EventOfOrder(OfEvent):
    path = "order__"


def _with(shown: Any, pk: str) -> list[Event]:
    try:
        return list(shown.filter(pk=pk))
    except (ValidationError, ValueError):
        return []

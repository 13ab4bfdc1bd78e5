"""Discount codes, each of one event."""

from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.forms import CheckboxSelectMultiple
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.scoping import RUNNING, TEAM, Scoped, sees_all
from events import actions
from events.models import DiscountCode, Event, TicketTier
from ticketing.errors import DomainError
from ticketing.typed import Acting, refusals

from .deeds import FINISHED
from .forms import MOMENTS, CodeForm

PLACES: dict[type[DomainError], str] = {actions.WrongAmount: "amount"}


@admin.register(DiscountCode)
class CodeAdmin(Acting, Scoped):
    promoter_path = "event__promoter"
    may = {"view": TEAM, "add": RUNNING, "change": RUNNING}
    form = CodeForm
    formfield_overrides = MOMENTS
    list_display = ("code", "event", "off", "uses", "state")
    list_filter = ("is_active",)
    list_select_related = ("event",)
    search_fields = ("code", "event__title")
    ordering = ("-created_at",)
    show_full_result_count = False
    actions = None
    readonly_fields = ("used",)
    fieldsets = (
        (None, {"fields": (("event", "code"), ("percent", "amount"), "unlocks_hidden", "tiers")}),
        (_("Limits"), {"fields": (("max_uses", "max_uses_per_buyer", "used"), ("starts_at", "ends_at"), "is_active")}),
    )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # orders name it; it is switched off

    @admin.display(description=_("takes off"))
    def off(self, code: DiscountCode) -> Any:
        if code.percent is not None:
            return f"{code.percent.normalize():f} %"
        return f"{code.event.currency} {code.amount}" if code.amount is not None else _("shows hidden tiers")

    @admin.display(description=_("orders"))
    def uses(self, code: DiscountCode) -> str:
        return f"{code.used} / {code.max_uses}" if code.max_uses else str(code.used)

    @admin.display(description=_("state"))
    def state(self, code: DiscountCode) -> Any:
        valid = code.is_valid(timezone.now())
        return format_html('<span class="status {}">{}</span>', "ok" if valid else "", _("valid now") if valid else _("not valid now"))

    def _event(self, request: HttpRequest, object_id: Any = None) -> Event | None:
        """Return the event that the page is about, if it is one of this person's."""
        rows: Any = self.admin_site.get_model_admin(Event).get_queryset(request)
        try:
            if object_id is not None:
                return rows.filter(codes=object_id).first()
            return rows.filter(pk=request.POST.get("event") or request.GET.get("event")).first()
        except (ValidationError, ValueError):
            return None

    def zone(self, request: HttpRequest, object_id: str | None) -> Any:
        event = self._event(request, object_id)
        return event.zone if event else super().zone(request, object_id)

    def get_readonly_fields(self, request: HttpRequest, obj: DiscountCode | None = None) -> Any:
        return ("event", "used") if obj else ("used",)

    def get_autocomplete_fields(self, request: HttpRequest) -> Any:
        return ("event",) if sees_all(request) else ()

    def get_form(self, request: HttpRequest, obj: DiscountCode | None = None, change: bool = False, **options: Any) -> Any:
        form = super().get_form(request, obj, change, **options)
        event = obj.event if obj else self._event(request)
        if "tiers" in form.base_fields:
            tiers = form.base_fields["tiers"]
            tiers.queryset = TicketTier.objects.filter(event=event)
            tiers.widget = CheckboxSelectMultiple(choices=tiers.choices)
            tiers.help_text = _("None chosen: all tiers.") if event else _("Save first; then the tiers of the event are listed here.")
        if "event" in form.base_fields:
            offered = form.base_fields["event"]
            offered.queryset = offered.queryset.exclude(status__in=FINISHED).order_by("-starts_at")
            offered.widget.can_add_related = offered.widget.can_change_related = offered.widget.can_view_related = False
        if "starts_at" in form.base_fields and event:
            form.base_fields["starts_at"].help_text = _("By the clocks of the venue (%(zone)s).") % {"zone": event.timezone}
        return form

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        context |= {"show_save_and_continue": False, "show_save_and_add_another": False}
        return super().render_change_form(request, context, *args, **kwargs)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        by, at = cast(User, request.user), timezone.now()
        typed = form.changes() if change else dict(form.cleaned_data)
        if "tiers" in typed:
            typed["tier_ids"] = tuple(tier.pk for tier in typed.pop("tiers"))
        with refusals(form, PLACES):
            if change:
                actions.update_code(code_id=form.instance.pk, by=by, at=at, **typed)
            else:
                form.instance.pk = actions.add_code(event_id=typed.pop("event").pk, by=by, at=at, **typed).pk

    def response_add(self, request: HttpRequest, obj: DiscountCode, post_url_continue: Any = None) -> HttpResponse:
        return self.response_change(request, obj)

    def response_change(self, request: HttpRequest, obj: DiscountCode) -> HttpResponse:
        messages.success(request, _("Saved."))
        return redirect(reverse("admin:events_discountcode_change", args=[obj.pk]))

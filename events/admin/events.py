"""The page on which an event is planned, put on sale and ended."""

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import roles
from accounts.models import User
from accounts.scoping import RUNNING, TEAM, Scoped, ScopedInline, sees_all
from events import actions
from events.models import Event, TicketTier
from events.pages import look
from events.pages.words import zone_name
from events.readiness import missing
from ticketing.errors import DomainError
from ticketing.typed import Acting, TypedFormSet, refusals

from .deeds import FINISHED, Deeds
from .filters import State, When
from .forms import MOMENTS, EventForm, TierForm

MARKS = {"draft": "", "published": "ok", "sales_closed": "wait", "cancelled": "bad", "archived": "", "deleted": "bad"}
# What a state means, and what to do next (P-15).
MEANS = {
    "draft": _("Only your team sees this event. Publish it, and everybody can find it and buy."),
    "published": _("Everybody can find this event and buy, as long as its tiers are on sale."),
    "sales_closed": _("The page stays where it is and nothing is sold. Reopen the sale whenever you like."),
    "cancelled": _("Everybody who bought is told. The event cannot be changed any more; duplicate it to plan a new one."),
    "archived": _("Put away: it is in no list of the site. Duplicate it to plan a new one."),
    "deleted": _("Nobody sees this event, and nothing of it is lost. Restore it to go on."),
}
BASICS = (
    ("title", "artist"),
    ("starts_at", "ends_at"),
    ("doors_open_at", "timezone"),
    ("venue", "city"),
    "address",
    "description",
    "currency",
)
PAGE_HELP = _("What visitors read on the event's page.")
LIMITS = (
    "capacity",
    ("hold_minutes", "waitlist_offer_hours"),
    "manual_hold_hours",
    "max_per_buyer",
    "comp_limit",
    "one_order_per_buyer",
    "require_account",
)
LIMITS_HELP = _("The tiers below say how many tickets there are. A capacity limits them all together.")
MONEY = (("fee_percent", "fee_fixed", "fee_per"), ("tax_percent", "tax_fixed"), "tax_included")
MONEY_HELP = _("Empty: what is set for the promoter. Only staff of this site set the service fee.")
REFUNDS = ("refund_until_hours", ("refund_percent", "refund_withheld"), "refund_keeps_fee")
REFUNDS_HELP = _("The page says this in words, and each order keeps the rules that it was bought under.")
MORE = ("slug", "age_limit", "access_notes")
FEES = ("fee_percent", "fee_fixed", "fee_per")
PLACES: dict[type[DomainError], str] = {
    actions.InPast: "starts_at",
    actions.SlugTaken: "slug",
    actions.CurrencyFixed: "currency",
    actions.CapacityTooLow: "capacity",
    actions.WrongAmount: "currency",
}
TIER_PLACES: dict[type[DomainError], str] = {actions.QuantityTooLow: "quantity", actions.WrongAmount: "price"}


def mark(event: Event) -> Any:
    state, word = ("deleted", _("deleted")) if event.is_deleted else (event.status, Event.Status(event.status).label)
    return format_html('<span class="status {}">{}</span>', MARKS[state], word)


def means(event: Event) -> Any:
    return MEANS["deleted" if event.is_deleted else event.status]


class TierInline(ScopedInline):
    model = TicketTier
    promoter_path = "event__promoter"
    may = {"view": TEAM, "add": RUNNING, "change": RUNNING, "delete": RUNNING}
    template = "admin/edit_inline/stacked.html"
    form, formset = TierForm, TypedFormSet
    formfield_overrides = MOMENTS
    max_num = 30  # each has some twenty inputs, and a form a thousand at most
    readonly_fields = ("taken",)
    fieldsets = (
        (None, {"fields": (("name", "price", "quantity"), "taken")}),
        (
            _("Sale, limits and order"),
            {
                "classes": ("collapse",),
                "fields": (
                    "description",
                    ("sale_starts_at", "sale_ends_at"),
                    ("min_purchase", "max_purchase", "position"),
                    ("is_active", "hidden"),
                ),
            },
        ),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        basics, more = self.fieldsets
        return (basics, more) if obj else ((None, {"fields": (("name", "price", "quantity"),)}), more)

    def get_formset(self, request: HttpRequest, obj: Any = None, **options: Any) -> Any:
        return super().get_formset(request, obj, absolute_max=2 * self.max_num, **options)

    def get_extra(self, request: HttpRequest, obj: Any = None, **options: Any) -> int:
        return 0 if obj else 1

    @admin.display(description=_("taken"))
    def taken(self, tier: TicketTier) -> str:
        if tier._state.adding:
            return gettext("Nobody has bought yet.")
        figures = {"sold": tier.sold, "held": tier.reserved, "left": tier.available, "waiting": tier.waiting}
        return gettext("%(sold)s sold, %(held)s held, %(left)s left, %(waiting)s waiting") % figures


@admin.register(Event)
class EventAdmin(Deeds, Acting, Scoped):
    promoter_path = "promoter"
    may = {"view": TEAM, "add": RUNNING, "change": RUNNING}
    manager = "all_objects"
    form = EventForm
    formfield_overrides = MOMENTS
    change_form_template = "admin/event.html"
    list_display = ("title", "when", "place", "state", "tickets", "page")
    list_filter = (State, When)
    search_fields = ("title", "artist", "venue", "city")
    ordering = ("-starts_at",)
    list_per_page = 50
    list_select_related = ("promoter",)
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    inlines = (TierInline,)
    actions = None

    # --- the list -----------------------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("promoter").prefetch_related("tiers")

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Search as visitors do, by the same index: without accents, by stems and by how words begin."""
        words = search_term.strip()
        return (queryset.matching(words) if words else queryset), False

    @admin.display(description=_("when"), ordering="starts_at")
    def when(self, event: Event) -> str:
        start = event.starts_at.astimezone(event.zone)
        return f"{date_format(start, gettext('D j M Y, H:i'))} {zone_name(start)}"

    @admin.display(description=_("place"))
    def place(self, event: Event) -> str:
        return ", ".join(filter(None, (event.venue, event.city))) or "–"

    @admin.display(description=_("status"), ordering="status")
    def state(self, event: Event) -> Any:
        return mark(event)

    @admin.display(description=_("tickets"))
    def tickets(self, event: Event) -> Any:
        tiers = event.tiers.all()
        sold, held, quantity = (sum(getattr(tier, name) for tier in tiers) for name in ("sold", "reserved", "quantity"))
        left = quantity - sold - held if event.room is None else min(quantity - sold - held, event.room)
        taken = gettext("%(sold)s sold, %(held)s held,") % {"sold": sold, "held": held}
        rest = gettext("%(left)s left of %(quantity)s") % {"left": left, "quantity": quantity}
        return format_html("{} <span class='quiet'>{}</span>", taken, rest)

    @admin.display(description=_("page"))
    def page(self, event: Event) -> Any:
        if event.is_deleted:
            return "–"
        return format_html('<a href="{}">{}</a>', event.get_absolute_url(), gettext("See") if event.is_shown else gettext("Preview"))

    # --- who may ------------------------------------------------------------------------------------------

    def has_plan_permission(self, request: HttpRequest, event: Event | None = None) -> bool:
        return super().has_change_permission(request, event)

    def has_change_permission(self, request: HttpRequest, obj: Event | None = None) -> bool:
        """Show what is finished to be read. A form that was opened before is answered by the action, in words."""
        over = obj is not None and (obj.is_deleted or obj.status in FINISHED) and request.method != "POST"
        return not over and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # nothing is ever lost: there is a button that hides

    # --- the form -----------------------------------------------------------------------------------------

    def zone(self, request: HttpRequest, object_id: str | None) -> Any:
        """Return the zone that is typed, otherwise the event's: the person types what the clocks there will show."""
        if object_id is not None:
            row = self.get_object(request, object_id)
        else:
            row = None
        event = Event(timezone=request.POST.get("timezone") or (row.timezone if row else Event().timezone))
        try:
            event.clean_fields(exclude={field.name for field in Event._meta.concrete_fields} - {"timezone"})
        except ValidationError:
            return super().zone(request, object_id)
        return event.zone

    def get_fieldsets(self, request: HttpRequest, obj: Event | None = None) -> Any:
        if obj is None:
            return [(None, {"fields": ("promoter", *BASICS)})]
        closed = {"classes": ("collapse",)}
        return [
            (_("On the page"), {"fields": ("promoter", *BASICS), "description": PAGE_HELP}),
            (_("Limits and waiting"), {**closed, "fields": LIMITS, "description": LIMITS_HELP}),
            (_("Fee and tax"), {**closed, "fields": MONEY, "description": MONEY_HELP}),
            (_("Refunds"), {**closed, "fields": REFUNDS, "description": REFUNDS_HELP}),
            (_("More"), {**closed, "fields": MORE}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Event | None = None) -> Any:
        if obj is None:
            return ()
        shown = ("slug",) if obj.is_shown else ()  # people hold links to it
        return ("promoter", *shown, *(() if roles.is_admin(request.user) else FEES))

    def get_autocomplete_fields(self, request: HttpRequest) -> Any:
        return ("promoter",) if sees_all(request) else ()

    def get_formset_kwargs(self, request: HttpRequest, obj: Any, inline: Any, prefix: str) -> Any:
        """Name the first tier of a new event: who sells one kind of ticket only says how many and for how much."""
        named = {"initial": [{"name": gettext("Regular")}]} if obj._state.adding else {}
        return super().get_formset_kwargs(request, obj, inline, prefix) | named

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        field: Any = super().formfield_for_foreignkey(db_field, request, **options)
        if db_field.name == "promoter" and not sees_all(request):
            own = list(self.promoters(request, "add"))
            if len(own) == 1:
                field.initial, field.widget = own[0], forms.HiddenInput()
        return field

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **options)
        if getattr(field, "widget", None) and hasattr(field.widget, "can_add_related"):
            field.widget.can_add_related = field.widget.can_change_related = field.widget.can_view_related = False
        return field

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        by, at = cast(User, request.user), timezone.now()
        with refusals(form, PLACES):
            if change:
                event = actions.update_event(event_id=form.instance.pk, by=by, at=at, **form.changes())
            else:
                facts = {name: value for name, value in form.cleaned_data.items() if name != "promoter"}
                event = actions.create_event(promoter_id=form.cleaned_data["promoter"].pk, by=by, at=at, **facts)
                form.instance.pk = event.pk
        for formset in formsets:
            self._save_tiers(event, formset, form, by=by, at=at)

    def _save_tiers(self, event: Event, formset: Any, on_top: Any, **who: Any) -> None:
        gone = list(formset.deleted_forms)
        for number, form in enumerate(form for form in formset.forms if form not in gone):
            with refusals(form, TIER_PLACES):
                if not form.instance._state.adding:
                    if changes := _terms(form.changes()):
                        actions.update_tier(tier_id=form.instance.pk, **who, **changes)
                elif form.has_changed():
                    terms = _terms(form.cleaned_data)
                    actions.add_tier(event_id=event.pk, **who, **{**terms, "position": terms["position"] or number})
        for form in gone:
            if not form.instance._state.adding:
                with refusals(on_top, {}, about=str(form.instance)):
                    actions.remove_tier(tier_id=form.instance.pk, **who)

    def response_add(self, request: HttpRequest, obj: Event, post_url_continue: Any = None) -> HttpResponse:
        messages.success(request, _("The draft is made. Look through what is listed here, then publish it."))
        return redirect(_page(obj))

    def response_change(self, request: HttpRequest, obj: Event) -> HttpResponse:
        messages.success(request, _("Saved."))
        return redirect(_page(obj))

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        event = context.get("original")
        context |= {"show_save_and_continue": False, "show_save_and_add_another": False}
        if event:
            # The row as it is, not as the form left it.
            event = self.get_queryset(request).get(pk=event.pk)
            asked = event.status == Event.Status.DRAFT and not event.is_deleted
            things = missing(event, event.tiers.all(), at=timezone.now()) if asked else []
            context |= {"event": event, "asks": asked, "things": things, "mark": mark(event), "means": means(event)}
            context |= {"when": self.when(event), "place": self.place(event), "sales": self.tickets(event)}
            context |= {"look": look(event), "picture_waits": event.pictures.waiting().exists()}
            context |= {"may_type": self.has_change_permission(request, event)}
        return super().render_change_form(request, context, *args, **kwargs)

    def get_view_on_site_url(self, obj: Any = None) -> str | None:
        return None if obj is None or obj.is_deleted else super().get_view_on_site_url(obj)


def _terms(typed: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in typed.items() if name not in {"id", "event", "DELETE"}}


def _page(event: Event) -> str:
    return reverse("admin:events_event_change", args=[event.pk])

"""Tickets for guests: paste a list, look at what would happen, give them away."""

from secrets import token_urlsafe
from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models.functions import Lower
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.scoping import sees_all
from events.models import Event, TicketTier
from orders.actions import Wish
from orders.buyers import Buyer
from orders.models import Order
from payments import actions, guests
from ticketing.errors import DomainError

LARGEST = 200_000  # bytes of a list; some thousand lines


class GuestForm(forms.Form):
    tier = forms.ModelChoiceField(TicketTier.objects.none(), label=_("Tier"), empty_label=None)
    people = forms.CharField(
        label=_("Guests"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
        max_length=LARGEST,
        help_text=_("One in a line: name, e-mail, and the number of tickets if it is more than one."),
    )
    file = forms.FileField(label=_("Or a file with such lines"), required=False)
    reason = forms.CharField(label=_("Reason"), max_length=500, help_text=_("Kept as a note at each order; guests do not read it."))
    language = forms.ChoiceField(label=_("Language of the letters"), choices=settings.LANGUAGES)
    form_key = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def clean_file(self) -> str:
        file = self.cleaned_data["file"]
        if file is None:
            return ""
        if file.size > LARGEST:
            raise ValidationError(_("This file is too large for a list of guests."))
        try:
            return str(file.read().decode("utf-8-sig")).replace("\x00", "")
        except UnicodeDecodeError as error:
            raise ValidationError(_("This file is no text. Save it as CSV in UTF-8.")) from error

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["list"] = "\n".join(part for part in (cleaned.get("people", ""), cleaned.get("file", "")) if part.strip())
        if not cleaned["list"] and not self.errors:
            raise ValidationError(_("Paste a list, or choose a file."))
        return cleaned


def page(desk: Any, request: HttpRequest) -> HttpResponse:
    if not desk.has_run_permission(request):
        raise PermissionDenied
    context = {**desk.admin_site.each_context(request), "title": _("Give tickets away"), "opts": desk.opts}
    chosen = request.GET.get("event", "")
    if not chosen:
        return TemplateResponse(
            request, "admin/give_events.html", {**context, "events": _events(desk, request).order_by("starts_at")[:200]}
        )
    try:
        event = _events(desk, request).filter(pk=chosen).first()
    except ValidationError:
        event = None
    if event is None:
        raise Http404
    form = GuestForm(request.POST or None, request.FILES or None, initial={"form_key": token_urlsafe(16), "language": get_language()})
    cast(Any, form.fields["tier"]).queryset = event.tiers.filter(is_active=True).order_by("position", "pk")
    context |= {"event": event, "form": form, "left_in_words": _left(actions.comps_left(event)), "subtitle": event.title}
    status = 200
    if request.method == "POST" and form.is_valid() and "back" not in request.POST:
        found = guests.read(form.cleaned_data["list"], known=_known(event, form.cleaned_data["list"]))
        context |= {"guests": found, "give_in_words": _give(sum(guest.places for guest in found)), "list": form.cleaned_data["list"]}
        status = _tried(request, event, form, found, context)
        if context.get("given"):
            return redirect(f"{reverse('admin:orders_order_changelist')}?event={event.pk}&way=comp")
    return TemplateResponse(request, "admin/give.html", context, status=status)


def _left(left: int) -> str:
    words = ngettext("%(count)s ticket is left to give away at this event.", "%(count)s tickets are left to give away at this event.", left)
    return words % {"count": left}


def _give(places: int) -> str:
    return ngettext("Give %(count)s ticket away", "Give %(count)s tickets away", places) % {"count": places}


def _tried(request: HttpRequest, event: Event, form: GuestForm, found: list[guests.Guest], context: dict[str, Any]) -> int:
    """Give the tickets away, or only see whether it would go; put the outcome into the context and return the answer's status."""
    if any(guest.wrong for guest in found):
        return 200
    words: dict[str, Any] = {"wishes": _wishes(event, form, found), "by": cast(User, request.user), "at": timezone.now()}
    try:
        if "give" not in request.POST:
            actions.try_comps(**words)
            context["fits"] = True
            return 200
        given = actions.give_comps(**words, reason=form.cleaned_data["reason"])
    except DomainError as refusal:
        context["refusal"] = refusal
        return refusal.status
    says = ngettext(
        "%(count)d guest has tickets now, and a letter with them.", "%(count)d guests have tickets now, and a letter with them.", len(given)
    )
    messages.success(request, says % {"count": len(given)})
    context["given"] = True
    return 200


def _wishes(event: Event, form: GuestForm, found: list[guests.Guest]) -> list[Wish]:
    tier, language, key = (form.cleaned_data[name] for name in ("tier", "language", "form_key"))
    return [
        Wish(
            event_id=event.pk,
            lines={tier.pk: guest.places},
            buyer=Buyer(email=guest.email, name=guest.name, language=language),
            form_key=key,
        )
        for guest in found
    ]


def _events(desk: Any, request: HttpRequest) -> Any:
    events = Event.objects.public().filter(ends_at__gt=timezone.now())
    return events if sees_all(request) else events.filter(promoter__in=desk.promoters(request, "run"))


def _known(event: Event, text: str) -> set[str]:
    emails = {guest.email.lower() for guest in guests.read(text) if guest.email}
    paid = Order.objects.filter(event=event, status=Order.Status.PAID).annotate(lower=Lower("buyer_email"))
    return set(paid.filter(lower__in=emails).values_list("lower", flat=True))

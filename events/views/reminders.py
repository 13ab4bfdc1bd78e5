"""Being told when a sale starts, and no more."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from events import actions
from events.forms import Remind
from events.models import Event, Reminder
from ticketing import limits, mail

from .public import event_page

OF_ORIGIN = limits.Limit("reminders-of-origin", tries=20, strict=True)
OF_ADDRESS = limits.Limit("reminders-of-address", tries=5, strict=True)


@require_POST
def remind(request: HttpRequest, slug: str) -> HttpResponse:
    """Note the address. The answer is the same whether it was noted before or not."""
    found = get_object_or_404(Event.objects.shown(), slug=slug)
    limits.check(OF_ORIGIN, limits.origin(request))
    form = Remind(request.POST)
    if not form.is_valid():
        return event_page(request, slug, reminder=form)
    email = form.cleaned_data["email"]
    limits.check(OF_ADDRESS, email)
    actions.ask_reminder(event_id=found.pk, email=email, language=mail.language_here(), at=timezone.now())
    messages.success(request, _("We write to %(email)s when the sale starts.") % {"email": email})
    return redirect(f"{found.get_absolute_url()}#said")  # or the browser would go back to the form, past what was said


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def no_more(request: HttpRequest, secret: str) -> HttpResponse:
    """Ask before anything is deleted: mail programs follow links by themselves."""
    if request.method == "POST":
        actions.stop_reminders(secret=secret)
        return redirect("events:no-more", secret)
    reminder = Reminder.objects.filter(secret=secret).first()
    return render(request, "events/no_more.html", {"reminder": reminder})

"""The account's own page."""

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from . import actions
from .forms import Rename


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    user = request.user
    assert user.is_authenticated
    form = Rename(request.POST or None, initial={"name": user.name})
    if form.is_valid():
        actions.rename(user_id=user.pk, name=form.cleaned_data["name"], at=timezone.now())
        messages.success(request, _("Saved."))
        return redirect("account")
    context = {
        "form": form,
        "factors": list(Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES)),
        "google_offered": bool(settings.GOOGLE_CLIENT_ID),
        "google": SocialAccount.objects.filter(user=user).exists(),
    }
    return render(request, "accounts/account.html", context)

"""The account's own page, and those of promoters and their teams."""

from typing import Any, cast
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ticketing import limits, mail

from . import actions, roles
from .forms import Apply, ChangeRole, Details, Invite, Rename
from .models import MEMBERS, Invitation, Promoter, TeamRole, User

INVITING = limits.Limit("invite", tries=30, strict=True)
RUNNERS = (TeamRole.OWNER, TeamRole.MANAGER)


def _me(request: HttpRequest) -> User:
    return cast(User, request.user)


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def account(request: HttpRequest) -> HttpResponse:
    user = _me(request)
    form = Rename(request.POST or None, initial={"name": user.name})
    if form.is_valid():
        actions.rename(user_id=user.pk, name=form.cleaned_data["name"], at=timezone.now())
        messages.success(request, _("Saved."))
        return redirect("account")
    context = {
        "form": form,
        "has_desk": roles.is_staff_member(user) or bool(roles.promoters_of(user, *RUNNERS, TeamRole.FINANCE)),
        "has_doors": bool(roles.promoters_of(user, *RUNNERS, TeamRole.GATE)),
        "factors": list(Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES)),
        "google_offered": bool(settings.GOOGLE_CLIENT_ID),
        "google": SocialAccount.objects.filter(user=user).exists(),
    }
    return render(request, "accounts/account.html", context)


def promoter_for(request: HttpRequest, promoter_id: UUID) -> Any:
    """Return the promoter, with this visitor's `role` in it. Others' promoters are not there at all."""
    return get_object_or_404(Promoter.objects.of(_me(request)).select_related("owner"), pk=promoter_id)


@require_safe
@never_cache
@login_required
def promoters(request: HttpRequest) -> HttpResponse:
    mine = list(Promoter.objects.of(_me(request)))
    invitations = list(Invitation.objects.for_person(_me(request), timezone.now()).select_related("promoter").order_by("created_at"))
    if len(mine) == 1 and not invitations:
        return redirect("accounts:promoter", mine[0].pk)
    return render(request, "accounts/promoters.html", {"promoters": mine, "invitations": invitations})


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def apply(request: HttpRequest) -> HttpResponse:
    user = _me(request)
    mine = Promoter.objects.filter(owner=user).first()
    if mine and not mine.refused_at:
        return redirect("accounts:promoter", mine.pk)
    known = {name: getattr(mine, name) for name in Apply.base_fields} if mine else {"contact_email": user.email}
    form = Apply(request.POST or None, initial=known)
    if form.is_valid():
        made = actions.apply(by=user, at=timezone.now(), language=mail.language_here(), **form.cleaned_data)
        messages.success(request, _("Thank you. We have your application and answer by mail."))
        return redirect("accounts:promoter", made.pk)
    return render(request, "accounts/apply.html", {"form": form, "refused": mine})


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def promoter(request: HttpRequest, promoter_id: UUID) -> HttpResponse:
    """Show the team; a POST invites somebody into it."""
    team = promoter_for(request, promoter_id)
    form = Invite(request.POST or None, roles=_handled_by(team.role))
    if form.is_valid():
        limits.check(INVITING, str(_me(request).pk))
        try:
            actions.invite_member(
                promoter_id=team.pk, by=_me(request), at=timezone.now(), language=mail.language_here(), **form.cleaned_data
            )
        except actions.AlreadyInvited as refusal:
            form.add_error("email", str(refusal))
        else:
            messages.success(request, _("The invitation to %(email)s is on its way.") % form.cleaned_data)
            return redirect("accounts:promoter", team.pk)
    return render(request, "accounts/promoter.html", {"promoter": team, "form": form, **_team(team)})


def _handled_by(role: str) -> tuple[TeamRole, ...]:
    return MEMBERS if role == TeamRole.OWNER else MEMBERS[1:]


def _team(team: Any) -> dict[str, Any]:
    """Return what those who run the team see of it; the others see only themselves."""
    runs = team.role in RUNNERS and team.is_approved
    if not runs:
        return {"runs": False, "meaning": TeamRole(team.role).meaning}
    handled = _handled_by(team.role)
    return {
        "runs": True,
        "members": list(team.members.select_related("user").order_by("created_at")),
        "invitations": list(team.invitations.open().order_by("created_at")),
        "choices": [(role.value, role.label) for role in handled],
        "handled": [role.value for role in handled],
        "owns": team.role == TeamRole.OWNER,
        "now": timezone.now(),
    }


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def details(request: HttpRequest, promoter_id: UUID) -> HttpResponse:
    """Let the owner and the managers write what buyers read of their promoter."""
    team = promoter_for(request, promoter_id)
    if team.role not in RUNNERS or not team.is_approved:
        raise PermissionDenied
    form = Details(request.POST or None, initial={name: getattr(team, name) for name in Details.base_fields})
    if form.is_valid():
        actions.change_details(promoter_id=team.pk, by=_me(request), at=timezone.now(), **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("accounts:promoter", team.pk)
    return render(request, "accounts/details.html", {"promoter": team, "form": form})


@require_POST
@login_required
def change_role(request: HttpRequest, promoter_id: UUID, member_id: UUID) -> HttpResponse:
    team = promoter_for(request, promoter_id)
    form = ChangeRole(request.POST)
    if form.is_valid():
        actions.change_member_role(
            promoter_id=team.pk, member_id=member_id, role=form.cleaned_data["role"], by=_me(request), at=timezone.now()
        )
        messages.success(request, _("The role is changed."))
    return redirect("accounts:promoter", team.pk)


@require_POST
@login_required
def remove_member(request: HttpRequest, promoter_id: UUID, member_id: UUID) -> HttpResponse:
    team = promoter_for(request, promoter_id)
    actions.remove_member(promoter_id=team.pk, member_id=member_id, by=_me(request), at=timezone.now())
    messages.success(request, _("Removed from the team."))
    return redirect("accounts:promoter", team.pk)


@require_POST
@login_required
def offer_ownership(request: HttpRequest, promoter_id: UUID, member_id: UUID) -> HttpResponse:
    team = promoter_for(request, promoter_id)
    actions.offer_ownership(promoter_id=team.pk, member_id=member_id, by=_me(request), at=timezone.now())
    messages.success(request, _("The offer is on its way. You stay the owner until it is accepted."))
    return redirect("accounts:promoter", team.pk)


@require_POST
@login_required
def withdraw_invitation(request: HttpRequest, promoter_id: UUID, invitation_id: UUID) -> HttpResponse:
    team = promoter_for(request, promoter_id)
    asked = get_object_or_404(team.invitations, pk=invitation_id)
    actions.withdraw_invitation(invitation_id=asked.pk, by=_me(request), at=timezone.now())
    messages.success(request, _("The invitation is withdrawn."))
    return redirect("accounts:promoter", team.pk)


@require_POST
@login_required
def leave(request: HttpRequest, promoter_id: UUID) -> HttpResponse:
    team = promoter_for(request, promoter_id)
    actions.leave(promoter_id=team.pk, by=_me(request), at=timezone.now())
    messages.success(request, _("You have left %(name)s.") % {"name": team.name})
    return redirect("accounts:promoters")


@require_http_methods(["GET", "POST"])
@never_cache
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """Show what is offered to whoever holds the link; accepting needs somebody signed in."""
    asked = get_object_or_404(Invitation.objects.by_secret(secret).select_related("promoter"), promoter__refused_at=None)
    if request.method == "POST" and not request.user.is_authenticated:
        return redirect_to_login(request.path)
    if request.method == "POST":
        joined = actions.accept_invitation(invitation_id=asked.pk, by=_me(request), at=timezone.now())
        messages.success(request, _("Welcome to %(name)s.") % {"name": joined.name})
        return redirect("accounts:promoter", joined.pk)
    is_open = asked.is_open(timezone.now())
    context = {"invitation": asked, "is_open": is_open, "login_url": settings.LOGIN_URL}
    return render(request, "accounts/invitation.html", context, status=200 if is_open else 410)

"""What staff see of people. Deeds are actions with a reason; times, states and money are read, not typed.

The admin has no sign-in of its own: one door, with its limits and its second factor, is enough.
"""

from typing import Any, cast

from allauth.account.decorators import secure_admin_login
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ticketing.admin import ReadOnly
from ticketing.errors import DomainError

from . import actions, roles
from .models import Invitation, Promoter, PromoterMember, User

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]


class WithReason(ActionForm):
    reason = forms.CharField(label=_("Reason"), required=False, max_length=500)


@admin.register(User)
class UserAdmin(ReadOnly):
    list_display = ("email", "name", "role", "is_active", "last_login", "created_at")
    list_filter = ("groups", "is_active", "is_staff")
    search_fields = ("email", "name", "username")
    fields = ("email", "name", "username", "role", "is_active", "last_login", "created_at")
    readonly_fields = ("role",)
    ordering = ("-created_at",)
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description=_("role"))
    def role(self, user: User) -> str:
        user.group_names = frozenset(group.name for group in user.groups.all())  # already fetched, for all rows at once
        return roles.role_of(user)


class MemberInline(admin.TabularInline):
    model = PromoterMember
    fields = readonly_fields = ("user", "role", "created_at")
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Promoter)
class PromoterAdmin(admin.ModelAdmin):
    list_display = ("name", "owner", "state", "applied_at", "approved_at", "refused_at")
    list_filter = (("approved_at", admin.EmptyFieldListFilter), ("refused_at", admin.EmptyFieldListFilter))
    list_select_related = ("owner",)
    search_fields = ("name", "contact_email", "owner__email")
    ordering = ("-applied_at",)
    fields = (
        ("name", "owner", "state"),
        "about",
        ("contact_email", "contact_phone"),
        ("payment_text", "terms"),
        ("fee_percent", "fee_fixed", "tax_percent"),
        ("applied_at", "approved_at", "refused_at", "refused_because"),
    )
    readonly_fields = (
        "owner",
        "state",
        "fee_percent",
        "fee_fixed",
        "tax_percent",
        "applied_at",
        "approved_at",
        "refused_at",
        "refused_because",
    )
    inlines = (MemberInline,)
    actions = ("approve", "refuse")
    action_form = WithReason

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # somebody applies, or staff invite

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("state"))
    def state(self, promoter: Promoter) -> Any:
        return _("approved") if promoter.is_approved else _("waiting") if promoter.is_waiting else _("refused")

    @admin.action(description=_("Approve"), permissions=["change"])
    def approve(self, request: HttpRequest, promoters: QuerySet[Promoter]) -> None:
        self._each(request, promoters, actions.approve)

    @admin.action(description=_("Refuse, or take the approval back (with the reason)"), permissions=["change"])
    def refuse(self, request: HttpRequest, promoters: QuerySet[Promoter]) -> None:
        self._each(request, promoters, actions.refuse, reason=request.POST.get("reason", "")[:500])

    def _each(self, request: HttpRequest, promoters: QuerySet[Promoter], deed: Any, **words: Any) -> None:
        for promoter in promoters.order_by("pk"):
            try:
                deed(promoter_id=promoter.pk, by=request.user, at=timezone.now(), **words)
            except DomainError as refusal:
                self.message_user(request, f"{promoter}: {refusal}", messages.ERROR)
            else:
                self.message_user(request, f"{promoter}: {self.state(Promoter.objects.get(pk=promoter.pk))}", messages.SUCCESS)


class InvitePromoter(forms.ModelForm):
    name = forms.CharField(label=_("Name of the promoter"), max_length=120)

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


@admin.register(Invitation)
class InvitationAdmin(admin.ModelAdmin):
    """Adding one invites a new promoter; teams invite their own helpers."""

    form = InvitePromoter
    list_display = ("email", "role", "promoter", "name", "created_at", "expires_at", "accepted_at", "withdrawn_at")
    list_filter = ("role", ("accepted_at", admin.EmptyFieldListFilter), ("withdrawn_at", admin.EmptyFieldListFilter))
    list_select_related = ("promoter",)
    search_fields = ("email", "name", "promoter__name")
    ordering = ("-created_at",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.list_display if obj else ("email", "name")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Invitation, form: Any, change: bool) -> None:
        by, language = cast(User, request.user), get_language() or "en"
        obj.pk = actions.invite_promoter(email=obj.email, name=obj.name, language=language, by=by, at=timezone.now()).pk

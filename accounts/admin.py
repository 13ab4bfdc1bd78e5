"""What staff and promoters' people see of people. Deeds are buttons; times, states and money are read, not typed."""

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from ticketing import identity, mail
from ticketing.buttons import Reason, button
from ticketing.desk import Admin, ReadOnly
from ticketing.identity import FIGURES, SiteIdentity

from . import actions, roles
from .admin_filters import Answer, Deleted, State
from .models import Invitation, Promoter, PromoterMember, TeamRole, User
from .scoping import TEAM, Scoped, ScopedInline, sees_all
from .words import SAID


class WhyDisabled(forms.Form):
    reason = forms.ChoiceField(label=_("Reason"), choices=[(code, SAID[code]) for code in actions.REASONS])


class StaffRole(forms.Form):
    role = forms.ChoiceField(label=_("role"), choices=[(name, SAID[name]) for name in (*roles.STAFF, roles.NOBODY)])


@admin.register(User)
class UserAdmin(ReadOnly):
    list_display = ("email", "name", "role", "is_active", "last_login", "made")
    list_filter = ("groups", "is_active", "is_staff", Deleted)
    search_fields = ("email", "name", "username")
    fields = ("email", "name", "username", "role", "is_active", "deleted_at", "last_login", "made")
    readonly_fields = ("role",)
    ordering = ("-created_at",)
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description=_("role"))
    def role(self, user: User) -> Any:
        user.group_names = frozenset(group.name for group in user.groups.all())  # already fetched, for all rows at once
        return SAID.get(roles.role_of(user), roles.role_of(user))

    def has_disable_permission(self, request: HttpRequest, user: Any = None) -> bool:
        return roles.is_admin(request.user) and user != request.user

    def has_grant_permission(self, request: HttpRequest, user: Any = None) -> bool:
        return roles.role_of(cast(User, request.user)) == roles.SUPERADMIN

    @button(_("Give a role"), form=StaffRole, permission="grant", says=_("This one role replaces the one the person has."))
    def grant_role(self, request: HttpRequest, user: User, *, role: str) -> None:
        by = cast(User, request.user)
        actions.grant_role(user_id=user.pk, role=role, by=by, at=timezone.now(), language=mail.language_here())

    @button(
        _("Close the account"),
        form=WhyDisabled,
        says=_("The person is signed out everywhere and cannot sign in. Tickets stay valid. You can open the account again."),
        fits=lambda user: user.is_active,
        permission="disable",
        danger=True,
    )
    def disable(self, request: HttpRequest, user: User, *, reason: str) -> None:
        by = cast(User, request.user)
        actions.disable(user_id=user.pk, reason=reason, by=by, at=timezone.now(), language=mail.language_here())

    @button(_("Open the account again"), fits=lambda user: not user.is_active and not user.deleted_at, permission="disable")
    def enable(self, request: HttpRequest, user: User) -> None:
        actions.enable(user_id=user.pk, by=cast(User, request.user), at=timezone.now(), language=mail.language_here())

    @button(
        _("Delete the account"),
        says=_("The person is signed out everywhere and cannot sign in. Tickets stay valid. You can restore the account."),
        fits=lambda user: not user.deleted_at,
        permission="disable",
        danger=True,
    )
    def remove(self, request: HttpRequest, user: User) -> None:
        actions.delete_user(user_id=user.pk, by=cast(User, request.user), at=timezone.now(), language=mail.language_here())

    @button(_("Restore the account"), fits=lambda user: bool(user.deleted_at), permission="disable")
    def restore(self, request: HttpRequest, user: User) -> None:
        actions.restore_user(user_id=user.pk, by=cast(User, request.user), at=timezone.now(), language=mail.language_here())


class MemberInline(ScopedInline):
    model = PromoterMember
    promoter_path = "promoter"
    fields = readonly_fields = ("user", "role", "made")
    can_delete = False

    @admin.display(description=_("made at"))
    def made(self, member: PromoterMember) -> Any:
        return member.created_at

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("user")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class Fees(forms.ModelForm):
    class Meta:
        model = Promoter
        fields = FIGURES


class SiteFees(forms.ModelForm):
    class Meta:
        model = SiteIdentity
        fields = FIGURES


@admin.register(SiteIdentity)
class SiteIdentityAdmin(Admin):
    """One row, made at the first visit and never removed."""

    readonly_fields = FIGURES

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not SiteIdentity.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_price_permission(self, request: HttpRequest, site: Any = None) -> bool:
        return roles.is_admin(request.user)

    def save_model(self, request: HttpRequest, obj: SiteIdentity, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        identity.forget()

    @button(
        _("Set fees and tax"),
        form=SiteFees,
        says=_("They hold for every event that has no figures of its own, and whose promoter has none. Orders stay as they are."),
        permission="price",
    )
    def set_fees(self, request: HttpRequest, site: SiteIdentity, **figures: Any) -> None:
        actions.set_site_fees(by=cast(User, request.user), at=timezone.now(), **figures)
        identity.forget()


@admin.register(Promoter)
class PromoterAdmin(Scoped):
    promoter_path = "pk"
    may = {"view": TEAM, "change": (TeamRole.OWNER,)}
    list_display = ("name", "owner", "state", "applied_at")
    list_filter = (State,)
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

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # somebody applies, or staff invite

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Promoter]:
        return Promoter.all_objects.order_by(*self.ordering) if sees_all(request) else super().get_queryset(request)

    def has_remove_permission(self, request: HttpRequest, promoter: Any = None) -> bool:
        return roles.is_admin(request.user)

    def has_judge_permission(self, request: HttpRequest, promoter: Any = None) -> bool:
        return sees_all(request) and self.has_change_permission(request, promoter)

    def has_price_permission(self, request: HttpRequest, promoter: Any = None) -> bool:
        return roles.is_admin(request.user)

    @admin.display(description=_("state"))
    def state(self, promoter: Promoter) -> Any:
        if promoter.is_deleted:
            mark, word = "bad", _("deleted")
        elif promoter.is_approved:
            mark, word = "ok", _("approved")
        else:
            mark, word = ("wait", _("waiting")) if promoter.is_waiting else ("bad", _("refused"))
        return format_html('<span class="status {}">{}</span>', mark, word)

    @button(_("Approve"), fits=lambda promoter: not promoter.is_approved and not promoter.is_deleted, permission="judge")
    def approve(self, request: HttpRequest, promoter: Promoter) -> None:
        actions.approve(promoter_id=promoter.pk, by=cast(User, request.user), at=timezone.now())

    @button(
        _("Refuse"),
        form=Reason,
        says=_("The owner gets your reason by mail. If the promoter was approved, the whole team loses its rights and its sales stop."),
        fits=lambda promoter: not promoter.refused_at and not promoter.is_deleted,
        permission="judge",
        danger=True,
    )
    def refuse(self, request: HttpRequest, promoter: Promoter, *, reason: str) -> None:
        actions.refuse(promoter_id=promoter.pk, reason=reason, by=cast(User, request.user), at=timezone.now())

    @button(
        _("Set fees and tax"),
        form=Fees,
        fits=lambda promoter: not promoter.is_deleted,
        says=_("They hold for every event that has no figures of its own. Empty: what the site has. Orders stay as they are."),
        permission="price",
    )
    def set_fees(self, request: HttpRequest, promoter: Promoter, **figures: Any) -> None:
        actions.set_fees(promoter_id=promoter.pk, by=cast(User, request.user), at=timezone.now(), **figures)

    @button(_("Restore"), fits=lambda promoter: promoter.is_deleted, permission="remove")
    def restore(self, request: HttpRequest, promoter: Promoter) -> None:
        actions.restore_promoter(promoter_id=promoter.pk, by=cast(User, request.user), at=timezone.now())


@admin.register(PromoterMember)
class MemberAdmin(ReadOnly, Scoped):
    """To be read: teams change on the promoter's own page."""

    promoter_path = "promoter"
    list_display = ("user", "role", "promoter", "made")
    list_display_links = ("user",)
    list_filter = ("role", "promoter")
    list_select_related = ("promoter", "user")
    search_fields = ("user__email", "user__name", "promoter__name")
    ordering = ("-created_at",)
    fields = ("user", "role", "promoter", "made")
    show_full_result_count = False


class InvitePromoter(forms.ModelForm):
    name = forms.CharField(label=_("Name of the promoter"), max_length=120)

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


@admin.register(Invitation)
class InvitationAdmin(Scoped):
    """Adding one invites a new promoter; teams invite their own helpers."""

    promoter_path = "promoter"
    form = InvitePromoter
    list_display = ("email", "role", "promoter", "name", "made", "expires_at", "accepted_at", "withdrawn_at")
    list_filter = ("role", Answer)
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
        by, language = cast(User, request.user), mail.language_here()
        obj.pk = actions.invite_promoter(email=obj.email, name=obj.name, language=language, by=by, at=timezone.now()).pk

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:  # type: ignore[override]  # Django's makes a LogEntry
        """Leave it to the action, which writes it."""

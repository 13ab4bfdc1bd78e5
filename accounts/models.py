"""Who people are."""

from datetime import datetime
from hashlib import sha256
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Case, F, FilteredRelation, Q, Value, When
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from ticketing.bases import Row, SoftDeleted
from ticketing.fields import EncryptedTextField
from ticketing.querysets import Living, RowQuerySet


class UserManager(BaseUserManager.from_queryset(RowQuerySet)):  # type: ignore[misc]  # made at run time
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=email, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make the one who may do everything. Whoever can run this vouches for the address."""
        user = self.create_user(email, password, is_staff=True, is_superuser=True, **fields)
        user.vouch()
        return user


class User(Row, AbstractBaseUser, PermissionsMixin):
    """A person who signs in. Buyers need no row: an order carries what it must know of them."""

    email = models.EmailField(_("e-mail"), unique=True)
    username = models.CharField(_("username"), max_length=60, null=True, blank=True, unique=True)  # unique, so absent is NULL
    name = models.CharField(_("name"), max_length=120, blank=True)
    phone = EncryptedTextField(_("phone"), blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("staff"), default=False)
    deleted_at = models.DateTimeField(_("deleted at"), null=True, blank=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name, verbose_name_plural = _("user"), _("users")
        constraints = [
            models.UniqueConstraint(Lower("email"), name="one_user_per_email"),
            models.CheckConstraint(condition=Q(email=Lower("email")), name="email_is_lower_case"),
            models.CheckConstraint(condition=Q(deleted_at=None) | Q(is_active=False), name="deleted_user_is_inactive"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def vouch(self) -> None:
        """Take the address for verified, without a letter to it."""
        from allauth.account.models import EmailAddress

        EmailAddress.objects.update_or_create(user=self, email=self.email, defaults={"verified": True, "primary": True})

    def clean(self) -> None:
        super().clean()
        self.email = self.email.lower()

    def save(self, *args: Any, **options: Any) -> None:
        self.email = self.email.lower()
        super().save(*args, **options)

    @cached_property
    def group_names(self) -> frozenset[str]:
        """Asked once for each loaded user, so once a request."""
        return frozenset(self.groups.values_list("name", flat=True))

    @cached_property
    def teams(self) -> "list[Promoter]":
        """The approved promoters this person works for, each with the `role`; asked once a request, too."""
        return list(Promoter.objects.approved().of(self)) if self.is_active else []


class TeamRole(models.TextChoices):
    """What a person is in a promoter's team. The owner is a field of the promoter, the others are members."""

    OWNER = "owner", _("owner")
    MANAGER = "manager", _("manager")
    FINANCE = "finance", _("finance")
    GATE = "gate", _("gate")

    @property
    def meaning(self) -> Any:
        return {
            TeamRole.OWNER: _("Owner: everything, the team included"),
            TeamRole.MANAGER: _("Manager: events, orders and helpers"),
            TeamRole.FINANCE: _("Finance: sees sales and money"),
            TeamRole.GATE: _("Gate: checks tickets at the door"),
        }[self]


MEMBERS = (TeamRole.MANAGER, TeamRole.FINANCE, TeamRole.GATE)


class PromoterQuerySet(RowQuerySet):
    def waiting(self) -> Self:
        return self.filter(approved_at=None, refused_at=None)

    def approved(self) -> Self:
        return self.filter(approved_at__isnull=False)

    def refused(self) -> Self:
        return self.filter(refused_at__isnull=False)

    def of(self, user: User) -> Self:
        """Those the user belongs to, each with the `role` that the user has in it."""
        mine = FilteredRelation("members", condition=Q(members__user=user))
        role = Case(When(owner=user, then=Value(TeamRole.OWNER.value)), default=F("mine__role"))
        return self.annotate(mine=mine).annotate(role=role).filter(role__isnull=False).order_by("name", "pk")


LivingPromoters = Living.from_queryset(PromoterQuerySet)


class Promoter(Row, SoftDeleted):
    """A company that puts on events: waiting for an answer, approved, or refused."""

    role: str  # of the person that `PromoterQuerySet.of` was asked about

    owner = models.OneToOneField(User, models.PROTECT, related_name="promoter", verbose_name=_("owner"))
    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(_("address of its page"), max_length=80, unique=True, db_index=False, editable=False)
    about = models.TextField(_("about"), blank=True, max_length=2000)
    contact_email = models.EmailField(_("contact e-mail"))
    contact_phone = EncryptedTextField(_("contact phone"), blank=True)
    payment_text = models.TextField(_("payment text"), blank=True, help_text=_("What a buyer reads who pays without USDT."))
    terms = models.TextField(_("terms"), blank=True)
    # Empty: what the site has.
    fee_percent = models.DecimalField(_("service fee, percent"), max_digits=5, decimal_places=2, null=True, blank=True)
    fee_fixed = models.DecimalField(_("service fee, fixed"), max_digits=12, decimal_places=2, null=True, blank=True)
    tax_percent = models.DecimalField(_("tax, percent"), max_digits=5, decimal_places=2, null=True, blank=True)
    language = models.CharField(_("language of its letters"), max_length=5, default="en")
    applied_at = models.DateTimeField(_("applied at"))
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)
    refused_at = models.DateTimeField(_("refused at"), null=True, blank=True)
    refused_because = models.CharField(_("refused because"), max_length=500, blank=True)

    objects = LivingPromoters()
    all_objects = PromoterQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("promoter"), _("promoters")
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="promoter_has_name", violation_error_message=_("A promoter needs a name.")),
            models.CheckConstraint(
                condition=Q(fee_percent__gte=0, fee_percent__lte=100, tax_percent__gte=0, tax_percent__lte=100),
                name="promoter_percents_within_100",
                violation_error_message=_("A percentage lies between 0 and 100."),
            ),
            models.CheckConstraint(
                condition=Q(fee_fixed__gte=0),
                name="promoter_fee_not_negative",
                violation_error_message=_("A fee cannot be less than nothing."),
            ),
            models.CheckConstraint(
                condition=Q(approved_at=None) | Q(refused_at=None),
                name="promoter_approved_or_refused_not_both",
                violation_error_message=_("A promoter is approved or refused, not both."),
            ),
            models.CheckConstraint(
                condition=Q(refused_at=None, refused_because="") | Q(refused_at__isnull=False) & ~Q(refused_because=""),
                name="refused_promoter_has_reason",
                violation_error_message=_("Say why: the promoter reads it."),
            ),
        ]
        indexes = [models.Index(fields=["applied_at"], condition=Q(approved_at=None, refused_at=None), name="promoters_waiting")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_approved(self) -> bool:
        return self.approved_at is not None and not self.is_deleted

    @property
    def is_waiting(self) -> bool:
        return self.approved_at is None and self.refused_at is None and not self.is_deleted


class PromoterMember(Row):
    """A helper of a promoter. Leaving or being removed deletes the row; the history remembers."""

    NAMED_BY = ("user",)  # read with it where many are named

    promoter = models.ForeignKey(Promoter, models.CASCADE, related_name="members", verbose_name=_("promoter"))
    user = models.ForeignKey(User, models.PROTECT, related_name="memberships", verbose_name=_("user"))
    role = models.CharField(_("role"), max_length=10, choices=[(role.value, role.label) for role in MEMBERS])

    class Meta:
        verbose_name, verbose_name_plural = _("member"), _("members")
        constraints = [
            models.UniqueConstraint(
                fields=["promoter", "user"],
                name="one_membership_per_person",
                violation_error_message=_("This person is in the team already."),
            ),
            models.CheckConstraint(
                condition=Q(role__in=["manager", "finance", "gate"]),
                name="member_role_known",
                violation_error_message=_("A member is a manager, in finance or at the gate."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()}"


class InvitationQuerySet(RowQuerySet):
    def open(self) -> Self:
        return self.filter(accepted_at=None, withdrawn_at=None)

    def for_person(self, user: User, at: datetime) -> Self:
        """Those sent to an address that the person has shown to be his own."""
        own = user.emailaddress_set.filter(verified=True).values("email")  # type: ignore[attr-defined]  # of allauth, which has no types
        return self.open().filter(email__in=own, expires_at__gt=at, promoter__refused_at=None, promoter__deleted_at=None)

    def by_secret(self, secret: str) -> Self:
        return self.filter(secret_digest=digest(secret))


class Invitation(Row):
    """A letter that asks somebody into a team, to own it, or (without a promoter) to become one."""

    promoter = models.ForeignKey(Promoter, models.CASCADE, null=True, blank=True, related_name="invitations", verbose_name=_("promoter"))
    email = models.EmailField(_("e-mail"))
    name = models.CharField(_("name"), max_length=120, blank=True, help_text=_("The new promoter's name."))
    role = models.CharField(_("role"), max_length=10, choices=TeamRole)
    language = models.CharField(_("language of its letters"), max_length=5, default="en")
    secret_digest = models.CharField(max_length=64, unique=True, editable=False)
    expires_at = models.DateTimeField(_("expires at"))
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True)
    accepted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("accepted by"))
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("invitation"), _("invitations")
        constraints = [
            models.UniqueConstraint(
                fields=["promoter", "email"],
                condition=Q(accepted_at=None, withdrawn_at=None),
                nulls_distinct=False,
                name="one_open_invitation_per_email",
                violation_error_message=_("This address has an open invitation already."),
            ),
            models.CheckConstraint(
                condition=Q(email=Lower("email")),
                name="invitation_email_is_lower_case",
                violation_error_message=_("Write the address in small letters."),
            ),
            models.CheckConstraint(
                condition=Q(role__in=["owner", "manager", "finance", "gate"]),
                name="invitation_role_known",
                violation_error_message=_("This role is not known."),
            ),
            models.CheckConstraint(
                condition=Q(promoter__isnull=False, name="") | Q(promoter=None, role="owner") & ~Q(name=""),
                name="invitation_names_promoter",
                violation_error_message=_("An invitation is into a team, or it names a new promoter, whose owner is invited."),
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None, accepted_by=None) | Q(accepted_at__isnull=False, accepted_by__isnull=False),
                name="accepted_invitation_has_accepter",
                violation_error_message=_("An accepted invitation names who accepted it."),
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(withdrawn_at=None),
                name="invitation_accepted_or_withdrawn_not_both",
                violation_error_message=_("An invitation is accepted or withdrawn, not both."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email}, {self.get_role_display()}"

    def is_open(self, at: datetime) -> bool:
        return self.accepted_at is None and self.withdrawn_at is None and at < self.expires_at

    @property
    def meaning(self) -> Any:
        return TeamRole(self.role).meaning

    @property
    def secret(self) -> str:
        """The link's secret: made from the id with a key of the settings, so that no table holds it."""
        for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
            secret = salted_hmac("accounts.invitation", str(self.pk), secret=key, algorithm="sha256").hexdigest()[:40]
            if not self.secret_digest or digest(secret) == self.secret_digest:
                return secret
        raise RuntimeError("The key this invitation was made with is no longer in SECRET_KEY_FALLBACKS.")


def digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()

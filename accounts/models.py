"""Who people are."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from ticketing.bases import Row
from ticketing.fields import EncryptedTextField


class UserManager(BaseUserManager["User"]):
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
    username = models.CharField(max_length=60, null=True, blank=True, unique=True)  # unique, so absent is NULL
    name = models.CharField(_("name"), max_length=120, blank=True)
    phone = EncryptedTextField(_("phone"), blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
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

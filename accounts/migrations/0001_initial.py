"""People."""

import django.db.models.functions.datetime
import django.db.models.functions.text
from django.db import migrations, models

import ticketing.bases
import ticketing.fields
from ticketing.triggers import audited, touched


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("ticketing", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="User",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=ticketing.bases.DatabaseUUID7(),
                        default=ticketing.bases.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                ("email", models.EmailField(max_length=254, unique=True, verbose_name="e-mail")),
                ("username", models.CharField(blank=True, max_length=60, null=True, unique=True, verbose_name="username")),
                ("name", models.CharField(blank=True, max_length=120, verbose_name="name")),
                ("phone", ticketing.fields.EncryptedTextField(blank=True, verbose_name="phone")),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                ("is_staff", models.BooleanField(default=False, verbose_name="staff")),
                ("deleted_at", models.DateTimeField(blank=True, null=True, verbose_name="deleted at")),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "verbose_name": "user",
                "verbose_name_plural": "users",
                "constraints": [
                    models.UniqueConstraint(django.db.models.functions.text.Lower("email"), name="one_user_per_email"),
                    models.CheckConstraint(
                        condition=models.Q(("email", django.db.models.functions.text.Lower("email"))), name="email_is_lower_case"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("deleted_at", None), ("is_active", False), _connector="OR"), name="deleted_user_is_inactive"
                    ),
                ],
            },
        ),
        touched("accounts_user"),
        audited("accounts_user", omit=["last_login"], mask=["email", "username", "name", "phone", "password"]),
        audited("accounts_user_groups"),
        audited("accounts_user_user_permissions"),
        audited("auth_group"),
        audited("auth_group_permissions"),
    ]

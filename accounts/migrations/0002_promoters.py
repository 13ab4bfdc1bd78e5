"""Promoters, their teams, and invitations."""

from decimal import Decimal

import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import ticketing.bases
import ticketing.fields
from ticketing.triggers import audited, touched


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Promoter",
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
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("slug", models.SlugField(db_index=False, editable=False, max_length=80, unique=True, verbose_name="address of its page")),
                ("about", models.TextField(blank=True, max_length=2000, verbose_name="about")),
                ("contact_email", models.EmailField(max_length=254, verbose_name="contact e-mail")),
                ("contact_phone", ticketing.fields.EncryptedTextField(blank=True, verbose_name="contact phone")),
                (
                    "payment_text",
                    models.TextField(blank=True, help_text="What a buyer reads who pays without USDT.", verbose_name="payment text"),
                ),
                ("terms", models.TextField(blank=True, verbose_name="terms")),
                (
                    "fee_percent",
                    models.DecimalField(decimal_places=2, default=Decimal("0"), max_digits=5, verbose_name="service fee, percent"),
                ),
                (
                    "fee_fixed",
                    models.DecimalField(decimal_places=2, default=Decimal("0"), max_digits=12, verbose_name="service fee, fixed"),
                ),
                ("tax_percent", models.DecimalField(decimal_places=2, default=Decimal("0"), max_digits=5, verbose_name="tax, percent")),
                ("language", models.CharField(default="en", max_length=5, verbose_name="language of its letters")),
                ("applied_at", models.DateTimeField(verbose_name="applied at")),
                ("approved_at", models.DateTimeField(blank=True, null=True, verbose_name="approved at")),
                ("refused_at", models.DateTimeField(blank=True, null=True, verbose_name="refused at")),
                ("refused_because", models.CharField(blank=True, max_length=500, verbose_name="refused because")),
                (
                    "owner",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="promoter",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="owner",
                    ),
                ),
            ],
            options={
                "verbose_name": "promoter",
                "verbose_name_plural": "promoters",
                "indexes": [
                    models.Index(
                        condition=models.Q(("approved_at", None), ("refused_at", None)), fields=["applied_at"], name="promoters_waiting"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True),
                        name="promoter_has_name",
                        violation_error_message="A promoter needs a name.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("fee_percent__gte", 0), ("fee_percent__lte", 100), ("tax_percent__gte", 0), ("tax_percent__lte", 100)
                        ),
                        name="promoter_percents_within_100",
                        violation_error_message="A percentage lies between 0 and 100.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("fee_fixed__gte", 0)),
                        name="promoter_fee_not_negative",
                        violation_error_message="A fee cannot be less than nothing.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("approved_at", None), ("refused_at", None), _connector="OR"),
                        name="promoter_approved_or_refused_not_both",
                        violation_error_message="A promoter is approved or refused, not both.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("refused_at", None), ("refused_because", "")),
                            models.Q(("refused_at__isnull", False), models.Q(("refused_because", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="refused_promoter_has_reason",
                        violation_error_message="Say why: the promoter reads it.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Invitation",
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
                ("email", models.EmailField(max_length=254, verbose_name="e-mail")),
                ("name", models.CharField(blank=True, help_text="The new promoter's name.", max_length=120, verbose_name="name")),
                (
                    "role",
                    models.CharField(
                        choices=[("owner", "owner"), ("manager", "manager"), ("finance", "finance"), ("gate", "gate")],
                        max_length=10,
                        verbose_name="role",
                    ),
                ),
                ("language", models.CharField(default="en", max_length=5, verbose_name="language of its letters")),
                ("secret_digest", models.CharField(editable=False, max_length=64, unique=True)),
                ("expires_at", models.DateTimeField(verbose_name="expires at")),
                ("accepted_at", models.DateTimeField(blank=True, null=True, verbose_name="accepted at")),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True, verbose_name="withdrawn at")),
                (
                    "accepted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="accepted by",
                    ),
                ),
                (
                    "promoter",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="invitations",
                        to="accounts.promoter",
                        verbose_name="promoter",
                    ),
                ),
            ],
            options={
                "verbose_name": "invitation",
                "verbose_name_plural": "invitations",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("accepted_at", None), ("withdrawn_at", None)),
                        fields=("promoter", "email"),
                        name="one_open_invitation_per_email",
                        nulls_distinct=False,
                        violation_error_message="This address has an open invitation already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("email", django.db.models.functions.text.Lower("email"))),
                        name="invitation_email_is_lower_case",
                        violation_error_message="Write the address in small letters.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("role__in", ["owner", "manager", "finance", "gate"])),
                        name="invitation_role_known",
                        violation_error_message="This role is not known.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("name", ""), ("promoter__isnull", False)),
                            models.Q(("promoter", None), ("role", "owner"), models.Q(("name", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="invitation_names_promoter",
                        violation_error_message="An invitation is into a team, or it names a new promoter, whose owner is invited.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("accepted_at", None), ("accepted_by", None)),
                            models.Q(("accepted_at__isnull", False), ("accepted_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="accepted_invitation_has_accepter",
                        violation_error_message="An accepted invitation names who accepted it.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("accepted_at", None), ("withdrawn_at", None), _connector="OR"),
                        name="invitation_accepted_or_withdrawn_not_both",
                        violation_error_message="An invitation is accepted or withdrawn, not both.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PromoterMember",
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
                (
                    "role",
                    models.CharField(
                        choices=[("manager", "manager"), ("finance", "finance"), ("gate", "gate")], max_length=10, verbose_name="role"
                    ),
                ),
                (
                    "promoter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="members", to="accounts.promoter", verbose_name="promoter"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "member",
                "verbose_name_plural": "members",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("promoter", "user"),
                        name="one_membership_per_person",
                        violation_error_message="This person is in the team already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("role__in", ["manager", "finance", "gate"])),
                        name="member_role_known",
                        violation_error_message="A member is a manager, in finance or at the gate.",
                    ),
                ],
            },
        ),
        touched("accounts_promoter"),
        touched("accounts_promotermember"),
        touched("accounts_invitation"),
        audited(
            "accounts_promoter",
            mask=["name", "slug", "about", "contact_email", "contact_phone", "payment_text", "terms", "refused_because"],
        ),
        audited("accounts_promotermember"),
        audited("accounts_invitation", mask=["email", "name", "secret_digest"]),
    ]

"""Who runs the site."""

import django.core.validators
import django.db.models.functions.datetime
from django.db import migrations, models

import ticketing.bases
from ticketing.triggers import audited, touched


class Migration(migrations.Migration):
    dependencies = [
        ("ticketing", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="SiteIdentity",
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
                ("only", models.BooleanField(default=True, editable=False, unique=True)),
                ("name", models.CharField(blank=True, max_length=60, verbose_name="name")),
                (
                    "logo",
                    models.CharField(
                        blank=True,
                        help_text="An address on this site, such as /static/img/logo.svg",
                        max_length=200,
                        validators=[django.core.validators.RegexValidator("^/[\\w./-]+\\.(svg|png|webp)$")],
                        verbose_name="logo",
                    ),
                ),
                (
                    "seller",
                    models.CharField(blank=True, help_text="The company that sells the tickets.", max_length=120, verbose_name="seller"),
                ),
                ("support_email", models.EmailField(blank=True, max_length=254, verbose_name="support e-mail")),
                ("support_phone", models.CharField(blank=True, max_length=40, verbose_name="support phone")),
                ("help_en", models.TextField(blank=True, verbose_name="help, in English")),
                ("help_id", models.TextField(blank=True, verbose_name="help, in Indonesian")),
                ("terms_en", models.TextField(blank=True, verbose_name="terms, in English")),
                ("terms_id", models.TextField(blank=True, verbose_name="terms, in Indonesian")),
                ("privacy_en", models.TextField(blank=True, verbose_name="privacy, in English")),
                ("privacy_id", models.TextField(blank=True, verbose_name="privacy, in Indonesian")),
                ("imprint_en", models.TextField(blank=True, verbose_name="imprint, in English")),
                ("imprint_id", models.TextField(blank=True, verbose_name="imprint, in Indonesian")),
            ],
            options={
                "verbose_name": "site identity",
                "verbose_name_plural": "site identity",
                "constraints": [models.CheckConstraint(condition=models.Q(("only", True)), name="one_site_identity")],
            },
        ),
        touched("ticketing_siteidentity"),
        audited("ticketing_siteidentity"),
    ]

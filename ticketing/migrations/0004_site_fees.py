"""Fees and tax of the promoters that have none of their own."""

from decimal import Decimal

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ticketing", "0003_emailmessage_secret"),
    ]

    operations = [
        migrations.AddField(
            model_name="siteidentity",
            name="fee_fixed",
            field=models.DecimalField(
                db_default=Decimal("0"), decimal_places=2, default=Decimal("0"), max_digits=12, verbose_name="service fee, fixed"
            ),
        ),
        migrations.AddField(
            model_name="siteidentity",
            name="fee_percent",
            field=models.DecimalField(
                db_default=Decimal("0"), decimal_places=2, default=Decimal("0"), max_digits=5, verbose_name="service fee, percent"
            ),
        ),
        migrations.AddField(
            model_name="siteidentity",
            name="tax_percent",
            field=models.DecimalField(
                db_default=Decimal("0"), decimal_places=2, default=Decimal("0"), max_digits=5, verbose_name="tax, percent"
            ),
        ),
        migrations.AddConstraint(
            model_name="siteidentity",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("fee_fixed__gte", 0),
                    ("fee_percent__gte", 0),
                    ("fee_percent__lte", 100),
                    ("tax_percent__gte", 0),
                    ("tax_percent__lte", 100),
                ),
                name="site_fees_within_bounds",
                violation_error_message="A percentage lies between 0 and 100, and a fee is not less than nothing.",
            ),
        ),
    ]

"""Promoters can be deleted and restored, and have the site's fees where they have none of their own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_audit_sign_in"),
    ]

    operations = [
        migrations.AddField(
            model_name="promoter",
            name="deleted_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AlterField(
            model_name="promoter",
            name="fee_fixed",
            field=models.DecimalField(blank=True, decimal_places=2, max_digits=12, null=True, verbose_name="service fee, fixed"),
        ),
        migrations.AlterField(
            model_name="promoter",
            name="fee_percent",
            field=models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True, verbose_name="service fee, percent"),
        ),
        migrations.AlterField(
            model_name="promoter",
            name="tax_percent",
            field=models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True, verbose_name="tax, percent"),
        ),
    ]

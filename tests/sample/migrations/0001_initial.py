"""The sample app's table."""

import django.db.models.functions.datetime
from django.db import migrations, models

import ticketing.bases
import ticketing.fields
from ticketing.triggers import audited, touched


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("ticketing", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Lamp",
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
                ("name", models.CharField(max_length=60)),
                ("owner_email", models.EmailField(blank=True, max_length=254)),
                ("secret", ticketing.fields.EncryptedTextField(blank=True)),
                ("looked_at", models.IntegerField(default=0)),
                ("status", models.CharField(choices=[("off", "off"), ("lit", "lit"), ("broken", "broken")], default="off", max_length=10)),
                ("lit_at", models.DateTimeField(null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        touched("sample_lamp"),
        audited("sample_lamp", omit=["looked_at"], mask=["owner_email", "secret"]),
    ]

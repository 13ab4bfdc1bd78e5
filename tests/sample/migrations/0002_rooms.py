"""Rooms, lanterns, wicks and shelves."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import ticketing.bases
from ticketing.triggers import touched


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_promoters"),
        ("sample", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Shelf",
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
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Room",
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
                ("promoter", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="rooms", to="accounts.promoter")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Lantern",
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
                ("secret", models.CharField(blank=True, max_length=60)),
                ("hung_at", models.DateTimeField(blank=True, null=True)),
                ("lights", models.ManyToManyField(blank=True, related_name="+", to="sample.room")),
                ("room", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="lanterns", to="sample.room")),
                (
                    "spare",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="sample.room"
                    ),
                ),
                ("shelf", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to="sample.shelf")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Wick",
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
                (
                    "kept_in",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="sample.room"
                    ),
                ),
                ("lantern", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="wicks", to="sample.lantern")),
            ],
            options={
                "abstract": False,
            },
        ),
        *(touched(f"sample_{name}") for name in ("shelf", "room", "lantern", "wick")),
    ]

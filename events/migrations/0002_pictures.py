"""Pictures of events, and reminders of their sales."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import events.models.picture
import ticketing.bases
from ticketing.triggers import touched


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Picture",
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
                ("digest", models.CharField(default=events.models.picture.new_digest, editable=False, max_length=32, unique=True)),
                ("original", models.BinaryField(null=True)),
                ("tries", models.SmallIntegerField(default=0, editable=False)),
                ("small", models.BinaryField(null=True)),
                ("medium", models.BinaryField(null=True)),
                ("large", models.BinaryField(null=True)),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="pictures", to="events.event", verbose_name="event"
                    ),
                ),
            ],
            options={
                "verbose_name": "picture",
                "verbose_name_plural": "pictures",
                "indexes": [models.Index(condition=models.Q(("original__isnull", False)), fields=["created_at"], name="pictures_waiting")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("large", None), ("medium", None), ("original__isnull", False), ("small", None)),
                            models.Q(("large__isnull", False), ("medium__isnull", False), ("original", None), ("small__isnull", False)),
                            _connector="OR",
                        ),
                        name="picture_waits_or_is_drawn",
                        violation_error_message="A picture waits as it was uploaded, or it is drawn in all widths.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("digest__regex", "^[0-9a-f]{32}$")),
                        name="picture_digest_is_128_bits",
                        violation_error_message="A picture's address is 32 hexadecimal digits.",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="event",
            name="image",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="events.picture",
                to_field="digest",
                verbose_name="picture",
            ),
        ),
        touched("events_picture"),
    ]

"""Who wants to hear when a sale starts."""

import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
from django.db import migrations, models

import events.models.reminder
import ticketing.bases
from ticketing.triggers import touched


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0002_pictures"),
    ]

    operations = [
        migrations.CreateModel(
            name="Reminder",
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
                ("language", models.CharField(max_length=5, verbose_name="language of its letters")),
                ("secret", models.CharField(default=events.models.reminder.new_secret, editable=False, max_length=32, unique=True)),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="sent at")),
                (
                    "event",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reminders",
                        to="events.event",
                        verbose_name="event",
                    ),
                ),
            ],
            options={
                "verbose_name": "reminder",
                "verbose_name_plural": "reminders",
                "indexes": [
                    models.Index(condition=models.Q(("sent_at", None)), fields=["event"], name="reminders_waiting"),
                    models.Index(fields=["email"], name="reminders_of_email"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("event", "email"),
                        name="one_reminder_per_email",
                        violation_error_message="This address is reminded already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("email", django.db.models.functions.text.Lower("email"))),
                        name="reminder_email_is_lower_case",
                        violation_error_message="Write the address in small letters.",
                    ),
                ],
            },
        ),
        touched("events_reminder"),
    ]

"""The door: every attempt, and the codes that open nothing any more."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import ticketing.bases
from ticketing.triggers import touched


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0003_reminders"),
        ("orders", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DeadCode",
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
                ("serial", models.CharField(editable=False, max_length=32, unique=True)),
                ("secret", models.CharField(editable=False, max_length=32, unique=True)),
                ("at", models.DateTimeField(verbose_name="at")),
            ],
            options={
                "verbose_name": "dead code",
                "verbose_name_plural": "dead codes",
            },
        ),
        migrations.CreateModel(
            name="Scan",
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
                ("gate", models.CharField(blank=True, max_length=40, verbose_name="gate")),
                ("nonce", models.CharField(editable=False, max_length=64, unique=True)),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("admitted", "Let in"),
                            ("already", "Used before"),
                            ("other_event", "Other event"),
                            ("replaced", "Old code"),
                            ("cancelled", "Cancelled"),
                            ("held", "Held"),
                            ("early", "Too early"),
                            ("over", "Too late"),
                            ("unknown", "Not a ticket"),
                            ("forged", "Forged"),
                            ("undone", "Taken back"),
                        ],
                        max_length=12,
                        verbose_name="verdict",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="at")),
                ("by_hand", models.BooleanField(default=False, verbose_name="without a code")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                ("undone_at", models.DateTimeField(blank=True, null=True, verbose_name="taken back at")),
                ("offline", models.BooleanField(default=False, verbose_name="sent later")),
            ],
            options={
                "verbose_name": "scan",
                "verbose_name_plural": "scans",
            },
        ),
        migrations.AddField(
            model_name="ticket",
            name="transfers",
            field=models.SmallIntegerField(db_default=0, default=0, editable=False, verbose_name="times passed on"),
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.CheckConstraint(
                condition=models.Q(("transfers__gte", 0), ("transfers__lte", 3)),
                name="ticket_transfers_within_limit",
                violation_error_message="A ticket is passed on three times at most.",
            ),
        ),
        migrations.AddField(
            model_name="deadcode",
            name="ticket",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="dead_codes", to="orders.ticket", verbose_name="ticket"
            ),
        ),
        migrations.AddField(
            model_name="scan",
            name="by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="by",
            ),
        ),
        migrations.AddField(
            model_name="scan",
            name="event",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="scans", to="events.event", verbose_name="event"
            ),
        ),
        migrations.AddField(
            model_name="scan",
            name="ticket",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="scans",
                to="orders.ticket",
                verbose_name="ticket",
            ),
        ),
        migrations.AddIndex(
            model_name="scan",
            index=models.Index(fields=["event", "at"], name="scans_event_at"),
        ),
        migrations.AddIndex(
            model_name="scan",
            index=models.Index(fields=["ticket", "at"], name="scans_ticket_at"),
        ),
        migrations.AddConstraint(
            model_name="scan",
            constraint=models.CheckConstraint(
                condition=models.Q(("nonce__regex", "^[A-Za-z0-9_-]{8,64}$")),
                name="scan_nonce_shape",
                violation_error_message="The mark of an attempt has 8 to 64 letters and digits.",
            ),
        ),
        migrations.AddConstraint(
            model_name="scan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "verdict__in",
                        [
                            "admitted",
                            "already",
                            "other_event",
                            "replaced",
                            "cancelled",
                            "held",
                            "early",
                            "over",
                            "unknown",
                            "forged",
                            "undone",
                        ],
                    )
                ),
                name="scan_verdict_known",
                violation_error_message="This verdict is not known.",
            ),
        ),
        migrations.AddConstraint(
            model_name="scan",
            constraint=models.CheckConstraint(
                condition=models.Q(("ticket__isnull", False), ("verdict__in", ["unknown", "forged", "other_event"]), _connector="OR"),
                name="scan_names_its_ticket",
                violation_error_message="Only what is no ticket of ours has no ticket.",
            ),
        ),
        migrations.AddConstraint(
            model_name="scan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("by_hand", False), models.Q(("verdict", "undone"), _negated=True)),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="scan_by_hand_says_why",
                violation_error_message="What is done by hand has a reason.",
            ),
        ),
        migrations.AddConstraint(
            model_name="scan",
            constraint=models.CheckConstraint(
                condition=models.Q(("undone_at", None), ("verdict", "admitted"), _connector="OR"),
                name="only_admissions_are_undone",
                violation_error_message="Only an admission can be taken back.",
            ),
        ),
        migrations.AddConstraint(
            model_name="scan",
            constraint=models.UniqueConstraint(
                condition=models.Q(("undone_at", None), ("verdict", "admitted")),
                fields=("ticket",),
                name="one_admission_per_ticket",
                violation_error_message="This ticket was let in before.",
            ),
        ),
        touched("orders_deadcode"),
        touched("orders_scan"),
    ]

"""How long the promoter is waited for, and how many tickets one person may have."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_promoters_come_and_go"),
        ("events", "0003_reminders"),
    ]

    operations = [
        migrations.AddField(
            model_name="event",
            name="manual_hold_hours",
            field=models.SmallIntegerField(
                default=48,
                db_default=48,
                help_text="For orders that are not paid in USDT; never past the end of the sale.",
                verbose_name="hours to pay the promoter directly",
            ),
        ),
        migrations.AddField(
            model_name="event",
            name="max_per_buyer",
            field=models.SmallIntegerField(
                blank=True,
                default=None,
                help_text="At most so many, over all orders of one e-mail or one browser, paid or held. Empty: no limit.",
                null=True,
                verbose_name="tickets for one person",
            ),
        ),
        # Events that were there before keep their rules.
        migrations.AlterField(
            model_name="event",
            name="max_per_buyer",
            field=models.SmallIntegerField(
                blank=True,
                default=20,
                help_text="At most so many, over all orders of one e-mail or one browser, paid or held. Empty: no limit.",
                null=True,
                verbose_name="tickets for one person",
            ),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.CheckConstraint(
                condition=models.Q(("manual_hold_hours__gte", 1), ("manual_hold_hours__lte", 336)),
                name="event_manual_hold_is_an_hour_to_two_weeks",
                violation_error_message="Give buyers between 1 and 336 hours to pay the promoter.",
            ),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.CheckConstraint(
                condition=models.Q(("max_per_buyer", None), ("max_per_buyer__gte", 1), _connector="OR"),
                name="event_one_person_may_have_one",
                violation_error_message="One person may have at least one ticket. Leave it empty for no limit.",
            ),
        ),
    ]

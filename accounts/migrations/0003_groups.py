"""The groups that roles are. What each may do is given after every migration (`accounts.roles`)."""

from django.db import migrations

from accounts.roles import make_groups


def make(apps, schema_editor):
    make_groups(apps.get_model("auth", "Group"))


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_promoters"),
    ]

    operations = [
        # The groups stay when this is undone: people may be in them.
        migrations.RunPython(make, migrations.RunPython.noop),
    ]

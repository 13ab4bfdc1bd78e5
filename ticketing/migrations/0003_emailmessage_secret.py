"""Letters may carry a secret, sealed until they are sent."""

from django.db import migrations

import ticketing.fields


class Migration(migrations.Migration):
    dependencies = [("ticketing", "0002_site_identity")]

    operations = [
        migrations.AddField(
            model_name="emailmessage",
            name="secret",
            field=ticketing.fields.EncryptedTextField(
                blank=True,
                db_default="",
                default="",
                help_text="what only the recipient may read; emptied once the letter is sent or given up",
            ),
        ),
    ]

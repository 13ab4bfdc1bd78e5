"""Record what people change about how they sign in."""

from django.db import migrations

from ticketing.triggers import audited


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_groups"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("socialaccount", "0006_alter_socialaccount_extra_data"),
    ]

    operations = [
        audited("account_emailaddress", mask=["email"]),
        audited("mfa_authenticator", omit=["last_used_at"], mask=["data"]),
        audited("socialaccount_socialaccount", omit=["last_login"], mask=["uid", "extra_data"]),
    ]

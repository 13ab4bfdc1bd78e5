"""The product's settings, with one sample app to try the ground floor on."""

from ticketing.settings import *  # noqa: F403
from ticketing.settings import DATABASES, INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.sample", "django_migration_linter"]
# Tests with threads empty every table afterwards, append-only ones included; nothing else ever sets this switch.
DATABASES["default"]["OPTIONS"]["options"] += " -c app.allow_truncate=on"
# Real hashes are slow by design; one test checks the real ones.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Their migrations are not ours to change.
MIGRATION_LINTER_OPTIONS = {"exclude_apps": ["account", "mfa", "socialaccount", "usersessions"]}

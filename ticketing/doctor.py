"""What `doctor` looks at on the ground floor."""

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone

from . import health, heartbeat, roles
from .mail import EmailMessage
from .rooms import Finding


def checks() -> Iterator[Finding]:
    yield from health.findings()
    yield _version()
    yield _clock()
    yield _roles()
    yield _beat()
    yield from _outbox()
    yield _secrets()


def _version() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        version = cursor.fetchone()[0]
    return Finding("postgres version", "pass", version)  # an older one is refused at connecting


def _clock() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        apart = abs(timezone.now() - cursor.fetchone()[0])
    if apart > timedelta(seconds=2):
        return Finding("clock", "warn", f"{apart.total_seconds():.0f} s apart from the database's", "Let both machines keep time by NTP.")
    return Finding("clock", "pass", "same as the database's")


def _roles() -> Finding:
    found = roles.breaches()
    if found:
        return Finding("database rights", "fail", "; ".join(found), "Run: python manage.py init_site")
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, rolsuper FROM pg_roles WHERE rolname = current_user")
        user, is_super = cursor.fetchone()
    if is_super:
        return Finding("database rights", "warn", f"{user} is a superuser", f"Connect as {roles.APP} (deploy/postgres-roles.sh makes it).")
    return Finding("database rights", "pass", f"connected as {user}")


def _beat() -> Finding:
    seconds = heartbeat.last("beat")
    if seconds is None:
        return Finding("beat", "fail", f"no sweep in {heartbeat.LIFE} s", "Start it: python -m celery -A ticketing beat")
    return Finding("beat", "pass", f"swept {seconds} s ago")


def _outbox() -> Iterator[Finding]:
    late = EmailMessage.objects.waiting().filter(created_at__lt=timezone.now() - timedelta(minutes=5)).count()
    if late:
        yield Finding(
            "outbox", "warn", f"{late} letters wait for more than 5 minutes", "See their last error in the admin; check EMAIL_URL."
        )
    else:
        yield Finding("outbox", "pass", "drained")
    failed = EmailMessage.objects.filter(failed_at__gt=timezone.now() - timedelta(days=7)).count()
    if failed:
        yield Finding("undeliverable letters", "warn", f"{failed} in the last 7 days", "See the admin for the addresses.")


def _secrets() -> Finding:
    if settings.PRODUCTION or not settings.DEMO:
        return Finding("demo mode", "pass", "off")
    return Finding("demo mode", "warn", "on: play money, mail stays on this machine", "Set SITE_URL to go public.")

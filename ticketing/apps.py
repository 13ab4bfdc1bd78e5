"""What the ground floor does when Django starts."""

from typing import Any

from django.apps import AppConfig
from django.core.exceptions import ImproperlyConfigured
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

OLDEST_POSTGRES = 150000


class TicketingConfig(AppConfig):
    name = "ticketing"
    verbose_name = _("Site")

    def ready(self) -> None:
        connection_created.connect(refuse_old_postgres)
        post_migrate.connect(give_rights, sender=self)


def refuse_old_postgres(connection: Any, **_: Any) -> None:
    if connection.vendor == "postgresql" and connection.connection.info.server_version < OLDEST_POSTGRES:
        raise ImproperlyConfigured(f"PostgreSQL 15 or newer is needed; this one is {connection.connection.info.server_version // 10000}.")


def give_rights(plan: Any = None, **_: Any) -> None:
    # Only after tables were made or changed: tests flush often, and each flush sends this signal too.
    if plan:
        from . import roles

        roles.grant()

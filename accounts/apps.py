"""Who people are."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        post_migrate.connect(give_permissions, sender=self)


def give_permissions(plan: Any = None, **_: Any) -> None:
    # Only after tables were made or changed: tests flush often, and each flush sends this signal too.
    if plan:
        from . import roles

        roles.give_permissions()

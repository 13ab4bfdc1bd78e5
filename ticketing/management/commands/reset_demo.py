"""Empty a demo site: every row of ours, history and audit included, the mailbox and what is kept of pages."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection, transaction

from ticketing import kept, mailbox

# What migrations made, and the code reads. Groups are among the rest: seed_demo and init_site make them anew.
STAYS = {"django_migrations", "django_content_type", "auth_permission", "ticketing_digestkey"}


class Command(BaseCommand):
    help = "Delete everything of a demo site; asks for the database's name. Example: python manage.py reset_demo --yes"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--yes", action="store_true", help="do not ask for the database's name")
        parser.add_argument("--dry-run", action="store_true", help="say how many rows would go, and delete nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        if not (settings.DEMO or settings.DEBUG):
            raise CommandError("This deletes everything, so it is for a demo site only. It runs with DEMO=1 alone.")
        name = connection.settings_dict["NAME"]
        counts = {table: _count(table) for table in _tables()}
        for table, count in counts.items():
            if count:
                self.stdout.write(f"{count:>9,} {table}")
        if options["dry_run"]:
            self.stdout.write("Nothing was deleted: this was a dry run.")
            return
        if not options["yes"] and input(f"All of this will be gone. Type the database's name, {name}, to go on: ") != name:
            raise CommandError("Nothing was deleted: that was not the database's name.")
        self._empty(list(counts))
        kept.forget_all()
        mailbox.empty()
        self.stdout.write("Everything is deleted. To fill the site again, stop it and start it anew: make run")

    def _empty(self, tables: list[str]) -> None:
        names = ", ".join(connection.ops.quote_name(table) for table in tables)
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                # The one use of this switch outside of tests (docs/decisions/0008-append-only-switch.md).
                cursor.execute("SET LOCAL app.allow_truncate = on")
                cursor.execute(f"TRUNCATE {names}")
        except DatabaseError as error:
            raise CommandError(
                f"Nothing was deleted: {' '.join(str(error).split())}. It needs the owner of the tables (MIGRATE_DATABASE_URL), "
                "and 3 seconds in which nobody else uses them."
            ) from error


def _tables() -> list[str]:
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
    models = apps.get_models(include_auto_created=True)
    return sorted({model._meta.db_table for model in models if model._meta.managed} & there - STAYS)


def _count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608  # quoted
        return int(cursor.fetchone()[0])

"""Seal every sealed value anew with the first of FIELD_KEYS, so that an old key can be removed."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.management import BaseCommand, CommandParser
from django.db import connection, models, transaction

from ticketing.fields import EncryptedTextField, keys
from ticketing.rooms import furnished

BATCH = 500


class Command(BaseCommand):
    help = "Put a new key first in FIELD_KEYS, run this, then remove the old key. Example: python manage.py rotate_keys --dry-run"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count the sealed values and check that each can be opened")

    def handle(self, *args: Any, **options: Any) -> None:
        for model, field in sealed_fields():
            count = 0
            for batch in _batches(model, field):
                count += len(batch)
                self._seal(model, field, batch, dry_run=options["dry_run"])
                self.stderr.write(f"{model._meta.label}.{field.name}: {count}")
            self.stdout.write(
                f"{model._meta.label}.{field.name}: {count} values {'can be opened' if options['dry_run'] else 'sealed anew'}"
            )

        for room in furnished("seals"):
            for line in room.rotate(dry_run=options["dry_run"]):
                self.stdout.write(line)

    def _seal(self, model: type[models.Model], field: models.Field, batch: list[tuple[Any, str]], *, dry_run: bool) -> None:
        # By SQL, since the field itself would open and seal each value once more; only where nobody wrote meanwhile.
        table, column, pk = (connection.ops.quote_name(str(name)) for name in (model._meta.db_table, field.column, model._meta.pk.column))
        anew = [(keys().rotate(old.encode()).decode(), key, old) for key, old in batch]
        if not dry_run:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.executemany(f"UPDATE {table} SET {column} = %s WHERE {pk} = %s AND {column} = %s", anew)  # noqa: S608  # quoted names


def sealed_fields() -> Iterator[tuple[type[models.Model], models.Field]]:
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if isinstance(field, EncryptedTextField):
                yield model, field


def _batches(model: type[models.Model], field: models.Field) -> Iterator[list[tuple[Any, str]]]:
    raw = models.functions.Cast(field.name, models.TextField())
    rows = model._base_manager.annotate(_sealed=raw).exclude(_sealed="").order_by("pk")
    last = None
    while True:
        page = rows.filter(pk__gt=last) if last else rows
        batch = list(page.values_list("pk", "_sealed")[:BATCH])
        if not batch:
            return
        yield batch
        last = batch[-1][0]

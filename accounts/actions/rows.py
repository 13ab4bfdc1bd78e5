"""Changing the columns of a locked row, and no others."""

from typing import Any


def set_fields(row: Any, **fields: Any) -> None:
    for name, value in fields.items():
        setattr(row, name, value)
    row.save(update_fields=list(fields))

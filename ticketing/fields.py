"""Text that is sealed in the database and open in Python; addresses of the web."""

from functools import cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models


class Opened(str):
    """A value read from the database, with the seal that it came in."""

    sealed: str
    __slots__ = ("sealed",)

    def __new__(cls, value: str, *, sealed: str) -> "Opened":
        opened = super().__new__(cls, value)
        opened.sealed = sealed
        return opened


class EncryptedTextField(models.TextField):
    """Sealed with the first of FIELD_KEYS, opened with any of them; `rotate_keys` seals everything anew.

    It cannot be searched or sorted, so every look-up but `isnull` is refused.
    """

    def get_prep_value(self, value: Any) -> Any:
        if isinstance(value, Opened):
            return value.sealed  # as it was read: saving a row that nobody changed changes nothing
        return keys().encrypt(str(value).encode()).decode() if value else value

    def from_db_value(self, value: str | None, *_: Any) -> str | None:
        if not value:
            return value
        try:
            return Opened(keys().decrypt(value.encode()).decode(), sealed=value)
        except InvalidToken as error:
            raise RuntimeError(f"{self.model.__name__}.{self.name} was sealed with a key that FIELD_KEYS no longer has") from error

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is sealed: it cannot be looked up by its value")
        return super().get_lookup(lookup_name)


def keys() -> MultiFernet:
    return _keys(tuple(settings.FIELD_KEYS))


@cache
def _keys(values: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(value) for value in values])


class WebAddressField(models.URLField):
    """Takes what is typed without a scheme for https, as Django will from 6.0 on: remove it then."""

    def formfield(self, **options: Any) -> Any:
        return super().formfield(**{"assume_scheme": "https", **options})

    def deconstruct(self) -> Any:
        name, _path, args, options = super().deconstruct()
        return name, "django.db.models.URLField", args, options

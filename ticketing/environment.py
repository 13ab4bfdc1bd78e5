"""Reads settings from the environment; a missing or nonsensical value stops the start with one line that names it."""

import base64
import os
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import environ

from .local.places import BASE_DIR


def process_name(arguments: list[str]) -> str:
    """Return what this process is: web, worker, beat, or the management command's name."""
    program = os.path.basename(arguments[0]) if arguments else ""
    if program == "manage.py":
        return arguments[1] if len(arguments) > 1 else "help"
    if "celery" in arguments[0]:
        return next((word for word in ("worker", "beat") if word in arguments), "celery")
    return "web" if "granian" in arguments[0] else "python"


def is_loopback(host: str) -> bool:
    name = host.strip("[]").removeprefix(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def read_env_file() -> None:
    """Read .env beside manage.py, for what the environment does not set. ENV_FILE names another file, or none."""
    name = os.environ.get("ENV_FILE", ".env")
    if name and (BASE_DIR / name).is_file():
        environ.Env.read_env(BASE_DIR / name)


class Environment:
    """`environ.Env` with one voice: SystemExit("NAME: what is wrong and what to do")."""

    def __init__(self, variables: Mapping[str, str] | None = None) -> None:
        self._env = environ.Env()
        if variables is not None:
            self._env.ENVIRON = dict(variables)

    def refuse(self, name: str, why: str) -> SystemExit:
        return SystemExit(f"Setting {name}: {why} (.env.example explains every setting.)")

    def text(self, name: str, default: str | None = None) -> str:
        value = self._env.ENVIRON.get(name) or default
        if value is None:
            raise self.refuse(name, "it is missing.")
        return str(value)

    def flag(self, name: str, default: bool) -> bool:
        value = self.text(name, "on" if default else "off").lower()
        if value not in {"1", "on", "true", "yes", "0", "off", "false", "no"}:
            raise self.refuse(name, f"“{value}” is neither on nor off.")
        return value in {"1", "on", "true", "yes"}

    def number(self, name: str, default: int, *, least: int = 0, most: int = 2**31) -> int:
        value = self.text(name, str(default))
        if not (value.isascii() and value.isdecimal() and least <= int(value) <= most):
            raise self.refuse(name, f"“{value}” is no whole number from {least} to {most}.")
        return int(value)

    def words(self, name: str, default: str = "") -> list[str]:
        return [word.strip() for word in self.text(name, default).split(",") if word.strip()]

    def one_of(self, name: str, choices: tuple[str, ...], default: str) -> str:
        value = self.text(name, default).lower()
        if value not in choices:
            raise self.refuse(name, f"“{value}” is none of {', '.join(choices)}.")
        return value

    def url(self, name: str, default: str | None = None, *, schemes: tuple[str, ...]) -> str:
        value = self.text(name, default)
        parts = _split(value)
        if parts is None or parts.scheme not in schemes:
            shown = f"{'://, '.join(schemes)}://"
            raise self.refuse(name, f"it must be an address that begins with {shown}.")
        return value

    def database(self, name: str, default: str) -> dict[str, Any]:
        value = self.url(name, default, schemes=("postgresql", "postgres"))
        return self._parsed(name, value, environ.Env.db_url_config)

    def mail(self, name: str, default: str) -> dict[str, Any]:
        value = self.url(name, default, schemes=tuple(environ.Env.EMAIL_SCHEMES))
        return self._parsed(name, value, environ.Env.email_url_config)

    def time_zone(self, name: str, default: str) -> str:
        value = self.text(name, default)
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise self.refuse(name, f"“{value}” is no time zone, such as Asia/Jakarta.") from error
        return value

    def field_keys(self, name: str, default: str | None) -> list[str]:
        keys = [key.strip() for key in self.text(name, default).split(",") if key.strip()]
        for key in keys:
            try:
                fitting = len(base64.urlsafe_b64decode(key)) == 32
            except ValueError:
                fitting = False
            if not fitting:
                raise self.refuse(name, "each key must be 32 bytes in URL-safe base64.")
        return keys

    def _parsed(self, name: str, value: str, parse: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
        try:
            return dict(parse(value))
        except Exception as error:  # whatever the parser raises, the operator needs the name of the setting
            raise self.refuse(name, "it cannot be read as an address.") from error


def _split(value: str) -> Any:
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        return None
    return parts

"""Reads settings from the environment; a missing or nonsensical value stops the start with one line that names it."""

import base64
import os
import re
from collections.abc import Mapping
from email.utils import parseaddr
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import environ
import psycopg
from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict
from redis.connection import parse_url

from .local.places import BASE_DIR

ON, OFF = {"1", "on", "true", "yes"}, {"0", "off", "false", "no"}
HOST = r"(?:[a-z0-9_.-]+|\[[0-9a-f:.]+\])"
MAIL_WITHOUT_HOST = {f"django.core.mail.backends.{kind}.EmailBackend" for kind in ("console", "filebased", "locmem", "dummy")}
SSL_MODES = {"disable", "allow", "prefer", "require", "verify-ca", "verify-full"}


def process_name(arguments: list[str]) -> str:
    """Return what this process is: web, worker, beat, or the management command's name."""
    program = Path(*arguments[:1])
    # `python -m celery` shows itself as …/celery/__main__.py.
    name = program.parent.name if program.name == "__main__.py" else program.name
    if name == "manage.py":
        return arguments[1] if len(arguments) > 1 else "help"
    if name == "celery":
        return next((word for word in ("worker", "beat") if word in arguments), "celery")
    return "web" if name == "granian" else "python"


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
    file = BASE_DIR / name
    if not name or ("ENV_FILE" not in os.environ and not file.exists()):
        return
    try:
        file.read_text()
    except (OSError, ValueError) as error:
        # Going on without it would open a site with a stranger's settings: the embedded ones.
        raise SystemExit(f"Setting ENV_FILE: {file} cannot be read: {error}.") from error
    environ.Env.read_env(file)


class Environment:
    """`environ.Env` with one voice: SystemExit("Setting NAME: what is wrong")."""

    def __init__(self, variables: Mapping[str, str] | None = None) -> None:
        self._variables = environ.Env.ENVIRON if variables is None else variables

    def refuse(self, name: str, why: str) -> SystemExit:
        return SystemExit(f"Setting {name}: {why} (.env.example explains every setting.)")

    def text(self, name: str, default: str | None = None) -> str:
        value = self._variables.get(name) or default
        if value is None:
            raise self.refuse(name, "it is missing.")
        if not value.isprintable():
            raise self.refuse(name, "it holds a line break or another character that cannot be seen.")
        return value

    def flag(self, name: str, default: bool) -> bool:
        value = self.text(name, "on" if default else "off").lower()
        if value not in ON | OFF:
            raise self.refuse(name, f"“{value}” is neither on nor off.")
        return value in ON

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

    def hosts(self, name: str) -> list[str]:
        """Return host names; `.example.org` and `*` are patterns that Django knows."""
        hosts = [host.lower() for host in self.words(name)]
        for host in hosts:
            if not re.fullmatch(rf"\*|{HOST}", host):
                raise self.refuse(name, f"“{host}” is no host name, such as tickets.example.org.")
        return hosts

    def origin(self, name: str, default: str) -> str:
        """Return an address without path: a scheme, a host, perhaps a port."""
        return self._as_origin(name, self.text(name, default), HOST)

    def origins(self, name: str, default: str) -> list[str]:
        return [self._as_origin(name, word, rf"(?:\*\.)?{HOST}") for word in self.words(name, default)]

    def address(self, name: str, default: str) -> str:
        """Return an origin, perhaps with a path, and no slash at the end."""
        found = re.fullmatch(r"([^/]+//[^/]+)((?:/[\w.~%-]*)*)", self.text(name, default), re.ASCII)
        if not found:
            raise self.refuse(name, "it must be an address such as https://accounts.example.org.")
        return self._as_origin(name, found[1], HOST) + found[2].rstrip("/")

    def database(self, name: str, default: str) -> dict[str, Any]:
        """Return Django's words for the address, as PostgreSQL's own library reads it."""
        value = self.text(name, default)
        if not value.startswith(("postgresql://", "postgres://")):
            raise self.refuse(name, "it must be an address that begins with postgresql://.")
        try:
            given = conninfo_to_dict(value)
        except psycopg.ProgrammingError as error:
            # Its own words may quote the password.
            raise self.refuse(name, "PostgreSQL cannot read it. Percent-encode what is no letter or digit in its parts.") from error
        if not given.get("dbname"):
            raise self.refuse(name, "it names no database.")
        if not all(port.isdecimal() and int(port) < 2**16 for port in str(given.get("port", 0)).split(",") if port):
            raise self.refuse(name, "its port is no number up to 65535.")
        if given.get("sslmode", "prefer") not in SSL_MODES:
            raise self.refuse(name, f"its sslmode is none of {', '.join(sorted(SSL_MODES))}.")
        names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
        parts = {ours: given.pop(theirs, "") for ours, theirs in names.items()}
        return {"ENGINE": "django.db.backends.postgresql", **parts, "OPTIONS": given}

    def redis(self, name: str, default: str) -> str:
        value = self.text(name, default)
        try:
            known, parts = parse_url(value), urlsplit(value)
        except ValueError:
            known = {}
        # A database that is no number would be taken for 0.
        if not (known.get("path") or (known.get("host") and re.fullmatch(r"/?\d*", parts.path))):
            raise self.refuse(name, "it must be an address such as redis://:PASSWORD@HOST:6379/0 or unix:///PATH?db=0.")
        return value

    def mail(self, name: str, default: str) -> dict[str, Any]:
        """Return the EMAIL_ settings that the address stands for."""
        value = self.text(name, default)
        try:
            found = environ.Env.email_url_config(value)
        except (ValueError, ImproperlyConfigured):
            found = {}
        if not found.get("EMAIL_HOST") and found.get("EMAIL_BACKEND") not in MAIL_WITHOUT_HOST:
            raise self.refuse(name, "it must be an address such as smtp+tls://USER:PASSWORD@HOST:587.")
        return {key: value for key, value in found.items() if key.startswith("EMAIL_")}

    def sender(self, name: str, default: str) -> str:
        value = self.text(name, default)
        user, _, host = parseaddr(value)[1].partition("@")
        if not (user and host):
            raise self.refuse(name, f"“{value}” is no sender, such as Tickets <tickets@example.org>.")
        return value

    def time_zone(self, name: str, default: str) -> str:
        value = self.text(name, default)
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise self.refuse(name, f"“{value}” is no time zone, such as Asia/Jakarta.") from error
        return value

    def rpc_urls(self, name: str) -> dict[int, list[str]]:
        """Return the addresses of nodes by the number of their chain."""
        found: dict[int, list[str]] = {}
        for word in self.words(name):
            chain, _, url = word.partition("=")
            # Not quoted: such an address often holds a key.
            if not (chain.isascii() and chain.isdecimal()) or not re.match(rf"https?://([^/@]+@)?{HOST}(:\d+)?(/|$|\?)", url.lower()):
                raise self.refuse(name, "each word must be a chain's number and an address, such as 56=https://rpc.example.org.")
            found.setdefault(int(chain), []).append(url)
        return found

    def public_keys(self, name: str) -> list[str]:
        """Return extended public keys. A private one stops everything: it must not be on this machine at all."""
        keys = self.words(name)
        for key in keys:
            if "prv" in key[:4].lower():
                raise self.refuse(name, "it is a PRIVATE key. Take it off this machine, move its money, and give the public one (xpub).")
            if not key.startswith("xpub"):
                raise self.refuse(name, "it must be an extended public key, which begins with xpub.")
        return keys

    def field_keys(self, name: str, default: str | None) -> list[str]:
        keys = [key.strip() for key in self.text(name, default).split(",")]
        for key in keys:
            try:
                fitting = len(base64.b64decode(key, altchars=b"-_", validate=True)) == 32
            except ValueError:
                fitting = False
            if not fitting:
                raise self.refuse(name, "each key must be 32 bytes in URL-safe base64.")
        return keys

    def _as_origin(self, name: str, value: str, host: str) -> str:
        found = re.fullmatch(rf"(https?://{host}(?::(\d{{1,5}}))?)/?", value.lower())
        if not found or int(found[2] or 0) >= 2**16:
            raise self.refuse(name, f"“{value}” is no address of a site, such as https://tickets.example.org.")
        return found[1]

"""Log lines: one JSON object each (or one readable line), with the request's id and nothing personal or secret."""

import json
import logging
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

request_id: ContextVar[str] = ContextVar("request_id", default="")

LONGEST = 40_000

# Each begins where a word begins and never goes back into one, so that a long hostile line takes no longer than a
# long friendly one. In this order: the later patterns would eat the marks that the earlier ones look for.
_CUTS = (
    # The values of a row that PostgreSQL quotes when it refuses it, up to the end or to the next traceback.
    (re.compile(r"(?s)\bDETAIL:.*?(?=\n\n(?:The above|During handling)|\Z)"), "DETAIL: …"),
    (re.compile(r"(://[^:/@\s]*:)[^@/\s]++@"), r"\1…@"),
    (re.compile(r"(?<![\w.+-])[\w.+-]++(?:@|%40)[\w-]++(?:\.[\w-]++)++"), "…@…"),
    # Secret links; a route, /orders/<str:secret>/, tells nothing.
    (re.compile(r"(?i)(/(?:orders|tickets|waitlist|invitations|confirm-email|reset)/)(?!<)[^/?\s\"']++"), r"\1…"),
    (re.compile(r"(?i)(?<![\w-])(authorization|(?:set-)?cookie)(['\"]?\s*+[=:]\s*+)[^\r\n]++"), r"\1\2…"),
    (
        re.compile(
            r"(?i)(?<![\w-])(?=[\w-]{0,40}?(?:passw|secret|token|signature|session|csrf)|[\w-]{0,40}?keys?(?![\w-])|code(?![\w-]))"
            r"([\w-]++['\"]?\s*+[=:]\s*+['\"]?)[^\s&\"',;]++"
        ),
        r"\1…",
    ),
    (re.compile(r"\bTIX-[0-9A-Z]+-\d+"), "TIX-…"),
    # Long random words: keys, session ids, signed values. Ids of rows, and 0x… of blocks and transactions, are public.
    (
        re.compile(
            r"(?a)(?<![\w-])(?!0x[0-9a-fA-F]+\b|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![\w-]))"
            r"(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{22,}+"
        ),
        "…",
    ),
)
_PLAIN = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "request", "status_code", "exc_text"}


def without_secrets(text: str) -> str:
    """Cut what must not be in a log: addresses of people, secret links, passwords, tokens."""
    if text.isalpha() and len(text) < 20:
        return text  # one plain word, as most fields are: no pattern matches it, and the patterns take their time
    if len(text) > LONGEST:
        # Whole words only: half a secret would not be known as one.
        text = f"{text[: LONGEST // 2].rpartition(' ')[0]} … {text[-LONGEST // 2 :].partition(' ')[2]}"
    for pattern, replacement in _CUTS:
        text = pattern.sub(replacement, text)
    return text


def new_request_id() -> str:
    return secrets.token_hex(16)


@contextmanager
def request(identifier: str) -> Iterator[None]:
    """Let every line, and every write's audit row, carry this id."""
    token = request_id.set(identifier or new_request_id())
    try:
        yield
    finally:
        request_id.reset(token)


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": without_secrets(record.getMessage()),
            **_fields(record),
        }
        if record.exc_info:
            line["traceback"] = without_secrets(self.formatException(record.exc_info))
        # ASCII only: no byte that a visitor sends can break the line or the terminal that shows it.
        return json.dumps(line)


class ConsoleLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        fields = " ".join(f"{name}={value}" for name, value in _fields(record).items())
        words = _on_one_line(f"{without_secrets(record.getMessage())} {fields}".rstrip())
        line = f"{record.levelname.lower():<7} {words}"
        if record.exc_info:
            line += "\n" + without_secrets(self.formatException(record.exc_info))
        return line


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    """Return what the caller gave as `extra`, and the request's id."""
    extra = {name: value for name, value in vars(record).items() if name not in _PLAIN}
    fields = {name: value if isinstance(value, int | float | None) else without_secrets(str(value)) for name, value in extra.items()}
    # Django writes some lines of a request after it has left the middleware.
    identifier = request_id.get() or getattr(getattr(record, "request", None), "id", "")
    return fields | ({"request_id": identifier} if identifier else {})


def _on_one_line(text: str) -> str:
    """Show line breaks and the terminal's commands as what they are, so that nobody can write lines of their own."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)

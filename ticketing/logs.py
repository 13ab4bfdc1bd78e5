"""Log lines: one JSON object each (or one readable line), with the request's id and nothing personal or secret."""

import json
import logging
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

request_id: ContextVar[str] = ContextVar("request_id", default="")

# In this order: the later patterns would eat the marks that the earlier ones look for.
_CUTS = (
    (re.compile(r"(?i)(://[^:/@\s]*:)[^@/\s]+@"), r"\1…@"),
    (re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+"), "…@…"),
    (re.compile(r"(/(?:orders|tickets|waitlist|invitations|confirm-email|reset)/)[^/?\s\"']+"), r"\1…"),
    (
        re.compile(
            r"(?i)\b(password|passwd|secret|token|key|code|signature|authorization|cookie|session|csrf\w*)(\"?'?\s*[=:]\s*\"?'?)[^\s&\"',;]+"
        ),
        r"\1\2…",
    ),
    (re.compile(r"\bTIX-[0-9A-Z]+-\d+"), "TIX-…"),
    # Long random words: keys, session ids, signed values. Hashes of blocks and transactions (0x…) are public.
    (re.compile(r"\b(?!0x)(?=[\w-]*\d)(?=[\w-]*[A-Za-z])(?![0-9a-f]{8}-[0-9a-f]{4}-)[A-Za-z0-9_-]{22,}"), "…"),
)
_PLAIN = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "request", "status_code", "exc_text"}


def without_secrets(text: str) -> str:
    """Cut what must not be in a log: addresses of people, secret links, passwords, tokens."""
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


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    extra = {name: value for name, value in vars(record).items() if name not in _PLAIN}
    return {name: without_secrets(value) if isinstance(value, str) else value for name, value in extra.items()}


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": without_secrets(record.getMessage()),
            **_fields(record),
        }
        if request_id.get():
            line["request_id"] = request_id.get()
        if record.exc_info:
            line["traceback"] = without_secrets(self.formatException(record.exc_info))
        return json.dumps(line, default=str, ensure_ascii=False)


class ConsoleLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        fields = " ".join(f"{name}={value}" for name, value in _fields(record).items())
        line = f"{record.levelname.lower():<7} {without_secrets(record.getMessage())} {fields}".rstrip()
        if record.exc_info:
            line += "\n" + without_secrets(self.formatException(record.exc_info))
        return line

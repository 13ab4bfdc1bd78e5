"""The demo's mailbox: every letter as the file that would have gone out, for one page to show."""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage as Message
from email.parser import BytesParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend

from .bases import uuid7

SHOWN = 200
NAME = re.compile(r"[0-9a-f-]{1,40}")


class MailboxBackend(BaseEmailBackend):
    """Delivers into MAILBOX_DIR: one file a letter, named by its Message-ID, so that a second try replaces it."""

    def send_messages(self, email_messages: Sequence[Any]) -> int:
        folder = _folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for message in email_messages:
            given = message.extra_headers.get("Message-ID", "").strip("<>").partition("@")[0]
            name = given if NAME.fullmatch(given) else str(uuid7())
            unfinished = folder / f"{name}.new"
            with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(message.message().as_bytes(linesep="\r\n"))
            unfinished.replace(folder / f"{name}.eml")
        return len(email_messages)


@dataclass(frozen=True)
class Received:
    name: str
    at: datetime
    message: Message

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def to(self) -> str:
        return str(self.message["To"])

    @property
    def text(self) -> str:
        return self._part("plain")

    @property
    def html(self) -> str:
        return self._part("html")

    def _part(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        return str(part.get_content()) if part else ""


def letters() -> list[Received]:
    """Return the newest letters, newest first."""
    # Names are time-ordered ids. A file may be gone by the time we read it: somebody emptied the mailbox.
    names = sorted((file.stem for file in _folder().glob("*.eml")), reverse=True)
    return [received for name in names[:SHOWN] if (received := letter(name, headers_only=True))]


def letter(name: str, *, headers_only: bool = False) -> Received | None:
    if not NAME.fullmatch(name):
        return None
    try:
        with (_folder() / f"{name}.eml").open("rb") as content:
            at = datetime.fromtimestamp(os.fstat(content.fileno()).st_mtime, UTC)
            return Received(name, at, BytesParser(policy=policy.default).parse(content, headersonly=headers_only))
    except FileNotFoundError:
        return None


def empty() -> None:
    for file in _folder().glob("*.eml"):
        file.unlink(missing_ok=True)


def _folder() -> Path:
    return Path(settings.MAILBOX_DIR)

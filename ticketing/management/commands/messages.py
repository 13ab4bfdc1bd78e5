"""Gather the texts that people read, keep the Indonesian catalogue complete, and compile it. Needs no gettext."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser
from django.utils.translation.template import templatize

from ticketing.local.places import BASE_DIR

KEYWORDS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop")),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}


class Command(BaseCommand):
    help = "Update and compile the translations. Example: python manage.py messages --check"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing; fail when a text is not translated or not compiled")

    def handle(self, *args: Any, **options: Any) -> None:
        from babel.messages.mofile import write_mo
        from babel.messages.pofile import read_po, write_po

        folder = Path(settings.LOCALE_PATHS[0]) / "id" / "LC_MESSAGES"
        source, compiled = folder / "django.po", folder / "django.mo"
        folder.mkdir(parents=True, exist_ok=True)
        template = _gathered()
        catalogue = read_po(BytesIO(source.read_bytes() if source.exists() else b""), locale="id", domain="django")
        before = {_key(message) for message in catalogue if message.id}
        catalogue.update(template, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        catalogue.fuzzy, catalogue.header_comment = False, "# Indonesian texts of the site; `make messages` keeps this file in order."
        missing = [str(message.id) for message in catalogue if message.id and (not _translated(message) or message.fuzzy)]
        written = BytesIO()
        write_mo(written, catalogue)
        if not options["check"]:
            text = BytesIO()
            write_po(text, catalogue, width=0, no_location=True, sort_output=True, omit_header=False)
            source.write_bytes(_without_dates(text.getvalue()))
            compiled.write_bytes(written.getvalue())
            for text_id in missing:
                self.stdout.write(f"Not translated yet: {text_id}")
            return
        if missing or before != {_key(message) for message in template if message.id}:
            raise CommandError(f"Translations are not complete ({len(missing)} missing: {missing[:3]}). Run: make messages")
        if not compiled.exists() or _messages(compiled.read_bytes()) != _messages(written.getvalue()):
            raise CommandError("The compiled translations are stale. Run: make messages")


def _gathered() -> Any:
    from babel.messages import Catalog
    from babel.messages.extract import extract

    found = Catalog(project=settings.SITE_NAME, charset="utf-8")
    for path in _sources():
        text = path.read_text()
        if path.suffix != ".py":
            text = templatize(text, origin=str(path))
        for _, message, _, context in extract("python", BytesIO(text.encode()), KEYWORDS, options={"encoding": "utf-8"}):
            found.add(message, context=context, flags=["python-format"] if "%(" in str(message) else [])
    return found


def _sources() -> Iterator[Path]:
    ours = [BASE_DIR / app for app in settings.INSTALLED_APPS if (BASE_DIR / app).is_dir()]
    for folder in (*ours, BASE_DIR / "templates"):
        for path in sorted(folder.rglob("*")):
            if path.suffix in {".py", ".html", ".txt"} and "migrations" not in path.parts:
                yield path


def _key(message: Any) -> tuple[Any, Any]:
    # A text with a plural has two ids; compiled ones come back as a list.
    return message.context, tuple(message.id) if isinstance(message.id, list) else message.id


def _translated(message: Any) -> bool:
    strings = message.string if isinstance(message.string, tuple) else (message.string,)
    return all(strings)


def _without_dates(text: bytes) -> bytes:
    changing = (
        b'"POT-Creation-Date',
        b'"PO-Revision-Date',
        b'"Generated-By',
        b'"Last-Translator',
        b'"Report-Msgid',
        b'"Language-Team',
        b'"Project-Id',
    )
    return b"\n".join(line for line in text.split(b"\n") if not line.startswith(changing))


def _messages(compiled: bytes) -> dict[Any, Any]:
    from babel.messages.mofile import read_mo

    return {_key(message): message.string for message in read_mo(BytesIO(compiled)) if message.id}

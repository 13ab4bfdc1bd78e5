"""Draw docs/state-machines.md from the models' tables of moves."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser

from ticketing.local.places import BASE_DIR
from ticketing.statuses import moves_of

PAGE = BASE_DIR / "docs" / "state-machines.md"
HEAD = """# Statuses and their moves

Drawn by `make diagrams` from each model's `TRANSITIONS`, the only moves that `ticketing.statuses.move` makes. Do not edit.
"""


class Command(BaseCommand):
    help = "Write docs/state-machines.md. Example: python manage.py state_diagrams --check"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing; fail when the page is not up to date")

    def handle(self, *args: Any, **options: Any) -> None:
        text = page()
        if not options["check"]:
            PAGE.write_text(text)
        elif not PAGE.exists() or PAGE.read_text() != text:
            raise CommandError("docs/state-machines.md is stale. Run: make diagrams")


def page() -> str:
    """Return the page's text for every model of the product that has moves."""
    parts = [HEAD]
    for model in apps.get_models():
        moves = moves_of(model)
        if moves and model.__module__.partition(".")[0] in settings.INSTALLED_APPS:
            lines = [f"    {old} --> {new}" for old, news in moves.items() for new in sorted(news)]
            ends = [f"    {old} --> [*]" for old, news in moves.items() if not news]
            parts.append("\n".join([f"## {model.__name__}", "", "```mermaid", "stateDiagram-v2", *lines, *ends, "```", ""]))
    if len(parts) == 1:
        parts.append("No model has a status yet.\n")
    return "\n".join(parts)

"""Read chains on, without waiting for the sweep."""

import json
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from payments.chain.connect import nodes_of
from payments.chain.watcher import BLOCKS, watch
from payments.models import Chain, ChainCursor


class Command(BaseCommand):
    help = (
        "Read the blocks that are new on a chain, or on all, and do what follows from them; print how many. "
        "Any number of these may run beside the sweep. Example: python manage.py scan_chain 56 --blocks 5000"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", type=int, nargs="?", help="the chain; without it, every one that is switched on")
        parser.add_argument("--blocks", type=int, default=BLOCKS, help="so many at most")
        parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")
        parser.add_argument("--dry-run", action="store_true", help="say where each chain stands, and read nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        chains = Chain.objects.watched()
        if options["number"] is not None:
            chains = chains.filter(number=options["number"])
        if not chains:
            raise CommandError("No such chain is switched on. Run: python manage.py check_chains --enable")
        found = [self._scan(chain, options) for chain in chains]
        if options["json"]:
            self.stdout.write(json.dumps({"chains": found}))
            return
        for one in found:
            self.stdout.write(f"{one['chain']} {one['name']}: {one['read']} blocks read, now at {one['at']}")

    def _scan(self, chain: Chain, options: dict[str, Any]) -> dict[str, Any]:
        read, left = 0, 0 if options["dry_run"] else options["blocks"]
        while left > 0:
            moved = watch(chain, nodes_of(chain.number), clock=timezone.now, most=min(left, BLOCKS))
            read, left = read + moved, left - BLOCKS if moved else 0
        cursor = ChainCursor.objects.filter(chain=chain).first()
        return {"chain": chain.number, "name": chain.name, "read": read, "at": cursor.number if cursor else None}

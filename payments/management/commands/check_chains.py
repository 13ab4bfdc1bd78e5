"""Compare what we know of chains with the chains themselves, and switch them on."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from payments import actions
from payments.chain.checking import check
from payments.chain.connect import nodes_of
from payments.known import KnownChain, known
from payments.models import Chain


class Command(BaseCommand):
    help = (
        "Ask every node of every chain in RPC_URLS whether it is what we take it for: its number, its tokens and their decimals, "
        "its blocks. With --enable, take payments on those that pass. Exit code 1 when something is wrong. "
        "Example: python manage.py check_chains 56 --enable"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", type=int, nargs="*", help="the chains; without it, all of RPC_URLS")
        parser.add_argument("--enable", action="store_true", help="take payments there, if all is well")
        parser.add_argument(
            "--disable", action="store_true", help="take no payments there any more; it is read until its orders have ended"
        )
        parser.add_argument("--resume", action="store_true", help="settle again on chains that were halted, if all is well")
        parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")

    def handle(self, *args: Any, **options: Any) -> None:
        numbers = options["number"] or sorted(settings.RPC_URLS)
        if not numbers:
            raise CommandError("RPC_URLS is empty: there is no chain to ask.")
        if options["disable"]:
            done = [number for number in numbers if actions.disable_chain(number=number, at=timezone.now())]
            self.stdout.write(f"Switched off: {', '.join(map(str, done)) or 'none'}")
            for chain in Chain.objects.watched().filter(number__in=numbers):
                self.stdout.write(f"Read until its orders have ended, so leave its nodes in RPC_URLS: {chain.number} {chain.name}")
            return
        found = {number: self._checks(number) for number in numbers}
        if options["json"]:
            self.stdout.write(json.dumps({"chains": found}))
        wrong = [number for number, checks in found.items() if not all(one["fine"] for one in checks)]
        for number, checks in found.items():
            if not options["json"]:
                self._say(number, checks)
            if options["enable"] and number not in wrong:
                actions.enable_chain(number=number, known=_known()[number], at=timezone.now())
            if options["resume"] and number not in wrong:
                was_halted = actions.resume_chain(number=number, at=timezone.now())
                if not options["json"]:
                    self.stdout.write(f"Settles again: {number}" if was_halted else f"{number} was not halted")
        if wrong:
            raise CommandError(f"Not as it should be: {', '.join(map(str, wrong))}.")

    def _checks(self, number: int) -> list[dict[str, Any]]:
        if number not in _known():
            return [{"node": "–", "name": "known", "fine": False, "says": f"known are {', '.join(map(str, _known()))}"}]
        return [asdict(one) for one in check(number, _known()[number], list(nodes_of(number)), at=timezone.now())]

    def _say(self, number: int, checks: list[dict[str, Any]]) -> None:
        self.stdout.write(f"{number} {_known()[number].name if number in _known() else ''}".rstrip())
        for one in checks:
            self.stdout.write(f"  {'ok  ' if one['fine'] else 'FAIL'} {one['node']:<24} {one['name']:<18} {one['says']}")


def _known() -> Mapping[int, KnownChain]:
    return known(with_local=settings.LOCAL_CHAIN)

"""Ask what one USDT costs, now."""

import json
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from payments.models import Rate
from payments.rates import asking, rounds, syncing


class Command(BaseCommand):
    help = (
        "Ask every source what one USDT costs, and keep the round. With --probe, keep nothing, and show what each source "
        "says and whether it counts; exit code 1 when no rate comes of it. Example: python manage.py sync_rates --probe"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--probe", "--dry-run", action="store_true", help="show what each source answers, and keep nothing")
        parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")

    def handle(self, *args: Any, **options: Any) -> None:
        found = [self._probe(currency) if options["probe"] else self._sync(currency) for currency in syncing.CURRENCIES]
        if options["json"]:
            self.stdout.write(json.dumps({"rates": found}))
        else:
            for rate in found:
                self._say(rate)
        if lost := [rate["currency"] for rate in found if rate["refused"]]:
            raise CommandError(f"No rate for {', '.join(lost)}.")

    def _sync(self, currency: str) -> dict[str, Any]:
        rate = syncing.sync(currency, at=timezone.now())
        quotes = {quote.source: (quote.per_usdt, quote.reason) for quote in rate.quotes.all()}
        return _shown(currency, rate.per_usdt, rate.refused, rate.source, quotes)

    def _probe(self, currency: str) -> dict[str, Any]:
        if settings.RATE_PROVIDER == "static":
            self.stderr.write("RATE_PROVIDER is static, so a sync would not ask these.")
        answers = asking.ask_all(currency)
        last = Rate.objects.accepted(currency).first()
        verdict = rounds.judged(answers, currency=currency, at=timezone.now(), last=last.per_usdt if last else None, doubted=None)
        quotes = {answer.source: (answer.per_usdt, verdict.reasons.get(answer.source, "")) for answer in answers}
        return _shown(currency, verdict.per_usdt, verdict.refused, "median", quotes)

    def _say(self, rate: dict[str, Any]) -> None:
        verdict = f"refused: {rate['refused']}" if rate["refused"] else "in use"
        self.stdout.write(f"{rate['currency']} {rate['per_usdt'] or '–'} for 1 USDT ({rate['source']}), {verdict}")
        for source, answer in rate["answers"].items():
            self.stdout.write(f"  {source:<10} {answer['per_usdt'] or '–':>16}  {answer['reason'] or 'counts'}")


def _shown(currency: str, per_usdt: Any, refused: str, source: str, quotes: dict[str, tuple[Any, str]]) -> dict[str, Any]:
    answers = {name: {"per_usdt": _words(value), "reason": reason} for name, (value, reason) in quotes.items()}
    return {"currency": currency, "per_usdt": _words(per_usdt), "refused": refused, "source": source, "answers": answers}


def _words(value: Any) -> str | None:
    return None if value is None else f"{value:f}"
